#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Delay added and octets saved by init-delay. README.md explains it."""

import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import AGGFRAG, SPACE, Study, esp_octets, table  # noqa: E402

CASES = ['voice', 'imix', 'imix-full', 'bulk', 'bulk-full']
RATE_BPS = {'voice': 10 * 200 * 8 / 0.02, 'imix': 10e6, 'bulk': 10e6}
IMIX = [40] * 7 + [576] * 4 + [1500]
MODEL_S = 20


# ------------------------------------------------------------------- by hand, not by simulator

def arrivals(traffic, draw):
    """(time, octets) in order, for MODEL_S seconds."""
    if traffic == 'voice':
        return voice(draw)
    sizes = IMIX if traffic == 'imix' else [1500]
    pps = RATE_BPS[traffic] / 8 / (sum(sizes) / len(sizes))
    now, found = 0.0, []
    while now < MODEL_S:
        now += draw.expovariate(pps)
        found.append((now, draw.choice(sizes)))
    return found


def voice(draw):
    """Two hundred tunnels of ten calls with different phases, each for a separate half second."""
    found = []
    for tunnel in range(10 * MODEL_S):
        phases = [draw.uniform(0, 0.02) for _ in range(10)]
        found += [(tunnel + phase + 0.02 * tick, 200) for tick in range(25) for phase in phases]
    return sorted(found)


def batches(packets, delay_s):
    """The packets queued when the timer, started by the first, expires."""
    gathered, ends = [], None
    for when, octets in packets:
        if ends is not None and when > ends + 1e-9:
            yield gathered
            gathered, ends = [], None
        if ends is None:
            ends = when + delay_s
        gathered.append(octets)
    yield gathered


def outer_lengths(sizes, full):
    """Packs a batch as Linux does; or with `full` so that a packet starts in any remaining space."""
    if full:
        octets = sum(sizes)
        return [esp_octets(AGGFRAG + min(SPACE, octets - at)) for at in range(0, octets, SPACE)]
    used = []
    for octets in sizes:
        if used and octets <= SPACE - used[-1]:
            used[-1] += octets
            continue
        used += [SPACE] * ((octets - 1) // SPACE) + [(octets - 1) % SPACE + 1]
    return [esp_octets(AGGFRAG + data) for data in used]


def overhead_by_hand(case, delay_s):
    packets = arrivals(case.split('-')[0], random.Random(9347))
    outer = sum(sum(outer_lengths(batch, case.endswith('full')))
                for batch in batches(packets, delay_s))
    inner = sum(octets for _, octets in packets)
    return outer / inner - 1


def wait_by_hand(case, delay_s):
    """Mean wait where arrivals are Poisson: the first of a batch waits for all of the delay, those
    that come meanwhile for half of it."""
    sizes = IMIX if case.startswith('imix') else [1500]
    more = RATE_BPS[case.split('-')[0]] / 8 / (sum(sizes) / len(sizes)) * delay_s
    return (delay_s + more * delay_s / 2) / (1 + more)


# ----------------------------------------------------------------------------------- the study

def at(rows, case, delay_s):
    return rows.where(case=case, tunnel_init_delay=delay_s)


def check(rows, claims, short):
    for case in CASES:
        before = None
        for delay_s in rows.values('tunnel.init-delay'):
            points = at(rows, case, delay_s)
            what = '%s, %g ms' % (case, 1e3 * delay_s)
            overhead = points.mean('outer.overhead')
            claims.that(abs(overhead - overhead_by_hand(case, delay_s)) <
                        max(0.015 * overhead, 4 * points.error('outer.overhead'),
                            0.15 * overhead if short else 0),
                        'overhead by hand, ' + what)
            if case != 'voice' and delay_s > 0:
                claims.near(points.mean('delay_s.mean'), wait_by_hand(case, delay_s), 0.03,
                            'mean wait by hand, ' + what)
            claims.that(abs(points.mean('delay_s.p99') - delay_s) < 0.02 * delay_s + 60e-6,
                        'p99 of the delay is init-delay, ' + what)
            if case == 'bulk':
                claims.near(overhead, 116 / 1500, 1e-9, 'bulk never gains, ' + what)
            elif case != 'voice':
                claims.that(before is None or overhead < before * 1.01,
                            'a longer delay never costs octets, ' + what)
            before = overhead
    saved = [at(rows, 'imix', d).mean('outer.overhead') for d in (0, 0.002, 0.02)]
    claims.that((saved[0] - saved[1]) / (saved[0] - saved[2]) > 0.9,
                'nine tenths of what I-Mix can save are saved by 2 ms')


def tables(rows):
    delays = [0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02]
    overhead = [['%g ms' % (1e3 * d)] +
                ['%.1f %%' % (100 * at(rows, case, d).mean('outer.overhead')) for case in CASES]
                for d in delays]
    wait = [['%g ms' % (1e3 * d)] +
            ['%.2f / %.2f' % (1e3 * at(rows, case, d).mean('delay_s.mean'),
                              1e3 * at(rows, case, d).mean('delay_s.p99'))
             for case in ('voice', 'imix', 'bulk')] for d in delays]
    return {'overhead': table(['init-delay'] + CASES, overhead),
            'delay': table(['init-delay', 'voice', 'imix', 'bulk'], wait)}


def sentences(rows):
    def percent(case, delay_s, digits=1):
        return '%.*f %%' % (digits, 100 * at(rows, case, delay_s).mean('outer.overhead'))

    return ['go from %s to %s' % (percent('voice', 0), percent('voice', 0.008)),
            '%s with any delay' % percent('bulk', 0.01),
            'down to %s' % percent('bulk-full', 0.02),
            percent('voice', 0.02, 2)]


if __name__ == '__main__':
    sys.exit(Study(
        __file__, ['case', 'tunnel.init-delay', 'seed', 'outer.overhead', 'delay_s.mean',
                   'delay_s.p99'],
        short={'duration': '1s', 'seed': '1 .. 3',
               'tunnel.init-delay': '0, 0.5ms, 2ms, 20ms'},
        check=check, tables=tables, sentences=sentences).main())
