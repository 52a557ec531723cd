#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ns-3's TCP through the tunnel: cost of overhead, effect of losses. README.md explains it."""

import math
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import AGGFRAG, ETHERNET, MTU, SPACE, Study, esp_octets, table  # noqa: E402

LINK_BPS = 10e6
HEADERS = 52                # of a segment: IPv4 20, TCP 20, timestamps 12
CUT, WHOLE = 1448, 1380     # data in a segment: packets of 1500 octets, and of 1432
IP_FRAGMENT = 1444          # most of a packet that plain ESP takes: 1446, in steps of 8 octets of data
FLOW = 'flows.downloads.'
NAMES = {'none': 'no tunnel', 'esp': 'ESP', 'esp-cut': 'ESP, packets cut', 'on-demand': 'on demand',
         'on-demand-cut': 'on demand, packets cut', 'fixed-rate': 'fixed rate',
         'drop-time-1s': 'in order, 1 s', 'drop-time-100ms': 'in order, 100 ms',
         'drop-time-20ms': 'in order, 20 ms', 'immediate': 'immediate'}


# ------------------------------------------------------------------- by hand, not by simulator

def wire_octets(case):
    """What a segment takes of the link in each mode."""
    return {'none': CUT + HEADERS + ETHERNET,
            'esp-cut': esp_octets(IP_FRAGMENT) + esp_octets(CUT + HEADERS - IP_FRAGMENT + 20) +
            2 * ETHERNET,
            'esp': esp_octets(WHOLE + HEADERS) + ETHERNET,
            'on-demand-cut': esp_octets(AGGFRAG + SPACE) +
            esp_octets(AGGFRAG + CUT + HEADERS - SPACE) + 2 * ETHERNET,
            'on-demand': esp_octets(AGGFRAG + WHOLE + HEADERS) + ETHERNET,
            'fixed-rate': (MTU + ETHERNET) * (CUT + HEADERS) / SPACE}[case]


def predicted_bps(case):
    data = WHOLE if case in ('esp', 'on-demand') else CUT
    return LINK_BPS * data / wire_octets(case)


def padhye_bps(loss, rtt_s, rto_s):
    """Throughput of a Reno TCP that acknowledges every second segment (Padhye et al. 1998)."""
    b = 2
    gap = rtt_s * math.sqrt(2 * b * loss / 3) + \
        rto_s * min(1, 3 * math.sqrt(3 * b * loss / 8)) * loss * (1 + 32 * loss**2)
    return 8 * WHOLE / gap


# ----------------------------------------------------------------------------------- the study

CASES = ['none', 'esp', 'drop-time-1s', 'drop-time-100ms', 'drop-time-20ms', 'immediate',
         'fixed-rate']
MODES = ['none', 'drop-time-1s', 'drop-time-20ms', 'immediate', 'fixed-rate']
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57}    # 95 %, by the number of runs


def goodput(points):
    return points.mean(FLOW + 'goodput_bps')


def loss_points(rows, case, loss, tcp='newreno'):
    return rows['loss'].where(case=case, link_loss=loss, traffic_downloads_tcp=tcp)


def short_points(rows, case, loss):
    return rows['short'].where(case=case, link_loss=loss)


def delay_points(rows, case, delay, tcp='newreno'):
    return rows['round-trip'].where(case=case, link_delay=delay, traffic_downloads_tcp=tcp)


def flows_points(rows, case, flows, tcp='newreno'):
    return rows['flows'].where(case=case, traffic_downloads_flows=flows, traffic_downloads_tcp=tcp)


def check_all_arrives(rows, claims, octets):
    """`octets` of a flow in each sweep; in `overhead` it is a column."""
    for name, points in rows.items():
        for row in points:
            flows = 1 if name in ('loss', 'round-trip') else row[FLOW + 'transfers']
            each = octets.get(name) or row['traffic.downloads.octets']
            claims.that(row[FLOW + 'received_octets'] == flows * each and
                        row[FLOW + 'transfers'] == row.get('traffic.downloads.flows', flows),
                        'every octet of every transfer arrives: %s, %s: %d of %d' % (
                            name, row['case'], row[FLOW + 'received_octets'], flows * each))


def check_overhead(rows, claims):
    for row in rows['overhead']:
        what = ': %s, %s, %d flows' % (row['case'], row['traffic.downloads.tcp'],
                                       row['traffic.downloads.flows'])
        claims.near(row[FLOW + 'goodput_bps'], predicted_bps(row['case']), 0.02,
                    'goodput by hand' + what)
        claims.that(row[FLOW + 'retransmissions'] == 0, 'nothing is sent again' + what)


