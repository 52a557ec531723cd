#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A congestion-controlled tunnel beside TCP flows on one link. README.md explains it."""

import csv
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, simulator, table, write  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PRODUCT_PKTS = 81           # bandwidth-delay product, packets of 1538 octets on the link
LINK_BPS = 20e6
DURATION_S, SHORT_S = 120, 30   # of a run of share.ini
FLOWS = [1, 4, 16]
SEGMENT = 1500 / 1448       # octets of a packet for each of data
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}     # 95 %, by the number of runs


# ------------------------------------------------------- of one run: octets of IP over the link

def tunnel_bps(row):
    return 8 * row['outer.received.octets'] / row['scenario.duration']


def tcp_bps(row):
    """For a mean flow."""
    return 8 * row['flows.beside.delivered.octets'] / row['scenario.duration'] / \
        row['traffic.beside.flows']


def with_ratio(rows, **more):
    """Adds the derived columns to each row."""
    for row in rows:
        for name, value in more.items():
            row.setdefault(name, value)
        row['queue_pkts'] = int(str(row.get('link.queue', '0p')).rstrip('p'))
        row['tunnel'], row['tcp'] = tunnel_bps(row), tcp_bps(row)
        row['ratio'] = row['tunnel'] / row['tcp']
    return rows


def shares(rows, duration_s=DURATION_S):
    return with_ratio(rows['share'], **{'scenario.duration': duration_s})


def starts(rows):
    return with_ratio(rows['start'], **{'traffic.beside.flows': 1})


def interval(points, column):
    """Half the 95 % confidence interval of the mean over seeds (Student's t)."""
    return STUDENT.get(len(points), 2.0) * points.error(column)


def at(rows, flows, queue):
    return type(rows)(row for row in rows if row['traffic.beside.flows'] == flows and
                      row['queue_pkts'] == queue)


def products(queue):
    """A queue in bandwidth-delay products, as the page writes it."""
    return '%g' % round(queue / PRODUCT_PKTS, 1 if queue < 10 else 2)


# ----------------------------------------------------------------------------------- the plots

def draw(script):
    os.makedirs(os.path.join(HERE, 'plots'), exist_ok=True)
    subprocess.run(['gnuplot', script], cwd=HERE, check=True)


def draw_ratio(rows):
    blocks = []
    for flows in FLOWS:
        lines = ['%d,,,' % flows]
        for queue in rows.values('queue_pkts'):
            points = at(rows, flows, queue)
            lines.append(',%s,%.4f,%.4f' % (products(queue), points.mean('ratio'),
                                            interval(points, 'ratio')))
        blocks.append('\n'.join(lines) + '\n')
    write(os.path.join(HERE, 'ratio.csv'), '\n\n'.join(blocks))
    draw('ratio.gp')


def draw_over_time():
    """The tunnel and the TCP flows over time, all in octets of IP."""
    with tempfile.TemporaryDirectory() as scratch:
        simulator('run', os.path.join(HERE, 'over-time.ini'), '--series', '2s', '--out', scratch)
        with open(os.path.join(scratch, 'series.csv'), newline='') as f:
            rows = list(csv.DictReader(f))
    lines = []
    for row in rows:
        rates = [float(row['forward.outer_bps'])] + \
            [float(row['flows.beside-%d.goodput_bps' % i]) * SEGMENT for i in range(1, 5)]
        lines.append(','.join([row['time_s']] + ['%.3f' % (rate / 1e6) for rate in rates]) + '\n')
    write(os.path.join(HERE, 'over-time.csv'), 'time_s,tunnel,tcp1,tcp2,tcp3,tcp4\n' +
          ''.join(lines))
    draw('over-time.gp')


# ----------------------------------------------------------------------------------- the study

