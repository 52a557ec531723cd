#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a lost outer packet costs: amplification and head-of-line stall. README.md explains it."""

import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import SPACE, Study, simulator, table  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = ['call', 'bursts', 'office', 'office-fixed']
IMIX = {40: 7 / 12, 576: 4 / 12, 1500: 1 / 12}
CALL_S = 0.02               # between packets of the call
LINUX = (3, 1.0)            # reorder-window, drop-time


# ------------------------------------------------------------------- by hand, not by simulator

def pieces(octets, aligned):
    """Outer packets that an inner one is spread over: on average, or when one begins with it."""
    whole, rest = divmod(octets - 1, SPACE)
    return whole + 1 + (0 if aligned else rest / SPACE)


def amplification(sent_per_inner, loss, aligned):
    """Inner packets lost for each outer one: an inner packet is lost with any of its pieces. Where
    the number of pieces is not whole, the two nearest numbers are weighted."""
    lost = 0
    for octets, part in IMIX.items():
        least, more = divmod(pieces(octets, aligned), 1)
        lost += part * (1 - (1 - loss)**least * (1 - more * loss))
    return lost / (sent_per_inner * loss)


def call_stall(window, drop_time):
    """Seconds that packets behind a single lost one wait, together: one comes every 20 ms, and wait
    until one comes from beyond the window, or the first has waited for drop-time."""
    return sum(max(0.0, min((window + 1 - i) * CALL_S, drop_time - (i - 1) * CALL_S))
               for i in range(1, window + 1))


# ----------------------------------------------------------------------------------- the study

def at(rows, case, loss, window, drop_time, receive='in-order'):
    return rows.where(case=case, tunnel_receive=receive, link_loss=loss,
                      tunnel_reorder_window=window, tunnel_drop_time=drop_time)


def stall_per_loss(points):
    """Seconds that delivered packets waited in the window for each outer packet lost."""
    waited = sum(row['stall_s.mean'] * row['inner.delivered.pkts'] for row in points)
    return waited / points.total('outer.lost.pkts')


def lost_for_each(points):
    lost = sum(row['loss_amplification'] * row['outer.lost.pkts'] for row in points
               if row['loss_amplification'] != '')
    return lost / points.total('outer.lost.pkts')


def lost(row):
    return row['inner.offered.pkts'] - row['inner.delivered.pkts'] - row['inner.in_flight']


def check_amplification(rows, claims, short):
    for loss in rows.values('link.loss'):
        points = {case: at(rows, case, loss, *LINUX) for case in CASES}
        if points['office'].total('outer.lost.pkts') < 100:
            continue        # too few for a comparison
        what = ' at a loss of %g' % loss
        for case in ('call', 'bursts'):
            claims.near(lost_for_each(points[case]), 1, 1e-9, case + ' loses one for one' + what)
        # Random error: three standard errors of the number of losses (each loses 1 to about 10
        # packets).
        chance = 3 / points['office'].total('outer.lost.pkts')**0.5
        each = {case: points[case].total('outer.sent.pkts') /
                points[case].total('inner.offered.pkts') for case in ('office', 'office-fixed')}
        claims.near(lost_for_each(points['office']), amplification(each['office'], loss, True),
                    chance, 'amplification by hand, office' + what)
        fixed = lost_for_each(points['office-fixed'])
        claims.that((1 - chance) * amplification(each['office-fixed'], loss, True) < fixed <
                    (1 + chance) * amplification(each['office-fixed'], loss, False),
                    'amplification by hand, office-fixed%s: %.3f' % (what, fixed))


def check_stall(rows, claims, short):
    for window in rows.values('tunnel.reorder-window'):
        for drop_time in rows.values('tunnel.drop-time'):
            what = ', window %d, drop-time %g' % (window, drop_time)
            single = at(rows, 'call', 0.001, window, drop_time)
            claims.near(stall_per_loss(single), call_stall(window, drop_time), 0.06,
                        'stall of the call by hand' + what)
            for case in CASES:
                points = at(rows, case, 0.1, window, drop_time)
                claims.that(max(row['stall_s.max'] for row in points) <= drop_time or
                            case.startswith('office'),
                            'nothing waits longer than drop-time, ' + case + what)
                claims.that(window > 0 or points.mean('stall_s.max') == 0,
                            'nothing waits without a window, ' + case + what)
    longest = max(row['stall_s.max'] for row in at(rows, 'bursts', 0.1, *LINUX))
    claims.that(longest > 0.95, "Linux's defaults hold the end of a burst for 1 s: %g" % longest)


