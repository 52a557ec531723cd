#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures figures 13 to 18 of RFC 9347's Appendix C, and the I-Mix comparison of IETF 105, and
writes them beside the published figures. Called by `./waf results`; README.md says what is measured
and how. Ends with status 1 when a figure disagrees for no stated reason."""

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
from collections import namedtuple
from decimal import Decimal
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PUBLISHED = os.path.join(ROOT, 'test', 'golden', 'rfc9347')
SIM = os.environ.get('IPTFS_SIM', os.path.join(ROOT, 'build', 'iptfs-sim'))

LINE_BPS = 10 * 10**9
ETHERNET_OCTETS = 38        # header, FCS, preamble and gap
ETHERNET_LEAST_PAYLOAD = 46
ANY_MTU = 9216              # longer than all that is sent through "any" MTU
RUN_OUTER_PKTS = 2520       # a run's least length; 1 to 10 and 18 divide it
PADLESS_OCTETS = 518        # and the trailer's 2 octets are 520: ESP needs no padding
RFC_ESP_OCTETS = 36         # what the RFC takes for transport mode


# ------------------------------------------------------------------------------ running

def simulate(scratch, scenario, settings, trace=None):
    """Runs a scenario of this folder: its summary, numbers exact."""
    command = [SIM, 'run', os.path.join(HERE, scenario), '--json', '--out', scratch]
    for name, value in settings.items():
        command += ['--set', '%s=%s' % (name, value)]
    if trace:
        command += ['--trace', trace]
    run = subprocess.run(command, stdout=subprocess.PIPE)
    if run.returncode:
        sys.exit('%s: status %d' % (' '.join(command), run.returncode))
    return json.loads(run.stdout.decode(), parse_float=Decimal)


def tunnel(column):
    """Settings for a column's type and MTU."""
    settings = {'tunnel.mode': column.mode, 'link.mtu': column.mtu or ANY_MTU}
    if column.mtu:
        settings['tunnel.pkt-size'] = column.mtu
    return settings


class Column(namedtuple('Column', 'kind mtu')):
    """A type of encapsulation and its MTU, 0 for any."""

    MODES = {'esp_pad': 'esp-pad', 'iptfs': 'fixed-rate', 'ethernet': 'none',
             'esp': 'esp-transport'}

    @classmethod
    def named(cls, name):
        kind, _, size = name.rpartition('_')
        if not size.isdigit():
            return cls(name, 0)
        # 590, 1514 and 9014 are 576, 1500 and 9000 with Ethernet's header.
        return cls(kind, int(size) - 14 if size.endswith(('90', '14')) else int(size))

    @property
    def mode(self):
        return self.MODES[self.kind]


class Flow(namedtuple('Flow', 'time_s inner_pkts inner_octets outer_pkts outer_octets')):
    """What arrived at the far end of a saturated link, and how long it took."""

    def l2_octets(self):
        return LINE_BPS * self.time_s / 8 / self.inner_pkts

    def overhead(self):
        return Fraction(self.outer_octets - self.inner_octets, self.inner_pkts)


