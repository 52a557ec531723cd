#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How well traffic is recognised from outside, by mode, and what it costs. README.md explains it."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, simulator, table  # noqa: E402


class Attack(Study):
    def sweep(self, path, out):
        simulator('attack', path, '--quiet', '--out', out)
        return self.kept(out)


def by_mode(rows):
    return {row['case']: row for row in rows}


def check(rows, claims, short):
    modes = by_mode(rows)
    fixed = modes['fixed-rate']
    claims.that(fixed['accuracy_low'] <= fixed['chance'] <= fixed['accuracy_high'],
                'fixed-rate: the interval contains chance')
    congestion = modes['congestion']
    claims.that(congestion['accuracy_low'] <= congestion['chance'] <= congestion['accuracy_high'],
                'congestion-controlled: the interval contains chance')
    open_modes = [row for row in rows if row not in (fixed, congestion)]
    claims.that(all(row['accuracy_low'] > 2 * row['chance'] for row in open_modes),
                'the other modes show the class')
    plain = modes['none']
    claims.that(all(row['accuracy_low'] < plain['accuracy_high'] and
                    plain['accuracy_low'] < row['accuracy_high'] for row in open_modes),
                'none of them is recognised less often than no tunnel')
    claims.that(fixed['overhead'] == max(row['overhead'] for row in rows),
                'fixed-rate sends most')


def tables(rows):
    lines = [(row['case'],
              '%.3f' % row['accuracy'],
              '%.3f to %.3f' % (row['accuracy_low'], row['accuracy_high']),
              '%.3f' % row['nearest'],
              '%.2f' % row['overhead'],
              '%.2f' % (row['outer_bps'] / 1e6),
              '%.1f' % (row['delay_s'] * 1e3)) for row in rows]
    return {'modes': table(['mode', 'recognised', '95 % interval', 'nearest neighbour',
                            'octets sent for each delivered', 'Mb/s sent', 'mean delay in ms'],
                           lines)}


STUDY = Attack(__file__,
               columns=['case', 'classes', 'runs', 'chance', 'accuracy', 'accuracy_low',
                        'accuracy_high', 'nearest', 'nearest_low', 'nearest_high', 'overhead',
                        'outer_bps', 'delay_s'],
               short={'seed': '1 .. 10', 'duration': '4s'},
               check=check, tables=tables)

if __name__ == '__main__':
    sys.exit(STUDY.main())
