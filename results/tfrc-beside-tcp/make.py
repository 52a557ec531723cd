#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A congestion-controlled tunnel beside TCP flows on one link. README.md explains it."""

import csv
import math
import os
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, csv_text, series, simulator, table, write  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ['newreno', 'cubic', 'bbr']
LABELS = {'newreno': 'NewReno', 'cubic': 'Cubic', 'bbr': 'BBR'}
STUDENT = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78}     # 95 %, by the number of runs
# (rate in Mb/s, round trip in ms, queue in bandwidth-delay products, flows, kind): one factor at a
# time around a centre, for NewReno at all values, for Cubic and BBR at fewer.
CENTRE = (10, 50, 1, 4)
RATES, RTTS, QUEUES, FLOWS = [5, 20, 50, 100], [10, 20, 100, 200], [0.1, 0.25, 0.5, 2, 4], \
    [1, 2, 8, 16]
FEW = [(5, 50, 1, 4), (10, 10, 1, 4), (10, 200, 1, 4), (10, 50, 0.1, 4), (10, 50, 0.25, 4),
       (10, 50, 4, 4), (10, 50, 1, 1), (10, 50, 1, 16)]
CORNERS = [(5, 20, 1, 8, 'newreno'), (30, 100, 0.25, 1, 'newreno'), (20, 50, 1, 1, 'bbr')]
# With other settings of the tunnel, beside NewReno.
OPTIONS = {'no-discounting': {'tunnel.history-discounting': 'off'},
           'no-reduction': {'tunnel.oscillation-reduction': 'off'}}
WITH_OPTIONS = [(10, 50, queue, flows, 'newreno') for queue in (1, 4) for flows in (1, 4)]
SEEDS = [1, 2, 3]
SHORT_POINT = (5, 50, 1, 4, 'newreno')
CUT_S, END_S = 15, 60       # what is measured of a run
SEGMENT = 1500 / 1448       # octets of a packet for each of data


def points():
    rate, rtt, queue, flows = CENTRE
    newreno = [CENTRE] + [(value, rtt, queue, flows) for value in RATES] + \
        [(rate, value, queue, flows) for value in RTTS] + \
        [(rate, rtt, value, flows) for value in QUEUES] + \
        [(rate, rtt, queue, value) for value in FLOWS]
    found = [(point + ('newreno',), '') for point in newreno]
    found += [(point + (kind,), '') for kind in ('cubic', 'bbr') for point in [CENTRE] + FEW]
    found += [(point, '') for point in CORNERS]
    return found + [(point, options) for point in WITH_OPTIONS for options in OPTIONS
                    ] + [((10, 50, 4, 1, 'newreno'), '')]


def share(path, point, options, seed, end_s=END_S, cut_s=CUT_S):
    """One run: the row of share.csv."""
    rate, rtt, queue, flows, kind = point
    rows, summary = series(path, '5s', {
        'link.rate': '%dMbps' % rate, 'link.delay': '%gms' % (rtt / 2),
        'link.queue': '%dp' % max(2, round(queue * rate * rtt * 1e3 / 8 / 1538)),
        'tunnel.initial-rtt': '%dms' % rtt, 'traffic.beside.flows': flows,
        'traffic.beside.tcp': kind, 'scenario.duration': '%ds' % end_s, 'scenario.seed': seed,
        **OPTIONS.get(options, {})})
    rows = [row for row in rows if row['time_s'] > cut_s]
    arrived = 1 - summary['outer']['lost']['pkts'] / summary['outer']['sent']['pkts']
    tunnel = sum(row['forward.outer_bps'] for row in rows) / len(rows) * arrived
    tcp = sum(row['flows.beside.goodput_bps'] for row in rows) / len(rows) / flows * SEGMENT
    return [rate, rtt, queue, flows, kind, options, seed, '%.0f' % tunnel, '%.0f' % tcp,
            '%.3f' % summary['congestion']['collapsed_share']]


HEADER = ['rate_mbps', 'rtt_ms', 'queue_bdp', 'flows', 'kind', 'options', 'seed', 'tunnel_bps',
          'tcp_bps', 'collapsed_share']


def shares(_, short):
    """Runs of beside.ini."""
    path = os.path.join(HERE, 'beside.ini')
    if short:
        return csv_text(HEADER, [share(path, SHORT_POINT, '', 1, 20, 10)])
    return csv_text(HEADER, [share(path, point, options, seed) for seed in SEEDS
                             for point, options in points()])


