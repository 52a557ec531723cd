#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Bursts before a tunnel of constant rate: queue, loss, marks, delay. README.md explains it."""

import csv
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import MTU, SPACE, Study, simulator, table  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SLOT_PS = MTU * 8 * 10**12 // 10**7     # an outer packet at 10 Mb/s
KB = 1000
SIZES = [5 * KB, 10 * KB, 50 * KB, 200 * KB, 500 * KB, 1000 * KB, 5000 * KB, 10000 * KB]


# ------------------------------------------------------------------- by hand, not by simulator

def arrivals(trace):
    """(time, octets) of all arrivals at the queue, from a trace."""
    with open(trace, newline='') as f:
        return [(int(row['time_ps']), int(row['octets'])) for row in csv.DictReader(f)
                if row['point'] in ('iptfs_enqueue', 'iptfs_no_queue_space')]


def queue_by_hand(packets, limit):
    """(refused, marked) of a queue from which a slot takes what fills an outer packet. A packet
    that is partly sent has left the queue."""
    queue, partial, refused, marked, slot = [], 0, 0, 0, 0
    for when, octets in packets:
        while slot < when:
            free = SPACE - min(partial, SPACE)
            partial -= SPACE - free
            while free > 0 and queue:
                partial = queue.pop(0)
                free, partial = free - min(free, partial), partial - min(free, partial)
            slot += SLOT_PS
        held = sum(queue) + octets
        if held > limit:
            refused += 1
            continue
        queue.append(octets)
        marked += held > limit * 95 // 100
    return refused, marked


def check_queue(claims, limit):
    """Compares the simulator with queue_by_hand for the same packets."""
    with tempfile.TemporaryDirectory() as scratch:
        trace = os.path.join(scratch, 'trace.csv')
        output = os.path.join(scratch, 'out')
        simulator('run', os.path.join(HERE, 'queue.ini'), '--quiet', '--out', output, '--trace',
                  trace, '--set', 'scenario.duration=5s',
                  '--set', 'tunnel.max-queue-size=%d' % limit)
        with open(os.path.join(output, 'summary.json')) as f:
            inner = json.load(f)['inner']
        found = inner['dropped']['no-queue-space'], inner['ce_marked']
        expected = queue_by_hand(arrivals(trace), limit)
    claims.that(found == expected and min(expected) > 0,
                'refused and marked by hand, queue of %d: expected %s, found %s' %
                (limit, expected, found))


def longest_by_hand(limit):
    """What a packet waits behind a full queue: the slots that empty it, one for the packet that
    is partly sent, one until the next slot, and the link."""
    return (limit / SPACE + 2) * SLOT_PS / 1e12 + 2e-4


# ----------------------------------------------------------------------------------- the study

def at(rows, case, limit):
    return rows.where(case=case, tunnel_max_queue_size=limit)


def share(points, column):
    return points.total(column) / points.total('inner.offered.pkts')


def check(rows, claims, short):
    for limit in (20 * KB, 50 * KB):
        check_queue(claims, limit)
    for row in rows:
        limit, refused = row['tunnel.max-queue-size'], row['inner.dropped.no-queue-space']
        if row['case'] == 'on-demand':
            continue
        what = '%s, %d octets, seed %d' % (row['case'], limit, row['seed'])
        claims.that(row['delay_s.max'] <= longest_by_hand(limit),
                    'longest delay by hand, ' + what)
        if refused > 0:
            claims.that(row['delay_s.max'] >= (limit - MTU) / SPACE * SLOT_PS / 1e12,
                        'a queue that refuses is full, ' + what)
            claims.that(row['inner.ce_marked'] > 0, 'marks come before losses, ' + what)
    sizes = rows.values('tunnel.max-queue-size')
    for smaller, larger in zip(sizes, sizes[1:]):
        for case in ('pareto', 'exponential'):
            claims.that(share(at(rows, case, larger), 'inner.dropped.no-queue-space') <=
                        share(at(rows, case, smaller), 'inner.dropped.no-queue-space'),
                        'a longer queue loses less, %s, %d' % (case, larger))
    for limit in sizes:
        if limit >= 20 * KB:
            points = at(rows, 'on-demand', limit)
            claims.that(points.total('inner.ce_marked') == 0 and
                        points.total('inner.dropped.no-queue-space') == 0 and
                        (short or points.total('inner.dropped.link-queue') > 0),
                        'on demand the link loses, and nothing is marked: %d' % limit)
    exponential, pareto = (share(at(rows, case, 1000 * KB), 'inner.dropped.no-queue-space')
                           for case in ('exponential', 'pareto'))
    claims.that(exponential == 0 and (short or pareto > 0.005),
                '1 MB holds all bursts without a tail, not those with one')


def tables(rows):
    def percent(case, limit, column):
        return '%.2f %%' % (100 * share(at(rows, case, limit), column))

    def cells(case, limit):
        return [percent(case, limit, 'inner.dropped.no-queue-space'),
                percent(case, limit, 'inner.ce_marked'),
                '%.0f' % (1e3 * at(rows, case, limit).mean('delay_s.p99'))]

    return {'queue': table(['max-queue-size', 'pareto: lost', 'marked', 'p99 in ms',
                            'exponential: lost', 'marked', 'p99 in ms', 'on-demand: lost (link)'],
                           [['%d kB' % (limit / KB)] + cells('pareto', limit) +
                            cells('exponential', limit) +
                            [percent('on-demand', limit, 'inner.dropped.link-queue')]
                            for limit in SIZES])}


def sentences(rows):
    def slots(limit):
        return limit / SPACE * SLOT_PS / 1e12

    return ['%.0f ms for 50 kB, %.2f s for 1 MB' % (1e3 * slots(50e3), slots(1e6)),
            'about to wait for %.2f s' % (0.95 * slots(1e6))]


if __name__ == '__main__':
    sys.exit(Study(
        __file__, ['case', 'tunnel.max-queue-size', 'seed', 'inner.offered.pkts',
                   'inner.dropped.no-queue-space', 'inner.dropped.link-queue', 'inner.ce_marked',
                   'delay_s.p50', 'delay_s.p99', 'delay_s.max'],
        short={'duration': '20s', 'seed': '1',
               'tunnel.max-queue-size': '5kB, 50kB, 200kB, 1MB, 5MB'},
        check=check, tables=tables, sentences=sentences).main())
