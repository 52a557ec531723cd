#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How well traffic is recognised from outside, by mode, and what it costs. README.md explains it."""

import csv
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, simulator, table  # noqa: E402

CONFUSION = 'confusion.csv'


class Attack(Study):
    def sweep(self, path, out):
        simulator('attack', path, '--quiet', '--out', out)
        return self.kept(out)

    def publish(self, data, scratch):
        shutil.copyfile(os.path.join(scratch, 'out-' + self.name, CONFUSION),
                        os.path.join(self.folder, CONFUSION))
        super().publish(data, scratch)

    def confusion(self):
        """[tunnel][class][guess]: runs, of the data beside the page."""
        matrices = {}
        with open(os.path.join(self.folder, CONFUSION), newline='') as f:
            for row in csv.DictReader(f):
                matrix = matrices.setdefault(row['tunnel'], {})
                matrix.setdefault(row['class'], {})[row['guess']] = int(row['runs'])
        return matrices


HIDDEN = ('fixed-rate', 'congestion')


def by_mode(rows):
    return {row['case']: row for row in rows}


def check(rows, claims, short):
    found = by_mode(rows)
    for name in HIDDEN:
        row = found[name]
        claims.that(row['accuracy_low'] <= row['chance'] <= row['accuracy_high'],
                    '%s: the interval contains chance' % name)
    shown = [row for row in rows if row['case'] not in HIDDEN]
    claims.that(all(row['accuracy_low'] > 2 * row['chance'] for row in shown),
                'the other modes show the class')
    claims.that(min(found[name]['overhead'] for name in HIDDEN) >
                max(row['overhead'] for row in shown), 'what hides most sends most')
    if not short:
        check_details(found, shown, claims)


def check_details(found, shown, claims):
    for name, part in (('none', 0.925), ('esp', 0.917), ('esp-pad', 0.917), ('on-demand', 0.917),
                       ('on-demand-5ms', 0.975)):
        claims.near(found[name]['accuracy'], part, 0.001, '%s: recognised' % name)
    claims.that(all(found[name]['accuracy'] == found[name]['chance'] for name in HIDDEN),
                'fixed-rate and congestion-controlled: exactly 1 of 6')
    claims.that(all(row['accuracy'] >= 5 * row['chance'] for row in shown),
                'others are recognised five times as often as by chance or more')
    claims.that(all(row['accuracy'] <= found['on-demand-5ms']['accuracy'] for row in shown),
                'init-delay does not help')
    claims.that(all(row['svm'] > row['nearest'] for row in shown),
                'the support vector machine is the better of both')
    for name in ('esp-pad', 'min-rate-4M'):
        claims.that(0.81 <= found[name]['delivered'] <= 0.82, '%s: delivered' % name)
        claims.near(found[name]['delay_s'], 0.042, 0.02, '%s: delay' % name)
    for name, overhead, delay in (('fixed-rate', 6.8, 0.001), ('congestion', 7.5, 0.011)):
        claims.near(found[name]['overhead'], overhead, 0.01, '%s: overhead' % name)
        claims.that(abs(found[name]['delay_s'] - found['esp']['delay_s'] - delay) < 0.0005,
                    '%s: delay above that of esp' % name)
    check_confusion(shown, claims)


def check_confusion(shown, claims):
    matrices = STUDY.confusion()
    pages = {'article', 'news', 'shop'}
    for row in shown:
        wrong = {name for name, guesses in matrices[row['case']].items()
                 if any(runs > 0 and guess != name for guess, runs in guesses.items())}
        claims.that(wrong <= pages, '%s: only pages are mistaken' % row['case'])
    slow = matrices['min-rate-4M']
    claims.that(slow['news']['news'] + slow['shop']['shop'] == 22,
                'min-rate-4M: 22 of 40 runs of news and shop are right')


def modes(rows):
    lines = [(row['case'],
              '%.3f' % row['accuracy'],
              '%.3f to %.3f' % (row['accuracy_low'], row['accuracy_high']),
              '%.3f' % row['svm'],
              '%.3f' % row['nearest'],
              '%.3f' % row['delivered'],
              '%.2f' % row['overhead'],
              '%.2f' % (row['outer_bps'] / 1e6),
              '%.1f' % (row['delay_s'] * 1e3)) for row in rows]
    return table(['mode', 'recognised', '95 % interval', 'SVM', 'nearest neighbour', 'delivered',
                  'octets sent for each delivered', 'Mb/s sent', 'mean delay in ms'], lines)


def confusion(rows):
    """A line for each class of each mode of which a run was taken for another class."""
    lines = []
    for mode, matrix in STUDY.confusion().items():
        for name, guesses in matrix.items():
            others = ', '.join('%s %d' % (guess, runs) for guess, runs in guesses.items()
                               if runs > 0 and guess != name)
            if others:
                lines.append((mode, name, str(guesses[name]), others))
    return table(['mode', 'class', 'right', 'taken for'], lines)


def tables(rows):
    return {'modes': modes(rows), 'confusion': confusion(rows)}


STUDY = Attack(__file__,
               columns=['case', 'classes', 'runs', 'chance', 'accuracy', 'accuracy_low',
                        'accuracy_high', 'svm', 'svm_low', 'svm_high', 'nearest', 'nearest_low',
                        'nearest_high', 'delivered', 'overhead', 'outer_bps', 'delay_s'],
               short={'seed': '1 .. 10', 'duration': '4s'},
               check=check, tables=tables)

if __name__ == '__main__':
    sys.exit(STUDY.main())
