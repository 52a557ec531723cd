#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How a sender finds X_recv, at a drop of the link's rate and without one. README.md explains it."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import Study, csv_text, series, table  # noqa: E402

KINDS = ['measured', 'arrivals', 'sent']
SLOW_BPS = 10e6             # the link after the drop, framing included
PKT_BITS = 1500 * 8
STEP_S = 0.01
DROPS_S = [30, 30.013, 30.1]    # when: no two runs are alike
AFTER_S = 20
# Round trip in ms, queue in packets, loss on the way, and max-rate before the drop.
POINTS = [(rtt, queue, '0', limit) for limit in ('0', '90Mbps') for rtt in (20, 100)
          for queue in (20, 200, 1000)] + \
         [(20, queue, '0.01%', '0') for queue in (20, 200, 1000)]
SHORT_POINTS = [(20, 200, '0', '90Mbps')]
COLUMNS = ['rtt_ms', 'queue_pkts', 'loss', 'max_rate', 'kind', 'drop_s', 'before_bps', 'down_s',
           'beyond_pkts', 'lost_pkts', 'wait_s', 'after_bps']


# ------------------------------------------------------------------------------------- at a drop

def mean(rows, column, begin, end):
    found = [row[column] for row in rows if begin < row['time_s'] <= end]
    return sum(found) / len(found)


def measures(rows, summary, drop):
    """Of one run: the rate before; when the rate is down to what the link carries; packets sent
    beyond that within 5 s; packets lost; the longest wait at the link; the mean rate later."""
    after = [row for row in rows if row['time_s'] > drop + STEP_S / 2]
    down = [row['time_s'] - drop for row in after if row['forward.outer_bps'] <= 1.1 * SLOW_BPS]
    beyond = sum(max(0, row['forward.outer_bps'] - SLOW_BPS) * STEP_S / PKT_BITS
                 for row in after if row['time_s'] <= drop + 5)
    return [mean(rows, 'forward.outer_bps', drop - 2, drop), down[0], beyond,
            summary['outer']['lost']['pkts'], max(row['forward.link_wait_s'] for row in after),
            mean(rows, 'forward.outer_bps', drop + 5, drop + AFTER_S)]


def drops(path, short):
    """Runs of drop.ini."""
    found = []
    for drop in DROPS_S[:1] if short else DROPS_S:
        for rtt, queue, loss, limit in SHORT_POINTS if short else POINTS:
            for kind in KINDS:
                rows, summary = series(path, '10ms', {
                    'scenario.duration': '%dms' % round(1000 * (drop + AFTER_S)),
                    'link.rate-changes': '%dms 10Mbps' % round(1000 * drop),
                    'link.delay': '%dms' % (rtt // 2), 'link.queue': '%dp' % queue,
                    'link.loss': loss, 'tunnel.initial-rtt': '%dms' % rtt,
                    'tunnel.max-rate': limit, 'tunnel.receive-rate': kind})
                found.append([rtt, queue, loss, limit, kind, drop] + [
                    '%.6g' % value for value in measures(rows, summary, drop)])
    return csv_text(COLUMNS, found)


# -------------------------------------------------------------------------------------- the study

def at(rows, kind, point):
    rtt, queue, loss, limit = point
    return type(rows)(row for row in rows if row['kind'] == kind and row['rtt_ms'] == rtt and
                      row['queue_pkts'] == queue and str(row['loss']) == loss and
                      str(row['max_rate']) == limit)


def check(rows, claims, short):
    found = rows['drop']
    for point in SHORT_POINTS if short else POINTS:
        known, arrivals, sent = (at(found, kind, point) for kind in KINDS)
        what = ' at %s' % (point,)
        claims.that(known.mean('down_s') < 1.5 and arrivals.mean('down_s') < 1.5,
                    'it falls soon' + what)
        claims.that(arrivals.mean('down_s') <= known.mean('down_s') + (0.35 if short else 0.1),
                    'arrivals are nearly as soon as the true rate' + what)
        if point[1] == 1000 and not short:
            claims.that(sent.mean('down_s') > 1.4 * known.mean('down_s'),
                        'sent is slow before a deep queue' + what)
        if point[1] == 20:
            claims.near(sent.mean('down_s'), known.mean('down_s'), 0.1, 'losses decide' + what)
        if point[3] != '0':
            claims.near(known.mean('before_bps'), 90e6, 0.02, 'max-rate holds before' + what)
    steady = rows['steady']
    for case in steady.values('case'):
        known, arrivals, sent = (steady.where(case=case, tunnel_receive_rate=kind)
                                 for kind in KINDS)
        for points in (arrivals, sent):
            claims.near(points.mean('outer_bps'), known.mean('outer_bps'), 0.15,
                        'in steady state X_recv hardly matters, %s' % case)


def drop_table(rows):
    cells = []
    for point in POINTS:
        rtt, queue, loss, limit = point
        row = ['%d ms' % rtt, '%d packets' % queue, loss if loss != '0' else '-',
               '%.0f' % (at(rows, 'measured', point).mean('before_bps') / 1e6)]
        for column, form, scale in (('down_s', '%.2f', 1), ('beyond_pkts', '%.0f', 1),
                                    ('lost_pkts', '%.0f', 1), ('after_bps', '%.1f', 1e-6)):
            row.append(' / '.join(form % (scale * at(rows, kind, point).mean(column))
                                  for kind in KINDS))
        cells.append(row)
    return table(['RTT', 'queue', 'loss', 'before, Mb/s', 'down after, s',
                  'packets beyond the link', 'lost in the run',
                  'later, Mb/s'], cells)


def steady_table(rows):
    cells = []
    for case in ('queue-8p', 'queue-33p', 'queue-132p', 'loss-one-in-1000', 'loss-one-in-50',
                 'jitter-out', 'jitter-back'):
        row = ['`%s`' % case]
        for kind in KINDS:
            points = rows.where(case=case, tunnel_receive_rate=kind)
            row += ['%.2f' % (points.mean('outer_bps') / 1e6),
                    '%.2f %%' % (100 * points.total('outer.lost.pkts') /
                                 points.total('outer.sent.pkts'))]
        cells.append(row)
    return table(['case'] + [cell for kind in KINDS for cell in ('`%s`, Mb/s' % kind, 'lost')],
                 cells)


def tables(rows):
    return {'drop': drop_table(rows['drop']), 'steady': steady_table(rows['steady'])}


STUDY = Study(
    __file__, ['case', 'tunnel.receive-rate', 'seed', 'outer.sent.pkts', 'outer.lost.pkts',
               'outer_bps', 'delay_s.p99', 'congestion.rtt_s', 'congestion.loss_event_rate'],
    short={'drop': {}, 'steady': {'duration': '20s', 'seed': '1'}},
    check=check, tables=tables, sweeps=['drop', 'steady'], runs={'drop': drops})

if __name__ == '__main__':
    sys.exit(STUDY.main())
