#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ns-3's TCP through the tunnel: what overhead leaves, and what losses do. README.md explains it."""

import math
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
from study import AGGFRAG, ETHERNET, MTU, SPACE, Study, esp_octets, table  # noqa: E402

LINK_BPS = 10e6
HEADERS = 52                # of a segment: IPv4 20, TCP 20, timestamps 12
CUT, WHOLE = 1448, 1380     # data in a segment: packets of 1500 octets, and of 1432
IP_FRAGMENT = 1444          # most of a packet that plain ESP takes: 1446, in steps of 8 octets of data
FLOW = 'flows.downloads.'
NAMES = {'none': 'no tunnel', 'esp': 'ESP', 'esp-cut': 'ESP, packets of 1500 octets cut',
         'on-demand': 'on demand', 'on-demand-cut': 'on demand, packets of 1500 octets cut',
         'fixed-rate': 'fixed rate, packets of 1500 octets', 'drop-time-1s': '1 s',
         'drop-time-100ms': '100 ms', 'drop-time-20ms': '20 ms', 'immediate': 'immediate'}


# ------------------------------------------------------------------- by hand, not by simulator

def wire_octets(case):
    """What a segment takes of the link in each mode."""
    return {'none': CUT + HEADERS + ETHERNET,
            'esp-cut': esp_octets(IP_FRAGMENT) + esp_octets(CUT + HEADERS - IP_FRAGMENT + 20) +
            2 * ETHERNET,
            'esp': esp_octets(WHOLE + HEADERS) + ETHERNET,
            'on-demand-cut': esp_octets(AGGFRAG + SPACE) +
            esp_octets(AGGFRAG + CUT + HEADERS - SPACE) + 2 * ETHERNET,
            'on-demand': esp_octets(AGGFRAG + WHOLE + HEADERS) + ETHERNET,
            'fixed-rate': (MTU + ETHERNET) * (CUT + HEADERS) / SPACE}[case]


def predicted_bps(case):
    data = WHOLE if case in ('esp', 'on-demand') else CUT
    return LINK_BPS * data / wire_octets(case)


def padhye_bps(loss, rtt_s, rto_s):
    """Throughput of a Reno TCP that acknowledges every second segment (Padhye et al. 1998)."""
    b = 2
    gap = rtt_s * math.sqrt(2 * b * loss / 3) + \
        rto_s * min(1, 3 * math.sqrt(3 * b * loss / 8)) * loss * (1 + 32 * loss**2)
    return 8 * WHOLE / gap


# ----------------------------------------------------------------------------------- the study

def goodput(points):
    return points.mean(FLOW + 'goodput_bps')


def interval(points, column):
    """Half the 95 % confidence interval of the mean of some 4 to 6 runs (Student's t)."""
    return {3: 3.18, 4: 2.78, 5: 2.57}.get(len(points) - 1, 2.57) * points.error(column)


def lossy(rows, case, loss, tcp):
    return rows['loss'].where(case=case, link_loss=loss, traffic_downloads_tcp=tcp)


def short_transfers(rows, case, loss):
    return rows['short'].where(case=case, link_loss=loss)


def check_all_arrives(rows, claims):
    for name, octets in (('loss', 5e6), ('round-trip', 5e6), ('flows', 1e6), ('short', 3e4),
                         ('overhead', None)):
        for row in rows[name]:
            flows = row.get('traffic.downloads.flows', 100 if name == 'short' else 1)
            each = octets if octets else row['traffic.downloads.octets']
            claims.that(row[FLOW + 'received_octets'] == flows * each and
                        row[FLOW + 'transfers'] == flows,
                        'every octet of every transfer arrives: %s %s: %d of %d' % (
                            name, row['case'], row[FLOW + 'received_octets'], flows * each))


def check_overhead(rows, claims):
    for row in rows['overhead']:
        claims.near(row[FLOW + 'goodput_bps'], predicted_bps(row['case']), 0.02,
                    'goodput by hand: %s, %s, %d flows' % (
                        row['case'], row['traffic.downloads.tcp'], row['traffic.downloads.flows']))
        claims.that(row[FLOW + 'retransmissions'] == 0, 'nothing is lost: ' + row['case'])


def check(rows, claims, short):
    check_all_arrives(rows, claims)
    check_overhead(rows, claims)


def tables(rows):
    return {}


if __name__ == '__main__':
    SHORT = {'seed': '1 .. 2'}
    sys.exit(Study(
        __file__, ['case', 'traffic.downloads.tcp', 'traffic.downloads.flows',
                   'traffic.downloads.octets', 'link.delay', 'link.loss', 'seed',
                   'outer.sent.pkts', 'outer.lost.pkts', 'stall_s.mean', 'stall_s.max'] +
        [FLOW + name for name in (
            'goodput_bps', 'received_octets', 'transfers', 'segments', 'retransmissions',
            'timeouts', 'rtt_s.mean', 'completion_s.mean', 'completion_s.p50',
            'completion_s.p90')],
        short={}, check=check, tables=tables,
        sweeps=['overhead', 'loss', 'short', 'round-trip', 'flows']).main())