def check_share(rows, claims):
    for row in rows:
        what = ': %d flows, queue of %d, seed %d: %.2f' % (
            row['traffic.beside.flows'], row['queue_pkts'], row['seed'], row['ratio'])
        claims.that(0.5 < row['ratio'] < 2, 'reasonably fair' + what)
        carried = 8 * row['outer.received.octets'] + 8 * row['flows.beside.delivered.octets']
        claims.that(0.8 < carried / DURATION_S / LINK_BPS < 1500 / 1538,
                    'together they fill the link, and no more than that' + what)


def check_start(rows, claims):
    means = [with_start(rows, duration).mean('ratio')
             for duration in rows.values('scenario.duration')]
    claims.that(means == sorted(means), 'the tunnel catches up: %s' % means)
    claims.that(means[0] < 0.5 < means[1] and 0.5 < means[-1] < 2,
                'it is below half at first, and fair in the end: %s' % means)


def with_start(rows, duration):
    return type(rows)(row for row in rows if row['scenario.duration'] == duration)


def check(rows, claims, short):
    if short:
        for row in shares(rows, SHORT_S):
            claims.that(0.5 < row['ratio'] < 2, 'reasonably fair: %d flows: %.2f' % (
                row['traffic.beside.flows'], row['ratio']))
        row, = starts(rows)
        claims.that(row['ratio'] < 0.8, 'the start costs the tunnel its share: %g' % row['ratio'])
        return
    check_share(shares(rows), claims)
    check_start(starts(rows), claims)


def tables(rows):
    share, start = shares(rows), starts(rows)
    cells = []
    for queue in share.values('queue_pkts'):
        row = ['%s (%d packets)' % (products(queue), queue)]
        for flows in FLOWS:
            points = at(share, flows, queue)
            row += ['%.2f ± %.2f' % (points.mean('ratio'), interval(points, 'ratio')),
                    '%.1f : %.1f' % (points.mean('tunnel') / 1e6, points.mean('tcp') / 1e6)]
        cells.append(row)
    times = [['%d s' % duration] + ['%.2f' % value for value in (
                  points.mean('ratio'), points.mean('tunnel') / 1e6, points.mean('tcp') / 1e6)] +
             ['%.0f' % points.mean('outer.lost.pkts')]
             for duration, points in ((duration, with_start(start, duration))
                                      for duration in start.values('scenario.duration'))]
    return {'share': table(['queue'] + [cell for flows in FLOWS for cell in (
                '%d TCP' % flows, 'Mb/s')], cells),
            'start': table(['in the first', 'tunnel / TCP', 'tunnel, Mb/s', 'TCP, Mb/s',
                            'packets lost by the tunnel'], times)}


def sentences(rows):
    share = shares(rows)
    ratios = [row['ratio'] for row in share]
    cells = [at(share, flows, queue).mean('ratio') for flows in FLOWS
             for queue in share.values('queue_pkts')]
    return ['In all %d runs it is between %.2f and %.2f' % (len(ratios), min(ratios), max(ratios)),
            'means of four between %.2f and %.2f' % (min(cells), max(cells))]


class Shares(Study):
    """Draws the figures that are not values of the summary."""

    def publish(self, data, scratch):
        super().publish(data, scratch)
        draw_ratio(shares(self.rows(data)))
        draw_over_time()


if __name__ == '__main__':
    sys.exit(Shares(
        __file__, ['traffic.beside.flows', 'link.queue', 'scenario.duration', 'seed',
                   'outer.sent.octets', 'outer.received.octets', 'outer.lost.pkts',
                   'flows.beside.delivered.octets', 'flows.beside.loss',
                   'flows.beside.retransmissions', 'flows.beside.timeouts',
                   'flows.beside.rtt_s.mean', 'congestion.rtt_s', 'congestion.loss_event_rate'],
        short={'share': {'duration': '%ds' % SHORT_S, 'traffic.beside.flows': '1, 4',
                         'link.queue': '81p', 'seed': '1'},
               'start': {'scenario.duration': '10s', 'seed': '1'}},
        check=check, tables=tables, sentences=sentences, sweeps=['share', 'start']).main())
