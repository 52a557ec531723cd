#!/usr/bin/python3
"""Makes the captures of this folder with programs that are not ours: scapy, Wireshark's tools.

    test/golden/captures/make.py [FOLDER]     (python3-scapy, python3-cryptography, tshark)

README.md lists what is in each. Contents are the same each time, but for the versions of the
programs that some files name."""

import gzip
import os
import struct
import subprocess
import sys

from scapy.all import (ARP, ICMP, IP, LLC, PPP, SNAP, STP, TCP, UDP, Dot1AD, Dot1Q, Dot3, Ether,
                       IPOption_RR, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PPPoE, PPPoED, Raw)
from scapy.contrib.mpls import MPLS
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.utils import PcapWriter

FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
START = 1700000000
KEY = bytes(range(16)) + bytes([0xa0, 0xa1, 0xa2, 0xa3])


def path(name):
    return os.path.join(FOLDER, name)


# Writes packets 1 ms apart; each is octets, or octets and a time.
def write(name, linktype, packets, **more):
    writer = PcapWriter(path(name), linktype=linktype, sync=True, **more)
    writer.write_header(None)
    for i, packet in enumerate(packets):
        octets, time = packet if isinstance(packet, tuple) else (packet, START + i / 1000)
        octets = bytes(octets)
        writer._write_packet(octets, sec=int(time), usec=round(time % 1 * 1e6))
    writer.close()


def run(*command):
    subprocess.run(command, check=True)


def ip4(number=1, size=60):
    return IP(src='10.0.0.1', dst='10.0.0.2', id=number) / UDP(sport=5000, dport=5004) / Raw(
        b'4' * (size - 28))


def ip6(number=1, size=80):
    return IPv6(src='2001:db8::1', dst='2001:db8::2', fl=number) / UDP(
        sport=5000, dport=5004) / Raw(b'6' * (size - 48))


# ------------------------------------------------------------------------------- link types

def ppp():
    plain = [b'\x00\x21' + bytes(ip4()), b'\x00\x57' + bytes(ip6()), b'\x21' + bytes(ip4()),
             b'\xc0\x21\x01\x01\x00\x04', b'\x80\x21\x01\x01\x00\x04', b'\x00\x2d' + b'\0' * 20]
    hdlc = [b'\xff\x03' + packet for packet in plain]
    cisco = [b'\x0f\x00\x08\x00' + bytes(ip4()), b'\x8f\x00\x86\xdd' + bytes(ip6()),
             b'\x8f\x00\x80\x35' + b'\0' * 18]
    write('ppp.pcap', 9, plain + hdlc)
    write('ppp-serial.pcap', 50, hdlc + cisco)
    write('c-hdlc.pcap', 104, cisco)
    write('ppp-direction.pcap', 204, [b'\x01' + packet for packet in hdlc])


def loopback():
    packets = [struct.pack('<I', 2) + bytes(ip4()), struct.pack('>I', 2) + bytes(ip4()),
               struct.pack('<I', 24) + bytes(ip6()), struct.pack('<I', 28) + bytes(ip6()),
               struct.pack('>I', 30) + bytes(ip6()), struct.pack('<I', 10) + bytes(ip6()),
               struct.pack('<I', 7) + b'\0' * 20]
    write('null.pcap', 0, packets)
    write('loop.pcap', 108, [struct.pack('>I', 2) + bytes(ip4()),
                             struct.pack('>I', 24) + bytes(ip6())])
    write('enc.pcap', 109, [struct.pack('<III', 2, 0x1000, 0) + bytes(ip4()),
                            struct.pack('>III', 24, 0x1000, 0) + bytes(ip6())])


def cooked():
    mac = b'\x02\0\0\0\0\1\0\0'
    sll = struct.pack('>HHH', 0, 1, 6) + mac
    write('sll.pcap', 113, [sll + b'\x08\0' + bytes(ip4()), sll + b'\x86\xdd' + bytes(ip6()),
                            sll + b'\x81\0\0\x07\x08\0' + bytes(ip4()),
                            sll + b'\x08\x06' + bytes(ARP()), sll + b'\0\x04' + b'\x42\x42\x03\0'])

    def sll2(protocol):
        return struct.pack('>HHIHBB', protocol, 0, 2, 1, 0, 6) + mac
    write('sll2.pcap', 276, [sll2(0x0800) + bytes(ip4()), sll2(0x86dd) + bytes(ip6()),
                             sll2(0x0806) + bytes(ARP())])


