#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Goodput and overhead over the size of inner packets. README.md explains it."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import AGGFRAG, ETHERNET, MTU, SPACE, Study, esp_octets, table  # noqa: E402

LINE_BPS = 100e6
CASES = ['no-tunnel', 'esp', 'esp-pad', 'on-demand', 'on-demand-full', 'fixed-rate']


# ------------------------------------------------------------------- by hand, not by simulator

def esp_pieces(size):
    """Inner IP packets that plain ESP carries: fragments, of payloads in 8 octets, where one is
    too long for the MTU."""
    if esp_octets(size) <= MTU:
        return [size]
    most = max(n for n in range(20, MTU, 8) if esp_octets(n) <= MTU)
    return [most, size - most + 20]


def on_demand(size):
    """(inner packets, outer lengths) of one cycle of Linux's packing."""
    if size <= SPACE:
        together = SPACE // size
        return together, [esp_octets(AGGFRAG + together * size)]
    return 1, [esp_octets(AGGFRAG + SPACE), esp_octets(AGGFRAG + size - SPACE)]


def by_hand(case, size):
    """(inner octets, outer lengths) of one cycle on a saturated line."""
    if case == 'no-tunnel':
        return size, [max(size, 46)]
    if case == 'esp':
        return size, [esp_octets(piece) for piece in esp_pieces(size)]
    if case == 'esp-pad':
        return size, [MTU for _ in esp_pieces(size)]
    if case == 'on-demand':
        together, outer = on_demand(size)
        return together * size, outer
    return SPACE, [MTU]         # filled to the last octet


def goodput_by_hand(case, size):
    inner, outer = by_hand(case, size)
    return inner / sum(length + ETHERNET for length in outer)


def overhead_by_hand(case, size):
    inner, outer = by_hand(case, size)
    return (sum(outer) - inner) / inner if case != 'no-tunnel' else 0


# ----------------------------------------------------------------------------------- the study

def part(rows, case, size):
    """Goodput as a share of the line rate."""
    return rows.where(case=case, traffic_load_size=size)[0]['goodput_bps'] / LINE_BPS


def overhead(rows, case, size):
    """Octets of outer packets beyond the inner ones, as a share of these."""
    return rows.where(case=case, traffic_load_size=size)[0]['outer.overhead']


def check(rows, claims, short):
    # A run ends in the middle of some packets, and on demand each batch of some 500 ends with an
    # outer packet that is not full.
    ends = 4 * 8 * (MTU + ETHERNET) / (LINE_BPS * (0.2 if short else 1))
    for row in rows:
        case, size = row['case'], row['traffic.load.size']
        what = '%s, %d octets' % (case, size)
        claims.that(abs(row['goodput_bps'] / LINE_BPS - goodput_by_hand(case, size)) < ends,
                    'goodput by hand, ' + what)
        claims.near(1 + row['outer.overhead'], 1 + overhead_by_hand(case, size), ends,
                    'overhead by hand, ' + what)
    for row in rows.where(case='no-tunnel'):
        size = row['traffic.load.size']
        claims.that((part(rows, 'fixed-rate', size) > part(rows, 'no-tunnel', size)) == (size <= 570),
                    'up to 570 octets fixed-rate beats bare Ethernet: %d' % size)
    for case in CASES:
        drop = part(rows, case, 721) - part(rows, case, 722)
        claims.that((drop > 0.05) == (case == 'on-demand'),
                    '721 to 722 octets costs on-demand alone: %s %.4f' % (case, drop))
    for row in rows:
        case, size = row['case'], row['traffic.load.size']
        if case == 'on-demand' and size <= SPACE:
            gain = part(rows, case, size) - part(rows, 'esp', size)
            claims.that(gain > 0 if size <= 721 else -0.005 < gain < ends,
                        'on-demand beats ESP up to 721 octets, then loses 4: %d' % size)
        if case in ('fixed-rate', 'on-demand-full'):
            claims.that(abs(part(rows, case, size) - 0.9376) < ends,
                        '%s has the same for all sizes: %d' % (case, size))


def tables(rows):
    sizes = [40, 200, 480, 481, 721, 722, 1400, 1442, 1443, 1447, 1500]
    goodput = [['%d' % size] + ['%.1f %%' % (100 * part(rows, case, size)) for case in CASES]
               for size in sizes]
    costs = [['%d' % size] + ['%.1f %%' % (100 * overhead(rows, case, size)) for case in CASES[1:]]
             for size in sizes]
    cliff = [['%d' % size, '%.2f %%' % (100 * part(rows, 'on-demand', size)),
              '%.2f %%' % (100 * overhead(rows, 'on-demand', size))]
             for size in range(717, 727)]
    return {'cliff': table(['octets', 'goodput', 'overhead'], cliff),
            'goodput': table(['octets'] + CASES, goodput),
            'overhead': table(['octets'] + CASES[1:], costs)}


def sentences(rows):
    def percent(case, size):
        return '%.1f' % (100 * part(rows, case, size))

    return ['takes goodput from %s to %s %%' % (percent('on-demand', 721), percent('on-demand', 722)),
            'from %.1f to %.1f %%' % (100 * overhead(rows, 'on-demand', 721),
                                      100 * overhead(rows, 'on-demand', 722)),
            '%s %% of the line' % percent('fixed-rate', 1442),
            'leave %s %% of the line' % percent('esp-pad', 40),
            '%s %% instead of %s %% with 1500' % (percent('on-demand', 1442),
                                                  percent('on-demand', 1500))]


if __name__ == '__main__':
    sys.exit(Study(
        __file__, ['case', 'traffic.load.size', 'goodput_bps', 'outer.overhead',
                   'outer.padding_share', 'outer.mean_fill'],
        short={'duration': '200ms',
               'traffic.load.size': '40, 480, 481, 721, 722, 1500'},
        check=check, tables=tables, sentences=sentences).main())
