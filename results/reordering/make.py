#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""X of every 32 outer packets reversed, against reorder windows. README.md explains it."""

import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import SPACE, Study, table, write  # noqa: E402

REVERSED = [2, 4, 5, 8, 12, 17, 20]
EVERY = 32
FIRST = 8                   # number of the first packet that is reversed
BLOCKS = 30
SIZE = 500
GAP_US = 1000               # between outer packets; reversed ones arrive 1 us apart


def list_name(count):
    return 'reverse-%02d-of-%d.csv' % (count, EVERY)


def prepare(folder):
    """The lists: each packet of a block is held back until the last of it has arrived, and 1 us more
    for each packet behind it in the block."""
    for count in REVERSED:
        lines = ['# %d of every %d outer packets, %d us apart, arrive in reverse; made by make.py'
                 % (count, EVERY, GAP_US)]
        for block in range(BLOCKS):
            lines += ['delay,%d,%dus' % (FIRST + EVERY * block + place,
                                         (count - 1 - place) * (GAP_US + 1))
                      for place in range(count - 1)]
        write(os.path.join(folder, list_name(count)), '\n'.join(lines) + '\n')


# ------------------------------------------------------------------- by hand, not by simulator

def given_up(count, window):
    """Numbers of the outer packets that arrive when the window has passed them: the oldest."""
    return {FIRST + EVERY * block + place for block in range(BLOCKS)
            for place in range(max(0, count - (window + 1)))}


def lost_by_hand(case, count, window, offered):
    late = given_up(count, window)
    if case == 'whole':     # window 0 is none at all: packets are taken as they come
        return len(late) if window > 0 else 0
    if case == 'whole-immediate':
        return 0
    spans = [outer_span(inner) for inner in range(offered)]
    if case == 'fragments' and window == 0:
        return lost_as_they_come(count, spans)
    return sum(1 for first, last in spans if late.intersection(range(first, last + 1)) and
               (first != last or case == 'fragments'))


def outer_span(inner):
    """First and last outer packet of an inner one. The first one has its own outer packet."""
    begin = (inner - 1) * SIZE
    return (1, 1) if inner == 0 else (begin // SPACE + 2, (begin + SIZE - 1) // SPACE + 2)


def lost_as_they_come(count, spans):
    """Without a window. While the rest of an inner packet is awaited, outer packets before it are
    ignored; one behind it ends the wait."""
    begins, delivered, awaited, ends = {}, 0, None, 0
    for first, last in spans:
        begins.setdefault(first, []).append(last)
    behind = {FIRST + EVERY * block + place: count - 1 - 2 * place
              for block in range(BLOCKS) for place in range(count)}
    for number in sorted(range(1, max(begins) + 1), key=lambda n: n + behind.get(n, 0)):
        if awaited is not None and number < awaited:
            continue
        if number == awaited and ends > number:
            awaited += 1
            continue
        delivered += number == awaited
        awaited = None
        for last in begins.get(number, []):
            if last == number:
                delivered += 1
            else:
                awaited, ends = number + 1, last
    return len(spans) - delivered


# ----------------------------------------------------------------------------------- the study

def reversed_of(row):
    return int(re.match(r'reverse-(\d+)', os.path.basename(row['link.impair-list']))[1])


def lost(row):
    return row['inner.offered.pkts'] - row['inner.delivered.pkts'] - row['inner.in_flight']


def check(rows, claims, short):
    for row in rows:
        case, count, window = row['case'], reversed_of(row), row['tunnel.reorder-window']
        expected = lost_by_hand(case, count, window, row['inner.offered.pkts'])
        what = '%s, %d reversed, window %d' % (case, count, window)
        claims.that(lost(row) == expected,
                    'inner packets lost by hand, %s: expected %d, found %d' %
                    (what, expected, lost(row)))
        if window > 0 or 'immediate' in case:
            claims.that(row['outer.late'] == BLOCKS * max(0, count - (window + 1)),
                        'the oldest max(0, X-(w+1)) come late, %s: %g' % (what, row['outer.late']))
        claims.that(row['outer.lost.pkts'] == 0, 'the link loses nothing, ' + what)


def tables(rows):
    windows = [0, 1, 2, 3, 4, 7, 11, 16]

    def cells(case, count):
        return ['%.*f' % (case != 'whole', lost(row) / BLOCKS)
                for window in windows for row in rows
                if row['case'] == case and reversed_of(row) == count and
                row['tunnel.reorder-window'] == window]

    return {case: table(['X'] + ['w = %d' % window for window in windows],
                        [['%d' % count] + cells(case, count) for count in REVERSED])
            for case in ('whole', 'fragments', 'fragments-immediate')}


def sentences(rows):
    # Nine more consecutive late outer packets; and a single one.
    found = {window: lost(row) for row in rows for window in (7, 16)
             if row['case'] == 'fragments' and reversed_of(row) == 20 and
             row['tunnel.reorder-window'] == window}
    single = next(lost(row) for row in rows if row['case'] == 'fragments' and
                  reversed_of(row) == 8 and row['tunnel.reorder-window'] == 6)
    return ['takes %.1f inner ones with it' % ((found[7] - found[16]) / 9 / BLOCKS),
            'one late outer packet costs %.1f' % (single / BLOCKS)]


if __name__ == '__main__':
    sys.exit(Study(
        __file__, ['case', 'link.impair-list', 'tunnel.reorder-window', 'inner.offered.pkts',
                   'inner.delivered.pkts', 'inner.in_flight', 'inner.dropped.late',
                   'inner.dropped.incomplete', 'outer.lost.pkts', 'outer.late', 'outer.held_max'],
        short={'tunnel.reorder-window': '0, 3, 16'},
        check=check, tables=tables, sentences=sentences, prepare=prepare).main())
