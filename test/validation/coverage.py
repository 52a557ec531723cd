#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the line counts of a coverage build, made by `./waf coverage`, and says what no test runs.

It fails when fewer than 96 % of the lines of model/ and helper/ ran, when a file below that has no
reason in uncovered.txt beside this script, or when a reason there is no longer needed.
"""

import json
import os
import subprocess
import sys

LEAST = 96.0  # per cent, of all lines and of those of each file without a reason
REASONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'uncovered.txt')


def read_reasons():
    """File -> why so many of its lines do not run: `path: reason`, # starts a comment."""
    reasons = {}
    with open(REASONS) as f:
        for line in f:
            line = line.split('#')[0].strip()
            if line:
                path, reason = line.split(':', 1)
                reasons[path] = reason.strip()
    return reasons


def count_lines(build_dir):
    """File -> (lines that ran, all its lines, numbers of those that did not)."""
    report = subprocess.run(
        ['gcovr', '--root', '.', '--filter', 'model/', '--filter', 'helper/',
         '--gcov-ignore-parse-errors',  # killed processes leave counters that are negative
         '--json', '-', build_dir],
        stdout=subprocess.PIPE, check=True).stdout
    files = {}
    for entry in json.loads(report)['files']:
        lines = [line for line in entry['lines'] if not line.get('gcovr/noncode')]
        missing = sorted({line['line_number'] for line in lines if not line['count']})
        total = len({line['line_number'] for line in lines})
        files[entry['file']] = (total - len(missing), total, missing)
    return files


def as_ranges(numbers):
    """1 2 3 7 -> 1-3 7"""
    ranges = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ' '.join('%d' % a if a == b else '%d-%d' % (a, b) for a, b in ranges)


def share(ran, total):
    return 100.0 * ran / total if total else 100.0


def main():
    files, reasons, wrong = count_lines(sys.argv[1]), read_reasons(), []
    for path, (ran, total, missing) in sorted(files.items()):
        if missing:
            print('%5.1f %%  %s  %s' % (share(ran, total), path, as_ranges(missing)))
        low = share(ran, total) < LEAST
        if low and path not in reasons:
            wrong.append('%s has %d of %d lines' % (path, ran, total))
        elif not low and path in reasons:
            wrong.append('%s needs no reason any more' % path)
    wrong += ['%s has a reason and no lines' % path for path in sorted(set(reasons) - set(files))]
    ran, total = (sum(counts[i] for counts in files.values()) for i in (0, 1))
    for line in wrong:
        print(line)
    print('%d of %d lines ran, %.1f %%; %d files are not as they should be'
          % (ran, total, share(ran, total), len(wrong)))
    return 1 if wrong or share(ran, total) < LEAST else 0


if __name__ == '__main__':
    sys.exit(main())