def check_stall(rows, claims):
    longest = {'none': 0, 'esp': 0, 'immediate': 0, 'drop-time-20ms': 0.02,
               'drop-time-100ms': 0.1, 'drop-time-1s': 1, 'fixed-rate': 0.005}
    for name in ('loss', 'short', 'round-trip', 'flows'):
        for row in rows[name]:
            claims.that(row['stall_s.max'] <= longest[row['case']],
                        'no packet is held longer: %s %s' % (name, row['case']))


def check_loss(rows, claims):
    for loss in rows['loss'].values('link.loss'):
        what = ' at a loss of %g' % loss
        points = {case: loss_points(rows, case, loss) for case in CASES}
        claims.near(goodput(points['immediate']), goodput(points['esp']), 0.01,
                    'an immediate receiver is as good as ESP' + what)
        claims.near(goodput(points['drop-time-20ms']), goodput(points['immediate']), 0.03,
                    '20 ms is nearly as good as immediate' + what)
        if loss <= 0.001:
            claims.near(goodput(points['drop-time-1s']), goodput(points['drop-time-20ms']), 0.001,
                        'the drop time does not matter' + what)
        elif loss >= 0.005:
            rtt_s = points['none'].mean(FLOW + 'rtt_s.mean')
            ratio = goodput(points['none']) / padhye_bps(loss, rtt_s, 1)
            claims.that(1 < ratio < 1.5, 'NewReno with SACK does somewhat better than Reno by '
                        'formula%s: %.2f' % (what, ratio))
        if loss >= 0.01:
            claims.that(points['drop-time-1s'].mean(FLOW + 'timeouts') >
                        10 * points['drop-time-20ms'].mean(FLOW + 'timeouts'),
                        '1 s makes ten times the timeouts of 20 ms' + what)
            claims.that(goodput(points['drop-time-1s']) < 0.6 * goodput(points['drop-time-20ms']),
                        '1 s costs 40 % of the goodput and more' + what)


def check_short(rows, claims):
    none = short_points(rows, 'none', 0)
    for case in CASES:
        more = short_points(rows, case, 0).mean(FLOW + 'completion_s.mean') - \
            none.mean(FLOW + 'completion_s.mean')
        claims.that(0 <= more < (0.011 if case == 'fixed-rate' else 0.002),
                    'without loss a tunnel costs a transfer %g s: %s' % (more, case))
    lossy = {case: short_points(rows, case, 0.02) for case in CASES}
    claims.that(lossy['drop-time-1s'].mean(FLOW + 'completion_s.p90') > 1,
                'with 1 s one transfer in ten takes more than a second')
    for case in ('drop-time-20ms', 'immediate', 'esp', 'none'):
        claims.that(lossy[case].mean(FLOW + 'completion_s.p90') < 0.2,
                    'with %s it takes less than 200 ms' % case)


def check_round_trip(rows, claims):
    parts = [goodput(delay_points(rows, 'drop-time-1s', delay)) /
             goodput(delay_points(rows, 'drop-time-20ms', delay))
             for delay in rows['round-trip'].values('link.delay')]
    claims.that(parts[0] < 0.6 and parts[-1] > 0.9 and parts == sorted(parts),
                '1 s costs the more the shorter the round trip: %s' % parts)


def check_flows(rows, claims):
    flows = rows['flows'].values('traffic.downloads.flows')
    parts = [goodput(flows_points(rows, 'drop-time-1s', count)) /
             goodput(flows_points(rows, 'drop-time-20ms', count)) for count in flows]
    claims.that(parts[0] < 0.5 and parts[-1] > 0.9,
                '1 s costs the less the more flows there are: %s' % parts)


def check(rows, claims, short):
    check_overhead(rows, claims)
    check_stall(rows, claims)
    if short:
        check_all_arrives(rows, claims, {'loss': 1e6, 'round-trip': 5e5, 'flows': 1e5, 'short': 3e4})
        return
    check_all_arrives(rows, claims, {'loss': 5e6, 'round-trip': 5e6, 'flows': 1e6, 'short': 3e4})
    check_loss(rows, claims)
    check_short(rows, claims)
    check_round_trip(rows, claims)
    check_flows(rows, claims)


# ---------------------------------------------------------------------------------- the tables

def mbps(points):
    """Mean and half the 95 % confidence interval, Mb/s."""
    return '%.2f ± %.2f' % (goodput(points) / 1e6, STUDENT[len(points)] *
                            points.error(FLOW + 'goodput_bps') / 1e6)