class Bench:
    """Makes each measurement once."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.known = {}

    def flow(self, column, inner):
        key = (column, inner)
        if key not in self.known:
            self.known[key] = self.measure_flow(column, inner)
        return self.known[key]

    def measure_flow(self, column, inner):
        """Runs for a whole number of cycles, so that nothing is cut at the end. A run twice
        as long must count twice as much, which confirms it."""
        settings = dict(tunnel(column), **{'traffic.load.size': inner})
        if column.kind == 'iptfs':
            settings['tunnel.l2-fixed-rate'] = '%dbps' % LINE_BPS
        probe = self.saturate(settings, 10**8)
        frame = max(probe.outer_octets // probe.outer_pkts, ETHERNET_LEAST_PAYLOAD)
        frame_ps = (frame + ETHERNET_OCTETS) * 8 * 10**12 // LINE_BPS
        # As many outer packets as an inner one has octets carry whole inner packets.
        frames = RUN_OUTER_PKTS
        if column.kind == 'iptfs':
            frames = inner * math.ceil(RUN_OUTER_PKTS / inner)
        once = self.saturate(settings, frames * frame_ps)
        twice = self.saturate(settings, 2 * frames * frame_ps)
        if any(2 * a != b for a, b in zip(once, twice)):
            sys.exit('%s, %d octets: %s, and in twice the time %s' % (column, inner, once, twice))
        return twice

    def saturate(self, settings, duration_ps):
        found = simulate(self.scratch, 'saturated.ini',
                         dict(settings, **{'scenario.duration': '%dps' % (duration_ps + 1)}))
        delivered, received = found['inner']['delivered'], found['outer']['received']
        return Flow(Fraction(duration_ps, 10**12), delivered['pkts'], delivered['octets'],
                    received['pkts'], received['octets'])

    def esp_octets(self):
        """What ESP in tunnel mode adds to a packet without padding."""
        if 'esp' not in self.known:
            settings = {'tunnel.mode': 'esp', 'link.mtu': ANY_MTU,
                        'traffic.load.size': PADLESS_OCTETS}
            self.known['esp'] = self.saturate(settings, 10**9).overhead()
        return self.known['esp']

    def overhead(self, column, inner):
        """As the RFC counts it: of a padded packet the padding, of several padded packets all that
        is not the inner packet."""
        flow = self.flow(column, inner)
        alone = column.kind == 'esp_pad' and flow.outer_pkts == flow.inner_pkts
        return flow.overhead() - (self.esp_octets() if alone else 0)

    def time_alone_s(self, settings, inner):
        found = simulate(self.scratch, 'one-packet.ini',
                         dict(settings, **{'traffic.one.size': inner}))
        return Fraction(found['delay_s']['max'])

    def latency_s(self, column, inner):
        return self.slot_wait_s(column, inner) if column.kind == 'iptfs' else \
            self.padding_time_s(column, inner)

    def padding_time_s(self, column, inner):
        """The time that padding adds to a single packet on an idle line."""
        plain = {'tunnel.mode': 'none', 'link.mtu': ANY_MTU}
        added = self.time_alone_s(tunnel(column), inner) - self.time_alone_s(plain, inner)
        flow = self.flow(column, inner)
        if flow.outer_pkts > flow.inner_pkts:
            return added
        esp = dict(plain, **{'tunnel.mode': 'esp'})
        return added - (self.time_alone_s(esp, PADLESS_OCTETS) -
                        self.time_alone_s(plain, PADLESS_OCTETS))

    def slot_wait_s(self, column, inner):
        """How long a packet waits for the outer packet in which it leaves."""
        trace = os.path.join(self.scratch, 'trace.csv')
        came_in_ps = inner * 8 * 10**12 // LINE_BPS
        simulate(self.scratch, 'slot-wait.ini',
                 {'tunnel.pkt-size': column.mtu, 'link.mtu': column.mtu,
                  'traffic.one.size': inner, 'traffic.one.start': '%dps' % came_in_ps}, trace)
        with open(trace) as f:
            times = {row['point']: int(row['time_ps']) for row in csv.DictReader(f)}
        return Fraction(times['iptfs_first_dequeue'] - times['iptfs_enqueue'], 10**12)


# ------------------------------------------------------------------------------ figures

# A published table: its figure, file, the value in the printed unit, and the step and rounding in
# which a cell is printed.
Figure = namedtuple('Figure', 'number title file value digits')

TRUNCATED, ROUNDED = 'truncated', 'rounded'


def pps_digits(column, inner):
    return (Fraction(1000), TRUNCATED) if inner >= 1442 else (Fraction(100000), ROUNDED)


def percent_digits(column, inner):
    return (Fraction(1, 100 if column.kind == 'iptfs' else 10), ROUNDED)


FIGURES = [
    Figure(13, 'Overhead in octets', 'overhead-octets.csv',
           lambda bench, column, inner, l2: bench.overhead(column, inner),
           lambda column, inner: (Fraction(1, 10), ROUNDED)),
    Figure(14, 'Overhead in percent', 'overhead-percent.csv',
           lambda bench, column, inner, l2: 100 * bench.overhead(column, inner) / inner,
           percent_digits),
    Figure(15, 'Octets on the Ethernet', 'l2-octets.csv',
           lambda bench, column, inner, l2: l2,
           lambda column, inner: (Fraction(1), TRUNCATED)),
    Figure(16, 'Packets per second at 10 Gb/s', 'pps-10g.csv',
           lambda bench, column, inner, l2: Fraction(LINE_BPS, 8) / l2,
           pps_digits),
    Figure(17, 'Bandwidth in percent of 10 Gb/s', 'bandwidth-percent-10g.csv',
           lambda bench, column, inner, l2: 100 * inner / l2,
           lambda column, inner: (Fraction(1, 100), ROUNDED)),
    Figure(18, 'Added latency in microseconds', 'latency-10g-us.csv',
           lambda bench, column, inner, l2: 10**6 * bench.latency_s(column, inner),
           lambda column, inner: (Fraction(1, 100), ROUNDED)),
]


def printed(value, step, rounding):
    """The value in whole steps; halves go up."""
    steps = value / step
    return step * (math.floor(steps + Fraction(1, 2)) if rounding == ROUNDED else math.floor(steps))


def exceptions(bench, figure, column, inner):
    """Octets that the RFC counts beyond those measured, and why."""
    reasons = []
    if figure.number in (15, 16, 17) and column.kind == 'esp':
        missing = RFC_ESP_OCTETS - bench.flow(column, inner).overhead()
        if missing:
            reasons.append((missing, 'constant ESP'))
    if figure.number == 15 and column.mtu == 0 and inner in (518, 1442, 8942):
        reasons.append((18, 'size + 18'))
    return reasons


Cell = namedtuple('Cell', 'inner column published measured rounding agrees added reason')


def measure_cell(bench, figure, inner, name, text):
    column = Column.named(name)
    reasons = exceptions(bench, figure, column, inner)
    added = sum(octets for octets, _ in reasons)
    step, rounding = figure.digits(column, inner)

    def agrees(octets):
        value = figure.value(bench, column, inner, bench.flow(column, inner).l2_octets() + octets)
        return printed(value, step, rounding) == Fraction(text)

    measured = figure.value(bench, column, inner, bench.flow(column, inner).l2_octets())
    plain = agrees(0)
    reason = '' if plain else ' and '.join(why for _, why in reasons)
    verdict = 'yes' if plain else 'explained' if added and agrees(added) else 'no'
    return Cell(inner, name, text, measured, rounding, verdict, 0 if plain else added, reason)


def measure_figure(bench, figure):
    with open(os.path.join(PUBLISHED, figure.file)) as f:
        rows = list(csv.reader(f))
    return [measure_cell(bench, figure, int(row[0]), name, text)
            for row in rows[1:] for name, text in zip(rows[0][1:], row[1:])]


# -------------------------------------------------------------------------------- I-Mix

SLIDES = {'padded ESP': 219, 'IP-TFS': 943, 'Ethernet': 672}
MIX = {40: 7, 576: 4, 1500: 1}
MIX_COLUMNS = {'padded ESP': Column('esp_pad', 1500), 'IP-TFS': Column('iptfs', 1500),
               'Ethernet': Column('ethernet', 0)}


def share(bench, column, inner):
    return Fraction(inner) / bench.flow(column, inner).l2_octets()


def mean_share(bench, column):
    """Mean over the packets of a mix of the share each size gets without the others."""
    total = sum(count * share(bench, column, inner) for inner, count in MIX.items())
    return total / sum(MIX.values())


def measure_mix(bench):
    rows = []
    for name, column in MIX_COLUMNS.items():
        settings = tunnel(column)
        if column.kind == 'iptfs':
            settings['tunnel.l2-fixed-rate'] = '1Gbps'
        found = simulate(bench.scratch, 'imix.ini', settings)
        rows.append((name, SLIDES[name], Fraction(found['goodput_bps']) / 10**6,
                     1000 * mean_share(bench, column)))
    return rows


# ------------------------------------------------------------------------------ writing

def decimal(value, digits=6):
    """A number with `digits` decimals, without trailing zeros."""
    text = '%.*f' % (digits, value)
    return text.rstrip('0').rstrip('.') if '.' in text else text


def write(name, text):
    path = os.path.join(HERE, name)
    with open(path + '.new', 'w') as f:
        f.write(text)
    os.replace(path + '.new', path)


def csv_text(header, rows):
    return '\n'.join([header] + [','.join(str(value) for value in row) for row in rows]) + '\n'


def figure_csv(cells):
    return csv_text('inner_octets,type,published,measured,rounding,agrees,octets_added,reason',
                    [(c.inner, c.column, c.published, decimal(c.measured), c.rounding, c.agrees,
                      c.added, c.reason) for c in cells])


def figure_table(figure, cells):
    names = list(dict.fromkeys(cell.column for cell in cells))
    lines = ['## Figure %d: %s' % (figure.number, figure.title), '',
             '| inner | ' + ' | '.join('`%s`' % name for name in names) + ' |',
             '| --: |' + ' --: |' * len(names)]
    for inner in dict.fromkeys(cell.inner for cell in cells):
        row = ['%s (%s)%s' % (cell.published, decimal(cell.measured, 3),
                              {'yes': '', 'explained': ' *', 'no': ' **no**'}[cell.agrees])
               for cell in cells if cell.inner == inner]
        lines.append('| %d | %s |' % (inner, ' | '.join(row)))
    return '\n'.join(lines) + '\n'


def mix_table(rows):
    lines = ['## I-Mix on 1 Gb/s, Mb/s of inner packets', '',
             '| type | slides | measured | mean of shares |', '| --- | --: | --: | --: |']
    lines += ['| %s | %d | %.1f | %.1f |' % row for row in rows]
    return '\n'.join(lines) + '\n'


def summary_table(results):
    lines = ['| figure | cells | as measured | explained | not |', '| --- | --: | --: | --: | --: |']
    totals = [0, 0, 0, 0]
    for figure, cells in results:
        verdicts = [cell.agrees for cell in cells]
        counts = [len(cells)] + [verdicts.count(v) for v in ('yes', 'explained', 'no')]
        totals = [a + b for a, b in zip(totals, counts)]
        lines.append('| %d, %s | %d | %d | %d | %d |' % (figure.number, figure.title, *counts))
    lines.append('| all | %d | %d | %d | %d |' % tuple(totals))
    return '\n'.join(lines) + '\n'


def main():
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(scratch)
        results = [(figure, measure_figure(bench, figure)) for figure in FIGURES]
        mix = measure_mix(bench)
    for figure, cells in results:
        write('figure-%d.csv' % figure.number, figure_csv(cells))
    write('imix.csv', csv_text('type,slides_mbps,measured_mbps,mean_of_shares_mbps',
                               [(n, s, decimal(m, 3), decimal(p, 3)) for n, s, m, p in mix]))
    summary = summary_table(results)
    write('tables.md', '\n'.join(
        ['# Figures 13 to 18, published and measured\n',
         'Made by `./waf results --study rfc9347-appendix-c`; README.md explains it. Each cell is '
         'the published figure and, in\nbrackets, what was measured; `*` marks where the RFC counts '
         'other octets.\n', summary] +
        [figure_table(*result) for result in results] + [mix_table(mix)]))
    print(summary)
    print(mix_table(mix), end='')
    return any(cell.agrees == 'no' for _, cells in results for cell in cells)


if __name__ == '__main__':
    sys.exit(main())
