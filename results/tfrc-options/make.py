#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The options of RFC 5348 and their defaults: 4.5, q, 5.5. README.md explains it."""

import math
import os
import statistics
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, csv_text, series, table  # noqa: E402

# 4.5 and the weight 1 - q of a new sample.
FILTERS = [('on', '10%'), ('off', '2%'), ('off', '10%'), ('off', '50%'), ('off', '90%')]
QUEUES = [10, 41, 164]      # a quarter, one and four bandwidth-delay products
BEGIN_S, END_S, SHORT_END_S = 30, 120, 45
LOSSES = ['0.1%', '0.5%', '2%', '4%']
SEEDS = [1, 2, 3, 4, 5]
PKT_BITS = 1500 * 8


def spread(values):
    """Standard deviation over mean."""
    return statistics.pstdev(values) / statistics.mean(values)


PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'options.ini')


def filters(_, short):
    """The tunnel alone: rate in steps of 0.1 s, wait at the link, losses."""
    found = []
    for queue in QUEUES[1:2] if short else QUEUES:
        for reduction, weight in FILTERS[:2] if short else FILTERS:
            rows, summary = series(PATH, '100ms', {
                'scenario.duration': '%ds' % (SHORT_END_S if short else END_S),
                'link.queue': '%dp' % queue, 'tunnel.oscillation-reduction': reduction,
                'tunnel.rtt-weight': weight})
            rows = [row for row in rows if row['time_s'] > BEGIN_S]
            rates = [row['forward.outer_bps'] for row in rows]
            waits = [row['forward.link_wait_s'] for row in rows]
            found.append([queue, reduction, weight] + ['%.4g' % value for value in (
                statistics.mean(rates), spread(rates), statistics.mean(waits),
                statistics.pstdev(waits), summary['outer']['lost']['pkts'])])
    return csv_text(['queue_pkts', 'reduction', 'weight', 'bps', 'spread', 'wait_s',
                     'wait_spread_s', 'lost_pkts'], found)


def losses(_, short):
    """Random loss on a wide link: the rate with discounting and without."""
    found = []
    for loss in LOSSES[2:3] if short else LOSSES:
        for discounting in ('on', 'off'):
            for seed in SEEDS[:1] if short else SEEDS:
                rows, summary = series(PATH, '100ms', {
                    'scenario.duration': '%ds' % (SHORT_END_S if short else END_S),
                    'link.rate': '100Mbps', 'link.queue': '1000p', 'link.loss': loss,
                    'scenario.seed': seed, 'tunnel.history-discounting': discounting})
                rates = [row['forward.outer_bps'] for row in rows if row['time_s'] > BEGIN_S]
                found.append([loss, discounting, seed, '%.5g' % statistics.mean(rates),
                              '%.4g' % spread(rates)])
    return csv_text(['loss', 'discounting', 'seed', 'bps', 'spread'], found)


# -------------------------------------------------------------------------------------- the study

def equation_bps(p, rtt_s):
    """The throughput equation of RFC 5348."""
    return PKT_BITS / rtt_s / (math.sqrt(2 * p / 3) + 12 * math.sqrt(3 * p / 8) * p *
                               (1 + 32 * p * p))


def share_of(loss):
    return float(str(loss).rstrip('%')) / 100


def check(rows, claims, short):
    for row in rows['filters']:
        least = 0.85e7 if row['weight'] == '2%' else 0.95e7
        claims.that(row['bps'] > least, 'it fills the link: %s' % dict(row))
    if not short:
        for queue in QUEUES:
            on, slow, tenth, half, most = (rows['filters'].where(
                queue_pkts=queue, reduction=reduction, weight=weight)[0]
                for reduction, weight in FILTERS)
            claims.that(on['spread'] < 0.02 and on['lost_pkts'] < min(
                row['lost_pkts'] for row in (slow, tenth, half, most)),
                'with 4.5 the rate is the steadiest, and the least is lost, %d' % queue)
            claims.that(queue == 10 or tenth['spread'] < min(half['spread'], most['spread']),
                        '10 %% swings less than more, %d' % queue)
    for row in rows['losses']:
        claims.near(row['bps'], equation_bps(share_of(row['loss']), 0.0502), 0.5,
                    'the equation: %s' % dict(row))
    for loss in rows['losses'].values('loss'):
        on, off = (rows['losses'].where(loss=loss, discounting=word) for word in ('on', 'off'))
        claims.that(0.95 < on.mean('bps') / off.mean('bps') < 1.4,
                    'discounting raises the rate somewhat, %s' % loss)


def filter_table(rows):
    cells = []
    for reduction, weight in FILTERS:
        row = [reduction, weight.replace('%', ' %')]
        for queue in QUEUES:
            found, = rows.where(queue_pkts=queue, reduction=reduction, weight=weight)
            row.append('%.2f, %.0f %%' % (found['bps'] / 1e6, 100 * found['spread']))
            row.append('%.0f ± %.0f' % (1e3 * found['wait_s'], 1e3 * found['wait_spread_s']))
            row.append('%d' % found['lost_pkts'])
        cells.append(row)
    return table(['4.5', 'weight'] + [cell for queue in QUEUES for cell in (
        '%d packets: Mb/s' % queue, 'wait, ms', 'lost')], cells)


def loss_table(rows):
    cells = []
    for loss in LOSSES:
        on, off = (rows.where(loss=loss, discounting=word) for word in ('on', 'off'))
        cells.append([loss.replace('%', ' %'),
                      '%.2f' % (equation_bps(share_of(loss), 0.0502) / 1e6)] +
                     [cell for points in (on, off) for cell in (
                         '%.2f' % (points.mean('bps') / 1e6),
                         '%.0f %%' % (100 * points.mean('spread')))] +
                     ['%+.0f %%' % (100 * (on.mean('bps') / off.mean('bps') - 1))])
    return table(['loss', 'equation, Mb/s', '5.5 on, Mb/s', 'varies', 'off, Mb/s', 'varies',
                  'difference'], cells)


def tables(rows):
    return {'filters': filter_table(rows['filters']), 'losses': loss_table(rows['losses'])}


STUDY = Study(
    __file__, [], short={'filters': {}, 'losses': {}}, check=check, tables=tables,
    sweeps=['filters', 'losses'], runs={'filters': filters, 'losses': losses})

if __name__ == '__main__':
    sys.exit(STUDY.main())