def raw():
    write('raw.pcap', 101, [ip4(), ip6()])
    write('raw-12.pcap', 12, [ip4(), ip6()])
    write('ipv4.pcap', 228, [ip4()])
    write('ipv6.pcap', 229, [ip6()])


def nflog():
    def attributes(order, *values):
        return b''.join(struct.pack(order + 'HH', len(value) + 4, kind) + value
                        + b'\0' * (-len(value) % 4) for kind, value in values)
    packets = []
    for order in ('<', '>'):
        for family, packet in ((2, ip4()), (10, ip6())):
            packets.append(struct.pack('>BBH', family, 0, 5) + attributes(
                order, (1, b'\x08\0\1\0'), (10, b'ipsec\0'), (4, b'\0\0\0\2'),
                (9, bytes(packet))))
    packets.append(struct.pack('>BBH', 2, 0, 5) + attributes('<', (10, b'none\0')))
    write('nflog.pcap', 239, packets)


def ethernet():
    ether = Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01')
    label = MPLS(label=100, s=0, ttl=64) / MPLS(label=16, s=1, ttl=64)
    session = PPPoE(sessionid=7)
    frames = [
        ether / ip4(), ether / ip6(),
        ether / Dot1Q(vlan=7) / ip4(), ether / Dot1AD(vlan=7) / Dot1Q(vlan=9) / ip6(),
        Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01', type=0x8847) / label / ip4(),
        Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01', type=0x8847) / label / ip6(),
        ether / Dot1Q(vlan=7, type=0x8847) / label / ip4(),
        ether / session / PPP(proto=0x21) / ip4(), ether / session / PPP(proto=0x57) / ip6(),
        ether / Dot1Q(vlan=7) / session / PPP(proto=0x21) / ip4(),
        Dot3(dst='02:00:00:00:00:02', src='02:00:00:00:00:01') / LLC(dsap=0xaa, ssap=0xaa, ctrl=3)
        / SNAP(OUI=0, code=0x0800) / ip4(),
        # and what is no IP
        ether / ARP(), ether / ARP(),
        Dot3(dst='01:80:c2:00:00:00', src='02:00:00:00:00:01') / LLC(dsap=0x42, ssap=0x42, ctrl=3)
        / STP(),
        ether / PPPoED(code=9), ether / session / PPP(proto=0xc021) / Raw(b'\1\1\0\4'),
        Ether(dst='01:80:c2:00:00:0e', src='02:00:00:00:00:01', type=0x88cc) / Raw(b'\0\0'),
        Ether(dst='01:80:c2:00:00:03', src='02:00:00:00:00:01', type=0x888e) / Raw(b'\1\1\0\0'),
        Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01', type=0x88e5) / Raw(b'\0' * 30),
        Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01', type=0x8847)
        / MPLS(label=100, s=1, ttl=64) / Raw(b'\0\0\0\0' + bytes(ether / ARP())),
        Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01', type=0x88f7) / Raw(b'\0' * 44),
    ]
    write('ethernet.pcap', 1, frames)


# --------------------------------------------------------------------------------- formats

def compress(name):
    with open(path(name), 'rb') as source, open(path(name + '.gz'), 'wb') as out:
        with gzip.GzipFile('', 'wb', 9, out, mtime=0) as packed:
            packed.write(source.read())


# The same three packets, at times that need all digits.
def formats():
    times = [START + 0.123456, START + 1.654321, START + 2.000001]
    packets = [(bytes(ip4(i, 60 + i)), time) for i, time in enumerate(times)]
    write('three.pcap', 101, packets)
    write('three-be.pcap', 101, packets, endianness='>')
    run('editcap', '-F', 'nsecpcap', path('three.pcap'), path('three-ns.pcap'))
    run('editcap', '-F', 'modpcap', path('three.pcap'), path('three-patched.pcap'))
    run('editcap', '-F', 'pcapng', path('three.pcap'), path('three.pcapng'))
    compress('three.pcapng')
    run('editcap', '-s', '30', path('three.pcap'), path('three-snaplen.pcap'))


