#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes what the corpora began with: seeds.py FOLDER makes FOLDER/TARGET/NAME.

Real inputs of each kind: payloads that Linux and RFC 9347's Appendix A give, Linux's recorded
scripts, the examples, captures of each kind of link. README.md says how the corpora came of them.
"""
import glob
import os
import re
import struct
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')


def write(folder, target, name, data):
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    with open(os.path.join(folder, target, name), 'wb') as f:
        f.write(data)


def ipv4(octets, number):
    return struct.pack('>BBHHHBBH4s4s', 0x45, 0, octets, number, 0, 64, 17, 0, b'\x0a\0\0\1',
                       b'\x0a\0\1\2') + bytes(i % 251 for i in range(octets - 20))


def ipv6(octets, number):
    return struct.pack('>IHBB16s16s', 6 << 28 | number, octets - 40, 17, 64, b'\xfd' * 16,
                       b'\xfc' * 16) + bytes(i % 251 for i in range(octets - 40))


# A step of the target `receiver`: time, way from the last number, octets and these.
def step(payload, way=1, halves=1):
    return bytes([halves << 3, way & 0xff]) + struct.pack('>H', len(payload)) + payload


def aggfrag(offset, data):
    return struct.pack('>BBH', 0, 0, offset) + data


# Each payload of Linux's recorded scripts, and one stream of those of each script.
def linux_payloads(folder):
    for path in sorted(glob.glob(os.path.join(TOP, 'test/golden/linux/a-raw-*.scn'))):
        name = os.path.basename(path)[:-4]
        with open(path) as f:
            payloads = [bytes.fromhex(h) for h in re.findall(r'^raw .* hex=(\w+)', f.read(), re.M)]
        payloads = [p[:511] for p in payloads]
        for flags in (0, 1):  # in order, immediate
            head = bytes([flags, 3, 20, 0])
            write(folder, 'receiver', '%s-%d' % (name, flags),
                  head + b''.join(step(p) for p in payloads[:8]))
        for i, payload in enumerate(payloads[:8]):
            write(folder, 'aggfrag', '%s-%d' % (name, i), payload)


# Outer packets that encap makes, as they come; and payloads for the target to seal.
def outer_packets(folder):
    program = os.environ.get('IPTFS_SIM', os.path.join(TOP, 'build', 'iptfs-sim'))
    key = ['--key', '000102030405060708090a0b0c0d0e0fa0a1a2a3']
    null = ['--set', 'tunnel.cipher=null']
    kinds = {'null': (0x40, null), 'gcm': (0x50, key), 'esn': (0x70, key + ['--esn']),
             'immediate': (0x11, key), 'esp': (0x58, key + ['--set', 'tunnel.mode=esp']),
             'outer6': (0x42, null + ['--set', 'tunnel.outer=6'])}
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, 'outer.pcap')
        for name, (flags, options) in kinds.items():
            subprocess.run([program, 'encap', os.path.join(TOP, 'examples/inner.pcap'), path, '-q',
                            '--set', 'tunnel.pkt-size=256'] + options, check=True)
            with open(path, 'rb') as f:
                capture = f.read()
            at, steps = 24, b''
            while at < len(capture) and len(steps) < 1500:
                octets = struct.unpack_from('<I', capture, at + 8)[0]
                steps += struct.pack('>BH', 1 << 5, octets) + capture[at + 16:at + 16 + octets]
                at += 16 + octets
            write(folder, 'inbound', 'encap-' + name, bytes([flags, 3, 20]) + steps)
    texts = [aggfrag(0, ipv4(60, 1) + ipv6(60, 2)), aggfrag(0, ipv4(300, 3)[:100]),
             aggfrag(200, ipv4(300, 3)[100:] + bytes(9)), aggfrag(0, bytes(40))]
    texts = [t + bytes(-(len(t) + 2) % 4) + bytes([-(len(t) + 2) % 4, 144]) for t in texts]
    for flags in (0, 1, 0x10, 0x13, 0x34):
        for kind in (1, 2, 5):  # sealed, changed, sealed in IPv6
            steps = b''.join(bytes([kind | 0x38, 1]) + (b'\0\x25' if kind == 2 else b'') +
                             struct.pack('>H', len(t)) + t for t in texts)
            write(folder, 'inbound', 'sealed-%02x-%d' % (flags, kind), bytes([flags, 3, 20]) + steps)


# RFC 9347, Appendix A, a fifth of its size, so that all of it fits in 280 octets.
def appendix_a(folder):
    space = 280
    row = ipv4(150, 1) + ipv4(150, 2) + ipv4(20, 3) + ipv6(48, 4) + ipv4(600, 5)
    ends = [150, 300, 320, 368, 968]
    payloads = []
    for at in range(0, len(row), space):
        offset = min([e for e in [0] + ends if e >= at]) - at
        payloads.append(aggfrag(offset, row[at:at + space].ljust(space, b'\0')))
    orders = {'order': [0, 1, 2, 3], 'lost': [0, 1, 3], 'twice': [0, 0, 1, 2, 2, 3],
              'reordered': [0, 2, 1, 3], 'backwards': [3, 2, 1, 0]}
    for flags in (0, 1, 4):
        for name, order in orders.items():
            data, last = bytes([flags, 3, 20, 0]), -1
            for i in order:
                data += step(payloads[i], i - last)
                last = i
            write(folder, 'receiver', 'appendix-a-%s-%d' % (name, flags), data)
    cc = struct.pack('>BBHIQII', 1, 3, 20, 100, 7 << 42 | 5 << 21 | 3, 11, 12)
    write(folder, 'aggfrag', 'congestion', cc + ipv4(40, 1))


def texts(folder):
    for path in glob.glob(os.path.join(TOP, 'examples/*.ini')):
        with open(path, 'rb') as f:
            text = f.read()
        # Without remarks: what they say is of no use here.
        text = b'\n'.join(l for l in text.split(b'\n') if l and l[0] not in b'#;')
        name = os.path.basename(path)
        write(folder, 'sweep' if b'[sweep]' in text else 'scenario', name, text)
    cc = ('[scenario]\nduration=1s\n[tunnel]\nmode=congestion-controlled\n[link]\nrate=20Mbps\n'
          'delay=1ms\n[tunnel.reverse]\nmode=congestion-controlled\n[link.reverse]\nrate=1Gbps\n'
          'delay=60ms\n[traffic.a]\ntype=voice\ncalls=3\n')
    write(folder, 'scenario', 'congestion', cc.encode())
    for mode in ('fixed-rate\nl3-fixed-rate=10Mbps', 'min-rate\npps=100', 'esp', 'esp-pad', 'none',
                 'esp-transport'):
        text = ('[scenario]\nduration=1s\nleak=on\n[tunnel]\nmode=%s\nreceive=immediate\n'
                'replay-window=32\n[link]\nrate=20Mbps\nloss=1%%\nmtu-changes=2ms 1400\n'
                'gemodel-p=1%%\njitter=1ms\nduplicate=2%%\nreorder=3%%\n[traffic.a]\n'
                'type=on-off\nrate=3Mbps\nsize=imix\non=1ms\noff=2ms\n'
                '[traffic.b]\ntype=games\nplayers=3\ndirection=reverse\n' % mode)
        write(folder, 'scenario', mode.split('\n')[0], text.encode())
    base = '[scenario]\nduration=1s\n[traffic.a]\ntype=cbr\nrate=1Mbps\nsize=100B\n[sweep]\n'
    for name, lines in {
            'values': 'tunnel.pkt-size=256,576,1500\nlink.loss=0:5%:0.5%\nseed=1..3\n',
            'log': 'tunnel.init-delay=log(0.5ms,8ms,5)\ntunnel.reorder-window=0 .. 16\n',
            'zip': 'link.loss=0,1%\nlink.delay=1ms,2ms\nzip=link.loss,link.delay\n',
            'cases': 'case.esp=tunnel.mode=esp\ncase.wait=tunnel.init-delay=2ms; '
                     'tunnel.drop-time=40ms\n',
            'bars': 'traffic.a.size=uniform(40,1500)|imix|100B\n'}.items():
        write(folder, 'sweep', name, (base + lines).encode())
    for path in glob.glob(os.path.join(TOP, 'test/golden/linux/*.scn')):
        with open(path, 'rb') as f:
            lines = f.read().split(b'\n')
        # A script is a long row of the same: its options and a few lines of each kind.
        kept = [l for l in lines if l[:4] in (b'cfg ', b'end ')]
        for kind in (b'in ', b'chan ', b'raw '):
            kept += [l for l in lines if l.startswith(kind)][:6]
        write(folder, 'replay', os.path.basename(path)[:-4], b'\n'.join(kept)[:4000] + b'\n')


# Captures: link type and what stands before the IP packet.
def captures(folder):
    mac = b'\2' * 12
    links = {'ethernet4': (1, mac + b'\x08\0', ipv4(60, 1)),
             'ethernet6': (1, mac + b'\x86\xdd', ipv6(80, 1)),
             'vlan': (1, mac + b'\x81\0\0\5\x08\0', ipv4(60, 1)),
             'vlans': (1, mac + b'\x88\xa8\0\5\x81\0\0\6\x86\xdd', ipv6(60, 1)),
             'arp': (1, mac + b'\x08\x06', bytes(28)),
             'raw': (101, b'', ipv4(60, 1)), 'raw4': (228, b'', ipv4(60, 1)),
             'raw6': (229, b'', ipv6(60, 1)), 'sll': (113, bytes(14) + b'\x08\0', ipv4(60, 1)),
             'sll2': (276, b'\x08\0' + bytes(18), ipv4(60, 1)), 'wifi': (105, b'', bytes(60))}
    for i, (name, (link, head, ip)) in enumerate(links.items()):
        frame = head + ip
        for order, nano in (('<', 0xa1b2c3d4), ('>', 0xa1b23c4d)):
            data = struct.pack(order + 'IHHiIII', nano, 2, 4, 0, 0, 65535, link)
            for second, kept in ((5, len(frame)), (4, len(frame)), (6, len(frame) - 50)):
                kept = max(kept, 0)
                data += struct.pack(order + 'IIII', second, 999, kept, len(frame)) + frame[:kept]
            write(folder, 'pcap', '%s-%s' % (name, 'big' if order == '>' else 'little'),
                  bytes([i % 5]) + data)
        block = struct.pack('<IIIHHiII', 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, -1 & 0xffffffff, 28)
        block += struct.pack('<IIHHII', 1, 20, link, 0, 65535, 20)
        padded = frame + bytes(-len(frame) % 4)
        block += struct.pack('<IIIIIII', 6, 32 + len(padded), 0, 0, 7, len(frame), len(frame))
        block += padded + struct.pack('<I', 32 + len(padded))
        write(folder, 'pcap', name + '-ng', bytes([i % 5]) + block)


def choices(folder):
    """Octets without a form of their own: a few of each length."""
    for target in ('mangle', 'tunnel'):
        for i in range(12):
            data = bytes((i * 37 + j * j * (i + 3)) & 0xff for j in range(20 + 15 * i))
            write(folder, target, 'choice-%d' % i, data)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: seeds.py FOLDER')
    for make in (linux_payloads, outer_packets, appendix_a, texts, captures, choices):
        make(sys.argv[1])