# A link whose queue is four bandwidth-delay products: throughput from the start on.
START_S = [50, 100, 200, 300]
START_SEEDS = [1, 2]


def starts(_, short):
    """Runs of beside.ini with one flow and a queue of 163 packets."""
    found = []
    for discounting in ('on', 'off')[:1 if short else 2]:
        for seed in START_SEEDS[:1] if short else START_SEEDS:
            rows, _ = series(os.path.join(HERE, 'beside.ini'), '5s', {
                'link.queue': '163p', 'traffic.beside.flows': 1, 'scenario.seed': seed,
                'scenario.duration': '%ds' % (10 if short else START_S[-1]),
                'tunnel.history-discounting': discounting})
            for until in [10] if short else START_S:
                first = [row for row in rows if row['time_s'] <= until]
                found.append([discounting, seed, until] + ['%.0f' % (
                    sum(row[name] for row in first) / len(first) * factor) for name, factor in (
                        ('forward.outer_bps', 1), ('flows.beside.goodput_bps', SEGMENT))])
    return csv_text(['discounting', 'seed', 'until_s', 'tunnel_bps', 'tcp_bps'], found)


# ------------------------------------------------------------------------------------- the ratio

def at(rows, point, options=''):
    rate, rtt, queue, flows, kind = point
    return rows.where(rate_mbps=rate, rtt_ms=rtt, queue_bdp=queue, flows=flows, kind=kind,
                      options=options)


def logs(points):
    """Logarithms of tunnel over mean TCP flow; a tunnel that sent next to nothing counts as one
    hundredth."""
    return [math.log(max(0.01, row['tunnel_bps'] / row['tcp_bps'])) for row in points]


def ratio(points):
    """Geometric mean."""
    return math.exp(statistics.mean(logs(points)))


def interval(points):
    """Its 95 % confidence interval, Student's t on logarithms."""
    found = logs(points)
    half = STUDENT[len(found)] * statistics.stdev(found) / math.sqrt(len(found))
    return ratio(points) / math.exp(half), ratio(points) * math.exp(half)


def extremes(points):
    found = [math.exp(value) for value in logs(points)]
    return min(found), max(found)


def cell(points):
    if not points:
        return ''
    low, high = interval(points)
    return '%.2f (%.2f to %.2f)' % (ratio(points), low, high)


def cells():
    """All points without other settings, each once."""
    return list(dict.fromkeys(point for point, options in points() if not options))


FACTORS = [('rate, Mb/s', 0, RATES), ('round trip, ms', 1, RTTS),
           ('queue, bandwidth-delay products', 2, QUEUES), ('flows', 3, FLOWS)]


def along(index, values):
    """(value, point without kind) of a factor, the centre among them."""
    found = [(CENTRE[index], CENTRE)]
    for value in values:
        point = list(CENTRE)
        point[index] = value
        found.append((value, tuple(point)))
    return sorted(found)


# ------------------------------------------------------------------------------------- the plots

def draw(script):
    os.makedirs(os.path.join(HERE, 'plots'), exist_ok=True)
    subprocess.run(['gnuplot', script], cwd=HERE, check=True)


def draw_ratio(rows):
    blocks = []
    for _, index, values in FACTORS:
        for kind in KINDS:
            lines = [LABELS[kind] + ',,,']
            for value, point in along(index, values):
                found = at(rows, point + (kind,))
                if found:
                    low, high = extremes(found)
                    lines.append('%g,%.4f,%.4f,%.4f' % (value, ratio(found), low, high))
            blocks.append('\n'.join(lines) + '\n')
    write(os.path.join(HERE, 'ratio.csv'), '\n\n'.join(blocks))
    draw('ratio.gp')


def draw_over_time():
    """The tunnel and the TCP flows over time, all in octets of IP."""
    with tempfile.TemporaryDirectory() as scratch:
        simulator('run', os.path.join(HERE, 'over-time.ini'), '--series', '2s', '--out', scratch)
        with open(os.path.join(scratch, 'series.csv'), newline='') as f:
            rows = list(csv.DictReader(f))
    lines = []
    for row in rows:
        rates = [float(row['forward.outer_bps'])] + \
            [float(row['flows.beside-%d.goodput_bps' % i]) * SEGMENT for i in range(1, 5)]
        lines.append(','.join([row['time_s']] + ['%.3f' % (rate / 1e6) for rate in rates]) + '\n')
    write(os.path.join(HERE, 'over-time.csv'), 'time_s,tunnel,tcp1,tcp2,tcp3,tcp4\n' +
          ''.join(lines))
    draw('over-time.gp')