def block(kind, body, order):
    body += b'\0' * (-len(body) % 4)
    length = len(body) + 12
    return struct.pack(order + 'II', kind, length) + body + struct.pack(order + 'I', length)


def option(code, value, order):
    return struct.pack(order + 'HH', code, len(value)) + value + b'\0' * (-len(value) % 4)


def section(order):
    return block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1), order)


def interface(linktype, snaplen, order, *options):
    return block(1, struct.pack(order + 'HHI', linktype, 0, snaplen)
                 + b''.join(option(code, value, order) for code, value in options)
                 + option(0, b'', order), order)


def packet(index, time, octets, order, length=None):
    return block(6, struct.pack(order + 'IIIII', index, time >> 32, time & 0xffffffff, len(octets),
                                length or len(octets)) + octets + b'\0' * (-len(octets) % 4), order)


# Interfaces of different link types, snapshot lengths, resolutions and offsets of time; a section in
# each byte order; simple and obsolete packets, and blocks that hold none. No program at hand writes
# them, but tshark reads them, and its times are those expected.
def interfaces():
    ether = bytes(Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01') / ip4(2, 62))
    both = b''
    for order, name in (('<', 'interfaces-le.pcapng'), ('>', 'interfaces-be.pcapng')):
        octets = section(order)
        octets += interface(101, 0, order)
        octets += interface(1, 96, order, (9, bytes([9])))
        octets += interface(9, 65535, order, (9, bytes([3])))
        octets += interface(105, 262144, order, (9, bytes([6])))
        octets += interface(228, 0, order, (9, bytes([0x80 | 20])))
        octets += interface(229, 0, order, (9, bytes([0])), (14, struct.pack(order + 'q', START)))
        octets += interface(101, 0, order, (9, bytes([12])), (14, struct.pack(order + 'q', START)))
        octets += block(4, b'\0\0\0\0', order)
        octets += packet(0, START * 10**6 + 1, bytes(ip4(1, 61)), order)
        octets += packet(1, START * 10**9 + 2000, ether, order)
        octets += packet(2, START * 1000 + 1, b'\0\x57' + bytes(ip6(3, 83)), order)
        octets += packet(3, START * 10**6 + 1500, b'\x80\0\0\0' + b'\0' * 30, order)
        octets += packet(4, (START << 20) + (1 << 18), bytes(ip4(4, 64)), order)
        octets += block(5, struct.pack(order + 'III', 0, 0, 0), order)
        octets += packet(5, 1, bytes(ip6(5, 85)), order)
        octets += packet(6, 2 * 10**12 + 1999, bytes(ip4(6, 66)), order)
        octets += block(2, struct.pack(order + 'HHIIII', 0, 0, (START + 3) * 10**6 >> 32,
                                       (START + 3) * 10**6 & 0xffffffff, 67, 67)
                        + bytes(ip4(7, 67)), order)
        octets += block(3, struct.pack(order + 'I', 68) + bytes(ip4(8, 68)), order)
        octets += block(0x80000001, b'ours', order)
        with open(path(name), 'wb') as out:
            out.write(octets)
        both += octets
    with open(path('sections.pcapng'), 'wb') as out:
        out.write(both)


def merged():
    run('mergecap', '-F', 'pcapng', '-w', path('merged.pcapng'), path('raw.pcap'),
        path('ethernet.pcap'), path('ppp.pcap'))


# ------------------------------------------------------------------------------- odd packets

def odd():
    long = IPv6(src='2001:db8::1', dst='2001:db8::2', plen=65535, nh=253) / Raw(b'\x06' * 65535)
    write('long.pcap', 101, [long, ip4()], snaplen=65535)
    no_length = bytearray(bytes(ip4(2, 3000)))
    no_length[2:4] = b'\0\0'
    jumbo = IPv6(src='2001:db8::1', dst='2001:db8::2', plen=0, nh=253) / Raw(b'\x06' * 70000)
    write('offloaded.pcap', 101, [ip4(), bytes(no_length), bytes(jumbo)])
    for name in ('long.pcap', 'offloaded.pcap'):
        compress(name)
        os.remove(path(name))
    write('time-zero.pcap', 101, [(bytes(ip4(1)), START + 0.5), (bytes(ip4(2)), 0),
                                  (bytes(ip4(3)), START + 0.75)])
    write('zero-first.pcap', 101, [(bytes(ip4(1)), 0), (bytes(ip4(2)), 0),
                                   (bytes(ip4(3)), START + 0.75), (bytes(ip4(4)), START + 1)])


# ------------------------------------------------------------------------------------- ESP

def ike(marker):
    return marker + b'\1' * 16 + b'\x21\x20\x22\x08' + b'\0\0\0\0' + struct.pack('>I', 28)


def esp():
    tunnel = IP(src='192.0.2.1', dst='198.51.100.1')
    sa = SecurityAssociation(ESP, spi=0x1000, seq_num=1, crypt_algo='AES-GCM', crypt_key=KEY,
                             tunnel_header=tunnel)
    inner = [ip4(i, 100 + i) if i % 2 else ip6(i, 100 + i) for i in range(12)]

    def sealed(i):  # ESP alone
        return bytes(sa.encrypt(inner[i], seq_num=i + 1, iv=struct.pack('>Q', i + 1))[ESP])

    def in_udp(i, sport=4500, dport=4500):
        return IP(src='192.0.2.1', dst='198.51.100.1') / UDP(sport=sport, dport=dport) / Raw(
            sealed(i))
    outer6 = IPv6(src='2001:db8:1::1', dst='2001:db8:2::1')
    ipv4 = IP(src='192.0.2.1', dst='198.51.100.1', proto=50)
    udp = IP(src='192.0.2.1', dst='198.51.100.1')
    packets = [
        ipv4 / Raw(sealed(0)),
        IP(src='192.0.2.1', dst='198.51.100.1', proto=50,
           options=[IPOption_RR(routers=['0.0.0.0'] * 3)]) / Raw(sealed(1)),
        IPv6(src='2001:db8:1::1', dst='2001:db8:2::1', nh=50) / Raw(sealed(2)),
        outer6 / IPv6ExtHdrHopByHop(nh=50) / Raw(sealed(3)),
        outer6 / IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt(nh=50) / Raw(sealed(4)),
        outer6 / IPv6ExtHdrRouting(addresses=['2001:db8::9'], segleft=0, nh=50) / Raw(sealed(5)),
        outer6 / IPv6ExtHdrFragment(nh=50) / Raw(sealed(6)),
        in_udp(7), in_udp(8, sport=61001), in_udp(9, dport=61001),
        outer6 / UDP(sport=4500, dport=4500) / Raw(sealed(10)),
        outer6 / IPv6ExtHdrDestOpt() / UDP(sport=4500, dport=4500) / Raw(sealed(11)),
        # and what is no ESP
        udp / UDP(sport=500, dport=500) / Raw(ike(b'')),
        udp / UDP(sport=4500, dport=4500) / Raw(ike(b'\0\0\0\0')),
        udp / UDP(sport=4500, dport=4500) / Raw(b'\xff'),
        udp / UDP(sport=5000, dport=5004) / Raw(b'x' * 30),
        udp / TCP(sport=80, dport=5000, flags='A'), udp / ICMP(),
        outer6 / IPv6ExtHdrHopByHop(nh=58) / Raw(b'\x8f' + b'\0' * 7),
        IP(src='192.0.2.1', dst='198.51.100.1', proto=47) / Raw(b'\0\0\x08\0'),
        IP(src='192.0.2.1', dst='198.51.100.1', proto=50, flags='MF') / Raw(b'f' * 40),
        outer6 / IPv6ExtHdrFragment(nh=50, offset=5) / Raw(b'f' * 40),
    ]
    write('esp.pcap', 101, packets)
    write('esp-inner.pcap', 101, inner)
    write('not-esp.pcap', 1, [Ether(dst='02:00:00:00:00:02', src='02:00:00:00:00:01') / packet
                              for packet in packets[12:20] + [ARP()]])


def main():
    for make in (ppp, loopback, cooked, raw, nflog, ethernet, formats, interfaces, merged, odd, esp):
        make()


if __name__ == '__main__':
    main()
