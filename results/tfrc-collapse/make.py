#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""When the rate of a congestion-controlled tunnel collapses, and min-rate. README.md explains it."""

import math
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, csv_text, series, table  # noqa: E402

CASES = ['rtt-10ms', 'rtt-50ms', 'rtt-200ms', 'rtt-unknown', 'fast-peer']
LOSSES = [0.02, 0.04, 0.06, 0.07, 0.08, 0.09, 0.10, 0.12, 0.15]
FLOOR_BPS = 200e3
RTT_S = {'rtt-10ms': 0.01, 'rtt-50ms': 0.05, 'rtt-200ms': 0.2, 'rtt-unknown': 0.05,
         'fast-peer': 0.05}
PKT_BITS = 1500 * 8
STARTS_S = [60, 63, 67]       # of the blackout: no two runs are alike
# Blackouts: link in Mb/s, one-way delay in ms, length in s, discounting, min-rate. The queue is a
# bandwidth-delay product.
BLACKOUTS = [(rate, 25, length, discounting, '0')
             for rate in (10, 100) for length in (1, 8, 16, 32) for discounting in ('on', 'off')]
BLACKOUTS += [(10, 100, length, 'on', '0') for length in (1, 8, 16, 32)]
BLACKOUTS += [(rate, 25, length, 'on', '%dMbps' % (rate // 10))
              for rate in (10, 100) for length in (8, 32)]
SHORT_BLACKOUTS = [(10, 25, 1, 'on', '0'), (10, 25, 8, 'on', '0')]
AFTER_S, SHORT_AFTER_S = 360, 30


# ----------------------------------------------------------------------- by hand, not by simulator

def spacing(p):
    """Round trips from packet to packet: the equation of RFC 5348, with X in packets."""
    return math.sqrt(2 * p / 3) + 12 * math.sqrt(3 * p / 8) * p * (1 + 32 * p * p)


def loss_of_spacing(wanted):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if spacing(middle) < wanted else (low, middle)
    return low


def bounds():
    """R = 2 / X with both ends alike, 1 / X with a fast peer: no X solves X = 1 / (R spacing(p))
    where the spacing exceeds 1/2, or 1."""
    return loss_of_spacing(0.5), loss_of_spacing(1)


def equation_bps(p, rtt_s):
    return PKT_BITS / (rtt_s * spacing(p))


# ---------------------------------------------------------------------------------- the blackouts

def half_s(rows, rate, ends_s):
    """How many seconds after the end of the blackout the rate of outer packets is half of the
    link's for the first time; '' when not in the run."""
    for row in rows:
        if row['time_s'] > ends_s and row['forward.outer_bps'] >= rate * 1e6 / 2:
            return '%g' % (row['time_s'] - ends_s)
    return ''


def blackouts(path, short):
    """Runs of blackout.ini."""
    after_s = SHORT_AFTER_S if short else AFTER_S
    starts = STARTS_S[:1] if short else STARTS_S
    rows = []
    for start, (rate, delay, length, discounting, floor) in (
            (start, point) for point in (SHORT_BLACKOUTS if short else BLACKOUTS)
            for start in starts):
        values, summary = series(path, '1s', {
            'scenario.duration': '%ds' % (start + length + after_s),
            'link.rate': '%dMbps' % rate, 'link.delay': '%dms' % delay,
            'link.queue': '%dp' % round(rate * 1e6 * 2e-3 * delay / 8 / 1538),
            'link.blackouts': '%ds %ds' % (start, length),
            'tunnel.initial-rtt': '%dms' % (2 * delay),
            'tunnel.history-discounting': discounting, 'tunnel.min-rate': floor})
        rows.append([rate, delay, length, discounting, floor, start,
                     half_s(values, rate, start + length),
                     '%.3f' % summary['congestion']['collapsed_share']])
    return csv_text(['rate_mbps', 'delay_ms', 'blackout_s', 'discounting', 'min_rate', 'start_s', 'half_s',
                     'collapsed_share'], rows)


# -------------------------------------------------------------------------------------- the study

def check_loss(rows, claims, short):
    alike, fast = bounds()
    claims.near(alike, 0.0908, 0.002, 'no fixed point with both ends alike')
    claims.near(fast, 0.146, 0.005, 'no fixed point with a fast peer')
    for case in CASES:
        for loss in rows.values('link.loss'):
            points = rows.where(case=case, link_loss=loss, tunnel_min_rate=0)
            bps, share = points.mean('outer_bps'), points.mean('congestion.collapsed_share')
            what = ', %s, loss %g: %.4g bit/s, collapsed %.2f' % (case, loss, bps, share)
            expected = equation_bps(loss, RTT_S[case])
            if loss <= 0.04:
                claims.that(share < (0.15 if short else 0.05), 'no collapse' + what)
                claims.near(bps, expected, 0.3, 'the equation' + what)
            if loss >= 0.1 and case != 'fast-peer':
                claims.that(share > 0.85 and bps < 0.25 * expected, 'it collapses' + what)
            if loss >= 0.15:
                claims.that(share > 0.9 and bps < 0.2 * expected, 'it collapses' + what)
            floor = rows.where(case=case, link_loss=loss, tunnel_min_rate=FLOOR_BPS)
            claims.that(floor.mean('outer_bps') > 0.99 * FLOOR_BPS, 'the floor holds' + what)
    for row in rows:
        lasting = row['congestion.collapsed_share'] >= 0.2
        claims.that((row['congestion.collapsed'] == 'true') == lasting, 'the warning')


def check_floor(rows, claims, short):
    for floor in rows.values('tunnel.min-rate'):
        points = rows.where(tunnel_min_rate=floor)
        claims.that(points.mean('outer_bps') > 0.97 * floor, 'the floor of %g holds' % floor)
    if short:
        return
    high = rows.where(tunnel_min_rate=3e6)
    claims.near(high.total('outer.lost.pkts') / high.total('outer.sent.pkts'), 1 - 2 / 3 / 1.025,
                0.03, 'a floor above the link loses what exceeds it')


def check_blackout(rows, claims, short):
    for row in rows:
        what = ': %s' % dict(row)
        if row['min_rate'] != 0:
            claims.that(row['half_s'] != '' and row['half_s'] <= 30, 'with min-rate' + what)
        elif row['blackout_s'] == 1 and row['rate_mbps'] == 10:
            claims.that(row['half_s'] != '' and row['half_s'] <= 5, 'a short one costs little' + what)
        if row['blackout_s'] <= 8:
            claims.that(row['half_s'] != '' and row['half_s'] <= 110, '8 s at most' + what)
    for length in [] if short else rows.values('blackout_s'):
        on, off = (rows.where(rate_mbps=100, blackout_s=length, discounting=word, min_rate=0)
                   for word in ('on', 'off'))
        claims.that(2 * on.mean('half_s') < off.mean('half_s'),
                    'discounting halves the time at 100 Mb/s, %d s' % length)


def check(rows, claims, short):
    check_loss(rows['loss'], claims, short)
    check_floor(rows['floor'], claims, short)
    check_blackout(rows['blackout'], claims, short)


def rate(bps):
    return '%.3g Mb/s' % (bps / 1e6) if bps >= 1e6 else '%.3g kb/s' % (bps / 1e3)


def loss_table(rows):
    cells = []
    for loss in LOSSES:
        row = ['%g %%' % (100 * loss)]
        for case in CASES:
            points = rows.where(case=case, link_loss=loss, tunnel_min_rate=0)
            row.append('%s, %.0f %%' % (rate(points.mean('outer_bps')),
                                        100 * points.mean('congestion.collapsed_share')))
        cells.append(row + [rate(equation_bps(loss, 0.05)), rate(rows.where(
            case='rtt-50ms', link_loss=loss, tunnel_min_rate=FLOOR_BPS).mean('outer_bps'))])
    return table(['loss', 'RTT 10 ms', '50 ms', '200 ms', '50 ms, unknown at the start',
                  '50 ms, fast peer', 'equation, 50 ms', '50 ms, min-rate 200 kb/s'], cells)


def floor_table(rows):
    cells = []
    for floor in rows.values('tunnel.min-rate'):
        points = rows.where(tunnel_min_rate=floor)
        cells.append([rate(floor) if floor else '0', '%.2f' % (points.mean('outer_bps') / 1e6),
                      '%.1f %%' % (100 * points.total('outer.lost.pkts') /
                                   points.total('outer.sent.pkts')),
                      '%.3f' % (points.mean('flows.beside.goodput_bps') / 4e6)])
    return table(['min-rate', 'tunnel sends, Mb/s', 'lost', 'each TCP flow, Mb/s'], cells)


def halves(rows):
    """The range over the runs."""
    found = [AFTER_S + 1 if row['half_s'] == '' else row['half_s'] for row in rows]
    ends = ['%g' % value if value <= AFTER_S else 'more than %d' % AFTER_S
            for value in (min(found), max(found))]
    return (ends[0] if ends[0] == ends[1] else '%s to %s' % tuple(ends)) + ' s'


def blackout_table(rows):
    cells = []
    for length in rows.values('blackout_s'):
        row = ['%d s' % length]
        for link, delay, discounting, floor in (
                (10, 25, 'on', 0), (10, 25, 'off', 0), (10, 100, 'on', 0), (100, 25, 'on', 0),
                (100, 25, 'off', 0), (10, 25, 'on', '1Mbps'), (100, 25, 'on', '10Mbps')):
            found = rows.where(rate_mbps=link, delay_ms=delay, blackout_s=length,
                               discounting=discounting, min_rate=floor)
            row.append(halves(found) if found else '-')
        cells.append(row)
    return table(['blackout', '10 Mb/s', 'without 5.5', 'RTT 200 ms', '100 Mb/s', 'without 5.5',
                  '10 Mb/s, min-rate 1 Mb/s', '100 Mb/s, min-rate 10 Mb/s'], cells)


def tables(rows):
    return {'loss': loss_table(rows['loss']), 'floor': floor_table(rows['floor']),
            'blackout': blackout_table(rows['blackout'])}


STUDY = Study(
    __file__, ['case', 'link.loss', 'tunnel.min-rate', 'seed', 'outer.sent.pkts',
               'outer.lost.pkts', 'outer_bps', 'flows.beside.goodput_bps', 'congestion.rtt_s',
               'congestion.loss_event_rate', 'congestion.collapsed',
               'congestion.collapsed_share'],
    short={'loss': {'duration': '60s', 'link.loss': '2%, 15%', 'seed': '1'},
           'floor': {'duration': '15s', 'tunnel.min-rate': '0, 1.5Mbps', 'seed': '1'},
           'blackout': {}},
    check=check, tables=tables, sweeps=['loss', 'floor', 'blackout'], runs={'blackout': blackouts})

if __name__ == '__main__':
    sys.exit(STUDY.main())