# ------------------------------------------------------------------------------------- the study

def check(rows, claims, short):
    for row in rows['share']:
        carried = row['tunnel_bps'] + row['flows'] * row['tcp_bps']
        claims.that(0.5 < carried / row['rate_mbps'] / 1e6 < 1500 / 1538,
                    'together they use the link, and no more than it has: %s' % dict(row))
    for row in rows['start']:
        claims.that(row['tunnel_bps'] < row['tcp_bps'] or not short,
                    'the start before a deep queue costs the tunnel its share')
    if short:
        return
    claims.that(all(len(at(rows['share'], point)) == len(SEEDS) for point in cells()),
                'all runs are there')
    on, off = ([ratio(rows['start'].where(discounting=word, until_s=until)) for until in START_S]
               for word in ('on', 'off'))
    claims.that(on[0] < 1 < on[-1] and off[0] < 1 < off[-1], 'the tunnel catches up: %s, %s' % (
        on, off))
    claims.that(on[1] > 1.5 * off[1], 'sooner with discounting: %s, %s' % (on, off))
    collapsed = at(rows['share'], (10, 50, 1, 16, 'bbr'))
    claims.that(all(row['collapsed_share'] > 0.9 for row in collapsed) and
                ratio(collapsed) < 0.05, 'beside 16 BBR flows the rate collapses')
    for point in cells():
        if point[4] == 'newreno' and point[1] > 20:
            claims.that(0.5 < ratio(at(rows['share'], point)) < 5,
                        'beside NewReno at 50 ms and more: %s' % (point,))


def factor_table(rows):
    found = []
    for name, index, values in FACTORS:
        for value, point in along(index, values):
            found.append(['%s: %g' % (name, value)] +
                         [cell(at(rows, point + (kind,))) for kind in KINDS])
    return table(['varied'] + [LABELS[kind] for kind in KINDS], found)


def corner_table(rows):
    found = []
    for point in CORNERS:
        points = at(rows, point)
        found.append(['%d Mb/s, %d ms, queue of %g' % point[:3],
                      '%d %s' % (point[3], LABELS[point[4]]), cell(points),
                      '%.0f %%' % (100 * points.mean('collapsed_share'))])
    return table(['link', 'TCP beside it', 'tunnel over mean TCP flow', 'time with a collapsed rate'],
                 found)


def option_table(rows):
    found = []
    for point in WITH_OPTIONS:
        found.append(['queue of %g, %d flows' % (point[2], point[3])] + [
            cell(at(rows, point, options)) for options in [''] + list(OPTIONS)])
    return table(['link', 'both on', '5.5 off', '4.5 off'], found)


def start_table(rows):
    found = []
    for until in START_S:
        row = ['%d s' % until]
        for discounting in ('on', 'off'):
            points = rows.where(discounting=discounting, until_s=until)
            row += ['%.2f' % ratio(points), '%.1f : %.1f' % (points.mean('tunnel_bps') / 1e6,
                                                   points.mean('tcp_bps') / 1e6)]
        found.append(row)
    return table(['in the first', '5.5 on', 'Mb/s', '5.5 off', 'Mb/s'], found)


def tables(rows):
    return {'factors': factor_table(rows['share']), 'corners': corner_table(rows['share']),
            'options': option_table(rows['share']), 'start': start_table(rows['start'])}


def sentences(rows):
    found = []
    for kind in KINDS:
        means = [ratio(at(rows['share'], point)) for point in cells() if point[4] == kind]
        fair = sum(0.5 <= mean <= 2 for mean in means)
        found.append('%s: %d of %d means between 0.5 and 2, all between %.2f and %.2f' % (
            LABELS[kind], fair, len(means), min(means), max(means)))
    low = [row for row in rows['share'] if row['tunnel_bps'] < 0.5 * row['tcp_bps']]
    collapsed = [row for row in low if row['collapsed_share'] >= 0.2]
    found.append('Of %d runs with less than half of a TCP flow, the rate of %d was collapsed' % (
        len(low), len(collapsed)))
    return found


class Shares(Study):
    """Draws the figures that are not values of the summary."""

    def publish(self, data, scratch):
        super().publish(data, scratch)
        draw_ratio(self.rows(data)['share'])
        draw_over_time()


STUDY = Shares(__file__, [], short={'share': {}, 'start': {}}, check=check, tables=tables,
               sentences=sentences, sweeps=['share', 'start'],
               runs={'share': shares, 'start': starts})

if __name__ == '__main__':
    sys.exit(STUDY.main())
