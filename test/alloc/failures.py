#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs commands of iptfs-sim with a failing allocation, once for each place. A command must then do
what it does otherwise, with the same output in each file, or end with one line on standard error, a
status other than 0, and no file that is not whole. `./waf check` tries some places of each
command, `./waf failures` all.

  IPTFS_SIM=build/iptfs-sim IPTFS_FAILING=build/libfailing.so failures.py [--places WHICH] [NAME...]
"""

import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIM = os.path.abspath(os.environ.get('IPTFS_SIM', os.path.join(ROOT, 'build', 'iptfs-sim')))
FAILING = os.path.abspath(os.environ.get('IPTFS_FAILING',
                                         os.path.join(ROOT, 'build', 'libfailing.so')))
SAMPLE = 4              # places of a command in the check
STACKS = 300            # at most, of a command with --places=stacks
ALL = 2**64 - 1


def example(name):
    return os.path.join(ROOT, 'examples', name)


def golden(name):
    return os.path.join(ROOT, 'test', 'golden', name)


def short(name, *options, duration='50ms'):
    """A run of an example that is over soon."""
    return ['run', example(name), '--set', 'scenario.duration=' + duration, '--out', 'out', *options]


KEY = '000102030405060708090a0b0c0d0e0f10111213'
SWEEP = """[scenario]
name = small
duration = 20ms
[tunnel]
mode = on-demand
[link]
rate = 10Mbps
delay = 1ms
[traffic.a]
type = poisson
size = 200B
rate = 5Mbps
[sweep]
link.loss = 0, 10%
seed = 1 .. 3
[plot.delay]
x = link.loss
y = delay_s.mean
[plot.cdf]
kind = cdf
y = delay_s.mean
by = link.loss
"""

# What commands read: a folder made by these commands of a program that does not fail.
INPUTS = [
    ['encap', example('inner.pcap'), 'outer.pcap', '--key', KEY],
    ['sweep', 'small.ini', '--out', 'small'],
]


def make_inputs(folder):
    for name, text in (('small.ini', SWEEP), ('key', KEY + '\n')):
        with open(os.path.join(folder, name), 'w') as f:
            f.write(text)
    os.chmod(os.path.join(folder, 'key'), 0o600)
    for arguments in INPUTS:
        subprocess.run([SIM, *arguments, '--quiet'], cwd=folder, check=True,
                       stderr=subprocess.DEVNULL)


# Name -> arguments; @NAME is a file of the folder of inputs, =NAME a copy of it. What is written goes into the folder in which the command is run.
COMMANDS = {
    'list': ['list'],
    'list-json': ['list', '--json'],
    'help': ['run', '--help'],
    'program-help': ['--help'],
    'wrong-option': ['run', '--sead=1', 'a.ini'],
    'run': short('demo.ini'),
    'run-json': short('voice-wan.ini', '--json'),
    'run-csv': short('mixed-office.ini', '--csv'),
    'run-all': short('bad-radio.ini', '--pcap', 'c', '--trace', 't.csv', '--series', '10ms'),
    'run-leaks': ['run', example('what-leaks.ini'), '--out', 'out', '--set', 'scenario.duration=1s'],
    'run-list': short('list.ini'),
    'run-pcap': short('octets.ini', '--pcap', 'c'),
    'run-large': short('large-into-1500.ini', '--trace', 't'),
    'run-tcp': short('tcp-cubic.ini', '--set', 'traffic.downloads.stagger=1ms'),
    'run-beside': short('tcp-beside-tunnel.ini', '--set', 'traffic.beside.stagger=1ms'),
    'replay': ['replay', golden('linux/a-fit-boundary.scn')],
    'encap': ['encap', example('inner.pcap'), 'outer.pcap', '--key-file', '=key', '--esp-sa', 'sa'],
    'encap-json': ['encap', example('inner.pcap'), 'outer.pcap', '--key-file', '=key', '--json'],
    'decap': ['decap', '@outer.pcap', 'inner.pcap', '--key-file', '=key'],
    'decap-json': ['decap', '@outer.pcap', 'inner.pcap', '--key', KEY, '--json'],
    'dry-run': ['sweep', example('sweep-delay.ini'), '--dry-run'],
    'sweep': ['sweep', '@small.ini', '--out', 'out', '--jobs', '1'],
    'show': ['show', '@small'],
    'show-json': ['show', '@small', '--json'],
    'show-list': ['show', '@small', '--list'],
    'show-point': ['show', '@small', '--point', '2'],
    'plot': ['plot', '=small'],
    'plot-one': ['plot', '=small', 'delay', '--file', '@small.ini', '--quiet'],
    'man': ['help', '--man', 'run'],
    'completion': ['help', '--completion', 'bash'],
}


# ------------------------------------------------------------------------- runs of a command

class Server:
    """A started iptfs-sim that runs its main() once for each request; see failing.c."""

    def __init__(self, arguments, cwd):
        from_us, self.requests = os.pipe()
        self.answers, to_us = os.pipe()
        env = dict(os.environ, LD_PRELOAD=FAILING, IPTFS_ALLOC_FDS='%d,%d' % (from_us, to_us),
                   LC_ALL='C', COLUMNS='80')
        self.process = subprocess.Popen([SIM, *arguments], env=env, pass_fds=(from_us, to_us),
                                        stdin=subprocess.DEVNULL, cwd=cwd)
        os.close(from_us)
        os.close(to_us)
        self.lines = os.fdopen(self.answers)

    def run(self, first, last, trace, directory):
        os.write(self.requests, b'%d %d %d %s\n' % (first, last, trace, directory.encode()))
        line = self.lines.readline()
        if not line:
            raise SystemExit('the server of the failing allocator ended')
        return os.waitstatus_to_exitcode(int(line))

    def close(self):
        os.close(self.requests)
        self.lines.close()
        self.process.wait()


# What differs between two runs that are the same.
VARYING = [(rb'(?m)^Time .*$', b''), (rb'"time_s": [\d.e-]+', b''), (rb'"start": "[^"]*"', b''),
           (rb'\d+(\.\d+)? s(econds)?\b', b''), (rb'[\d.]+ points/s', b''),
           (rb'process \d+ on .*', b'')]


def without_times(octets):
    for pattern, text in VARYING:
        octets = re.sub(pattern, text, octets)
    return octets


def tree(directory):
    """path -> octets, of each file."""
    found = {}
    for where, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(where, name)
            with open(path, 'rb') as f:
                found[os.path.relpath(path, directory)] = without_times(f.read())
    return found


# What a process of points writes on standard output: for memory that ran out here, or in ns-3.
POINT_FAILED = rb'- \d+ (1 .*memory.*|139 killed by signal 11.*|134 killed by signal 6.*)\n|! .*memory\n'


# Functions of ns-3, which does not check its allocations, and libgcrypt's start-up, which aborts when
# it cannot open a file of /proc: they may end the process.
IN_LIBRARY = rb'\(_ZNK?3ns3|libns3|libgcrypt'


def problem(status, files, right_status, right_files):
    """What is wrong with a run; None when nothing is."""
    why = files.pop('why', b'')
    if status in (-6, -11) and re.search(IN_LIBRARY, why):
        return None
    if status < 0:
        return 'ended by signal %d' % -status
    if re.fullmatch(POINT_FAILED, files['stdout']):
        return None
    stderr = files.pop('stderr')
    if status == right_status and not stderr.strip().endswith(b'memory'):
        if stderr != right_files['stderr']:
            return 'status %d, another standard error: %r' % (status, stderr[:300])
        for name in sorted(set(files) | set(right_files) - {'stderr'}):
            if files.get(name) != right_files.get(name):
                return 'status %d, but %s is not the same' % (status, name)
        return None
    if status == 0:
        return 'status 0 with %r' % stderr[:300]
    if status == 125:
        return 'status 125'
    if stderr.count(b'\n') != 1 or not stderr.endswith(b'\n'):
        return 'status %d, not one line: %r' % (status, stderr[:500])
    if not re.search(rb'memory', stderr):
        return 'status %d, another line: %r' % (status, stderr[:500])
    for name in sorted(files):
        # A sweep that has not ended goes on from its manifest, which does not say yet how it ended.
        if name not in ('stdout', 'out/manifest.json') and files[name] != right_files.get(name):
            return 'status %d, %s is %s' % (
                status, name, 'not whole' if name in right_files else 'left behind')
    return None


class Trial:
    """All runs of one command."""

    def __init__(self, name, arguments, inputs, scratch):
        self.name, self.scratch, self.inputs = name, scratch, inputs
        self.copies = [word[1:] for word in arguments if word.startswith('=')]
        self.server = Server([os.path.join(inputs, word[1:]) if word.startswith('@') else
                              word.lstrip('=') for word in arguments], scratch)

    def run(self, first, last, trace):
        directory = os.path.join(self.scratch, 'run')
        shutil.rmtree(directory, ignore_errors=True)
        os.mkdir(directory)
        for name in self.copies:
            path = os.path.join(self.inputs, name)
            (shutil.copytree if os.path.isdir(path) else shutil.copy2)(
                path, os.path.join(directory, name))
        status = self.server.run(first, last, trace, directory)
        return status, tree(directory)

    def prepare(self):
        """The run without a failure, and its places: (all, the first of each call stack)."""
        self.right_status, self.right = self.run(0, 0, 0)
        status, files = self.run(0, 0, 1)
        stacks = files.pop('stacks')
        if (status, files) != (self.right_status, self.right) or len(stacks) % 8:
            raise SystemExit('%s: two runs without a failure differ: status %d and %d, %d octets of '
                             'stacks' % (self.name, self.right_status, status, len(stacks)))
        hashes = struct.unpack('%dQ' % (len(stacks) // 8), stacks)
        first = {}
        for place, stack in enumerate(hashes, 1):
            first.setdefault(stack, place)
        return len(hashes), sorted(first.values())

    def fail(self, first, last):
        status, files = self.run(first, last, 2)
        stack = files.get('why', b'').decode(errors='replace')
        return problem(status, files, self.right_status, self.right), stack


def named(stack):
    """The functions of a call stack as backtrace_symbols_fd() wrote it, innermost first."""
    names = []
    for line in stack.splitlines()[2:]:
        found = re.match(r'([^(]*)\(([^+)]*)(?:\+(0x[0-9a-f]+))?\)', line)
        name = found.group(2)
        if not name and 'iptfs' in found.group(1) and shutil.which('addr2line'):
            name = subprocess.run(['addr2line', '-f', '-e', SIM, found.group(3)],
                                  stdout=subprocess.PIPE).stdout.decode().split()[0]
        names.append(name or os.path.basename(found.group(1)))
    return '    ' + ' < '.join(names)


def chosen(which, count, distinct):
    if which == 'all':
        return range(1, count + 1)
    step = max(1, len(distinct) // (STACKS if which == 'stacks' else SAMPLE))
    return distinct[step // 2::step]


def try_command(name, arguments, options, scratch):
    trial = Trial(name, arguments, options.inputs, scratch)
    count, distinct = trial.prepare()
    places = options.at or chosen(options.places, count, distinct)
    wrong = tried = 0
    for place in places:
        for last in (place, ALL):
            found, stack = trial.fail(place, last)
            tried += 1
            if found:
                wrong += 1
                print('FAILED  %s, allocation %d%s: %s' %
                      (name, place, ' and all behind it' if last == ALL else '', found), flush=True)
                if options.why and stack:
                    print(named(stack), flush=True)
    trial.server.close()
    print('%s: %d allocations, %d call stacks, %d runs, %d wrong' %
          (name, count, len(distinct), tried, wrong), flush=True)
    return tried, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--places', choices=['sample', 'stacks', 'all'], default='sample')
    parser.add_argument('--at', type=int, action='append', help='only at this allocation')
    parser.add_argument('--why', action='store_true', help='print the call stacks')
    options = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as options.inputs:
        make_inputs(options.inputs)
        for name in options.names or COMMANDS:
            with tempfile.TemporaryDirectory() as scratch:
                tried, wrong = try_command(name, COMMANDS[name], options, scratch)
            passed += tried - wrong
            failed += wrong
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