def check_receivers(rows, claims):
    """Both receivers see the same losses, so they can be compared packet by packet."""
    for row in rows:
        if row['tunnel.receive'] == 'immediate':
            claims.that(row['stall_s.max'] == 0, 'an immediate receiver holds no whole packet back')
            continue
        other, = [each for each in at(rows, row['case'], row['link.loss'],
                                      row['tunnel.reorder-window'], row['tunnel.drop-time'],
                                      'immediate') if each['seed'] == row['seed']]
        more = lost(row) - lost(other)
        what = '%s, loss %g, window %d, drop-time %g, seed %d' % tuple(
            row[name] for name in ('case', 'link.loss', 'tunnel.reorder-window',
                                   'tunnel.drop-time', 'seed'))
        claims.that(more == row['inner.dropped.drop-time'] - other['inner.dropped.drop-time'],
                    'in order only the drop timer loses more: %s: %d' % (what, more))
        if row['tunnel.drop-time'] >= 0.1:
            claims.that(more == 0, 'a long drop-time loses nothing more: ' + what)


def check_timer(claims):
    """Linux stops its one timer when a packet that was cut is complete, and others wait on. So
    drop-time is the longest wait only where none are cut."""
    longest = {}
    for size in ('576B', 'imix'):
        with tempfile.TemporaryDirectory() as scratch:
            settings = ['traffic.call.stop=1ns', 'traffic.burst.stop=1ns', 'tunnel.init-delay=2ms',
                        'link.loss=10%', 'tunnel.reorder-window=16', 'tunnel.drop-time=5ms',
                        'scenario.duration=10s', 'traffic.office.size=' + size]
            simulator('run', os.path.join(HERE, 'loss.ini'), '--quiet', '--out', scratch,
                      *[word for setting in settings for word in ('--set', setting)])
            with open(os.path.join(scratch, 'summary.json')) as f:
                longest[size] = json.load(f)['stall_s']['max']
    claims.that(longest['576B'] == 0.005, 'whole packets wait for drop-time: %(576B)g' % longest)
    claims.that(longest['imix'] > 0.005, 'with cut ones some wait longer: %(imix)g' % longest)


def check(rows, claims, short):
    check_timer(claims)
    check_amplification(rows, claims, short)
    check_stall(rows, claims, short)
    check_receivers(rows, claims)


def tables(rows):
    def ms(seconds):
        return '%.1f' % (1e3 * seconds)

    settings = [LINUX, (3, 0.1), (3, 0.02), (3, 0.005), (1, 0.02), (16, 1.0), (16, 0.02), (0, 1.0)]
    stall = [['w = %d, %g ms' % (window, 1e3 * drop_time)] +
             ['%s / %s' % (ms(stall_per_loss(points)),
                           ms(max(row['stall_s.max'] for row in points)))
              for points in (at(rows, case, 0.01, window, drop_time) for case in CASES)]
             for window, drop_time in settings]
    losses = rows.values('link.loss')
    lost = [['%g %%' % (100 * loss)] +
            ['%.2f' % lost_for_each(at(rows, case, loss, *LINUX)) for case in CASES]
            for loss in losses]
    return {'stall': table(['in order'] + CASES, stall),
            'amplification': table(['loss'] + CASES, lost)}


def sentences(rows):
    def waited(case, drop_time):
        return '%.0f' % (1e3 * stall_per_loss(at(rows, case, 0.01, 3, drop_time)))

    def taken(drop_time):
        return rows.where(case='office-fixed', tunnel_receive='in-order',
                          tunnel_drop_time=drop_time)

    short = at(rows, 'office-fixed', 0.1, 3, 0.005)
    longest = max(row['stall_s.max'] for row in rows.where(case='office', tunnel_drop_time=0.005))
    return ['wait for %s ms together and not for %s' % (waited('call', 0.02), waited('call', 1)),
            'for %s and not for %s' % (waited('bursts', 0.02), waited('bursts', 1)),
            '%d cut packet of %.0f million' % (taken(0.02).total('inner.dropped.drop-time'),
                                               taken(0.02).total('inner.offered.pkts') / 1e6),
            'these are %d for %d outer' % (short.total('inner.dropped.drop-time'),
                                           short.total('outer.lost.pkts')),
            '%.1f ms with a `drop-time` of 5 ms' % (1e3 * longest)]


if __name__ == '__main__':
    sys.exit(Study(
        __file__, ['case', 'tunnel.receive', 'link.loss', 'tunnel.reorder-window',
                   'tunnel.drop-time', 'seed', 'inner.offered.pkts', 'inner.delivered.pkts',
                   'inner.in_flight', 'inner.dropped.drop-time', 'outer.sent.pkts',
                   'outer.lost.pkts', 'loss_amplification', 'stall_s.mean', 'stall_s.max'],
        short={'duration': '10s', 'seed': '1 .. 2', 'link.loss': '0.1%, 10%',
               'tunnel.reorder-window': '0, 3', 'tunnel.drop-time': '5ms, 1s'},
        check=check, tables=tables, sentences=sentences).main())
