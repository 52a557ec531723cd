#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes office.pcap: a second of an office's Ethernet, invented packet by packet. Pages are fetched
(a request, then pairs of full packets in growing flights, each pair acknowledged), names are looked
up, and one ARP request is sent, which is not IP and is skipped by the simulator.

    examples/office.py > examples/office.pcap

Of each packet the headers are kept, as `tcpdump -s 54` keeps them; all bytes follow from what is
written here."""

import struct
import sys

KEPT = 54                   # Ethernet, IPv4 and TCP without options
CLIENT, SERVER, RESOLVER = '0a000017', 'c0000250', 'c0000235'
ETHERNET = bytes.fromhex('020000000001' '020000000002')
TCP, UDP = 6, 17


def ipv4(octets, protocol, source, target, ports):
    header = struct.pack('>BBHHHBBH', 0x45, 0, octets, 0, 0x4000, 64, protocol, 0)
    return ETHERNET + b'\x08\x00' + header + bytes.fromhex(source + target) + ports


def page(start_us, port, flights):
    """A page of `flights` flights, 20 ms apart, each with one pair of packets more than the last."""
    there, back = struct.pack('>HH', port, 443), struct.pack('>HH', 443, port)
    yield start_us, 450, ipv4(450, TCP, CLIENT, SERVER, there)
    for flight in range(flights):
        for pair in range(flight + 1):
            when = start_us + 20000 * (flight + 1) + 260 * pair
            yield when, 1500, ipv4(1500, TCP, SERVER, CLIENT, back)
            yield when + 125, 1500, ipv4(1500, TCP, SERVER, CLIENT, back)
            yield when + 180, 40, ipv4(40, TCP, CLIENT, SERVER, there)
    yield start_us + 20000 * flights + 9000, 811, ipv4(811, TCP, SERVER, CLIENT, back)


def lookup(start_us, port):
    there, back = struct.pack('>HH', port, 53), struct.pack('>HH', 53, port)
    yield start_us, 62, ipv4(62, UDP, CLIENT, RESOLVER, there)
    yield start_us + 7300, 178, ipv4(178, UDP, RESOLVER, CLIENT, back)


def arp(start_us):
    yield start_us, 28, ETHERNET + b'\x08\x06' + bytes.fromhex('0001080006040001')


def packets():
    yield from lookup(3100, 40001)
    yield from page(15200, 50001, 6)
    yield from arp(250000)
    yield from lookup(331700, 40002)
    yield from page(340900, 50002, 4)
    yield from page(352600, 50003, 5)
    yield from lookup(700400, 40003)
    yield from page(709800, 50004, 7)
    yield from arp(985000)


def main():
    out = sys.stdout.buffer
    out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, KEPT, 1))
    for when, octets, head in sorted(packets()):
        head = head.ljust(KEPT, b'\0')
        out.write(struct.pack('<IIII', 1700000000, when, KEPT, 14 + octets) + head)


if __name__ == '__main__':
    main()