def overhead_table(rows):
    cells = []
    for case in ('none', 'esp', 'esp-cut', 'on-demand', 'on-demand-cut', 'fixed-rate'):
        found = [row[FLOW + 'goodput_bps'] for row in rows['overhead'].where(case=case)]
        expected = predicted_bps(case)
        cells.append([NAMES[case], '%d' % (WHOLE if case in ('esp', 'on-demand') else CUT),
                      '%.0f' % wire_octets(case), '%.3f' % (expected / 1e6)] +
                     ['%.3f' % (goodput(rows['overhead'].where(
                         case=case, traffic_downloads_tcp=tcp, traffic_downloads_flows=flows)) / 1e6)
                      for tcp in ('cubic', 'newreno') for flows in (1, 4, 16)] +
                     ['%.2f %%' % max(100 * abs(each / expected - 1) for each in found)])
    return table(['', 'data', 'on the link', 'predicted', 'Cubic, 1', '4', '16', 'NewReno, 1', '4',
                  '16', 'off at most'], cells)


def goodput_table(values, header, points, cases=MODES):
    return table([''] + [header(value) for value in values],
                 [[NAMES[case]] + [mbps(points(case, value)) for value in values]
                  for case in cases])


def short_table(rows):
    def cell(points):
        return '%.0f / %.0f' % (1e3 * points.mean(FLOW + 'completion_s.mean'),
                                1e3 * points.mean(FLOW + 'completion_s.p90'))

    losses = rows['short'].values('link.loss')
    return table([''] + ['%g %%' % (100 * loss) for loss in losses],
                 [[NAMES[case]] + [cell(short_points(rows, case, loss)) for loss in losses]
                  for case in CASES])


def tables(rows):
    found = {'overhead': overhead_table(rows), 'short': short_table(rows)}
    losses = rows['loss'].values('link.loss')
    delays = rows['round-trip'].values('link.delay')
    counts = rows['flows'].values('traffic.downloads.flows')
    for tcp in ('newreno', 'cubic'):
        found['loss-' + tcp] = goodput_table(
            losses, lambda loss: '%g %%' % (100 * loss),
            lambda case, loss: loss_points(rows, case, loss, tcp), CASES)
        found['round-trip-' + tcp] = goodput_table(
            delays, lambda delay: '%g ms' % (2e3 * delay),
            lambda case, delay: delay_points(rows, case, delay, tcp))
        found['flows-' + tcp] = goodput_table(
            counts, lambda count: '%d' % count,
            lambda case, count: flows_points(rows, case, count, tcp))
    return found


def sentences(rows):
    def timeouts(case, tcp, loss=0.02):
        return loss_points(rows, case, loss, tcp).mean(FLOW + 'timeouts')

    return ['%.0f timeouts in a transfer of 3600 segments, and not %.0f' % (
                timeouts('drop-time-1s', 'newreno'), timeouts('drop-time-20ms', 'newreno')),
            'has %.0f timeouts and not %.0f' % (
                timeouts('drop-time-1s', 'cubic'), timeouts('drop-time-20ms', 'cubic'))]


if __name__ == '__main__':
    sys.exit(Study(
        __file__, ['case', 'traffic.downloads.tcp', 'traffic.downloads.flows',
                   'traffic.downloads.octets', 'link.delay', 'link.loss', 'seed',
                   'outer.sent.pkts', 'outer.lost.pkts', 'stall_s.mean', 'stall_s.max'] +
        [FLOW + name for name in (
            'goodput_bps', 'received_octets', 'transfers', 'segments', 'retransmissions',
            'timeouts', 'rtt_s.mean', 'completion_s.mean', 'completion_s.p50',
            'completion_s.p90')],
        short={
            'overhead': {'traffic.downloads.tcp': 'newreno', 'traffic.downloads.flows': '4',
                         'traffic.downloads.octets': '1250kB', 'traffic.downloads.buffer': '36KiB'},
            'loss': {'octets': '1MB', 'duration': '60s', 'traffic.downloads.tcp': 'newreno',
                     'link.loss': '2%', 'seed': '1'},
            'short': {'flows': '20', 'duration': '40s', 'link.loss': '2%', 'seed': '1'},
            'round-trip': {'octets': '500kB', 'duration': '30s', 'link.delay': '5ms',
                           'link.queue': '9p', 'tunnel.max-queue-size': '12500B',
                           'traffic.downloads.tcp': 'newreno', 'seed': '1'},
            'flows': {'octets': '100kB', 'duration': '40s', 'traffic.downloads.flows': '1, 4',
                      'traffic.downloads.tcp': 'newreno', 'seed': '1'}},
        check=check, tables=tables, sentences=sentences,
        sweeps=['overhead', 'loss', 'short', 'round-trip', 'flows']).main())
