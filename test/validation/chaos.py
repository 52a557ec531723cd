#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sweeps and runs under kills, full disks, file limits, damaged and edited files, and two at once.

After each fault the program has given the right results or an error of one line, and a sweep that
is resumed has the same bytes as one that nobody disturbed. `./waf chaos` calls this for --time
seconds, `./waf check` for a few rounds of each fault. A failure prints the fault, its seed and what
came out; `chaos.py --fault NAME --seed N --rounds 1` repeats it."""

import argparse
import ctypes
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIM = os.path.abspath(os.environ.get('IPTFS_SIM', os.path.join(ROOT, 'build', 'iptfs-sim')))
SECONDS = 120                           # longer than any command here may take
LISTED = 12                             # lines at most: an error, and points that failed

SCENARIO = """[scenario]
name = chaos
duration = 2s

[tunnel]
pkt-size = 500

[link]
rate = 10Mbps
delay = 5ms
loss = 1%

[traffic.a]
type = list
file = sizes {1} $x.csv

[traffic.b]
type = poisson
size = 300
rate = 2Mbps

[sweep]
link.loss = 0, 1%, 5%
tunnel.pkt-size = 300, 1400
seed = 1 .. 5

[plot.p]
x = link.loss
y = delay_s.mean
by = tunnel.pkt-size
"""
POINTS = 30
PACKETS = 'time,size\n' + ''.join('%dms,%d\n' % (10 * i, 100 + i) for i in range(50))


class Wrong(Exception):
    """What the program did is neither right nor an error of one line."""


def command(*arguments, **options):
    """Runs the program; gives its status, stdout and stderr."""
    try:
        run = subprocess.run([SIM] + list(arguments), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS,
                             **options)
    except subprocess.TimeoutExpired as e:
        raise Wrong('%s ran longer than %d s' % (arguments, SECONDS)) from e
    return run.returncode, run.stdout.decode(errors='replace'), run.stderr.decode(errors='replace')


def expect_clear(what, status, err):
    """An error is a status that the man page lists and ends with a line of ours; notes may come first."""
    if status not in (0, 1, 2):
        raise Wrong('%s: status %d: %s' % (what, status, err))
    lines = err.splitlines()
    while lines and lines[-1].startswith('  '):
        lines.pop()
    if status and not (lines and lines[-1].startswith('iptfs-sim: ')) or len(lines) > LISTED:
        raise Wrong('%s: status %d, not a clear error:\n%s' % (what, status, err))


class Folder:
    """A sweep's file, the file it names, and its folder of results."""

    def __init__(self, where):
        os.makedirs(where, exist_ok=True)
        self.ini = os.path.join(where, 'a {= die; =} b.ini')
        self.list = os.path.join(where, 'sizes {1} $x.csv')
        self.out = os.path.join(where, 'out {#} "q"')
        self.write()

    def write(self):
        for path, text in ((self.ini, SCENARIO), (self.list, PACKETS)):
            with open(path, 'w') as f:
                f.write(text)

    def sweep(self, *more):
        return ('sweep', self.ini, '--out', self.out, '--jobs', '2', '--quiet') + more

    def started(self):
        return os.path.isdir(self.out)

    def results(self):
        """What must be the same: the CSV, the database's rows, a table and a plot."""
        with open(os.path.join(self.out, 'results.csv'), 'rb') as f:
            csv = f.read()
        db = sqlite3.connect('file:%s?mode=ro' % os.path.join(self.out, 'results.db')
                             .replace('%', '%25').replace('#', '%23').replace('?', '%3f'), uri=True)
        dump = '\n'.join(db.iterdump())
        db.close()
        plots = []
        for kind in ('svg', 'png', 'csv'):
            with open(os.path.join(self.out, 'plots', 'p.' + kind), 'rb') as f:
                plots.append(f.read())
        return [csv, dump] + plots


class Reference:
    """A sweep that nobody disturbs: what is right, and how long it takes."""

    def __init__(self, where):
        self.folder = Folder(where)
        began = time.monotonic()
        status, _, err = command(*self.folder.sweep())
        if status:
            raise Wrong('undisturbed: status %d: %s' % (status, err))
        self.duration = time.monotonic() - began
        self.results = self.folder.results()
        self.shown = command('show', self.folder.out)[1]


class Chaos:
    """One round of a fault, with its own folder and random numbers."""

    def __init__(self, where, reference, seed):
        self.random = random.Random(seed)
        self.folder = Folder(os.path.join(where, 'sweep'))
        self.reference = reference
        self.kills = 0

    def fresh(self):
        shutil.rmtree(os.path.dirname(self.folder.out), ignore_errors=True)
        self.folder = Folder(os.path.dirname(self.folder.out))

    def finished(self):
        """A folder with all results, as the reference's."""
        self.fresh()
        shutil.copytree(self.reference.folder.out, self.folder.out)

    def expect_right(self, what):
        if self.folder.results() != self.reference.results:
            raise Wrong('%s: other results than undisturbed' % what)

    def resume(self, what):
        """The sweep goes on, and has the right results; where it may not, an error says so."""
        more = ('--resume',) if self.folder.started() else ()
        status, _, err = command(*self.folder.sweep(*more))
        expect_clear(what, status, err)
        if status:
            status, _, forced = command(*self.folder.sweep('--force'))
            expect_clear(what + ', --force', status, forced)
            if status:
                raise Wrong('%s: neither --resume nor --force goes on: %s%s' % (what, err, forced))
        self.expect_right(what)

    def start(self, *more):
        return subprocess.Popen([SIM] + list(self.folder.sweep(*more)), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True)

    # ------------------------------------------------------------------------- the faults

    def kill(self):
        """A process of the sweep is killed, again and again, then the sweep is resumed."""
        self.fresh()
        for _ in range(self.random.randint(1, 4)):
            sweep = self.start(*(('--resume',) if self.folder.started() else ()))
            time.sleep(self.random.uniform(0, self.reference.duration))
            victims = [sweep.pid] if self.random.random() < 0.6 else processes_of(sweep.pid)
            for victim in self.random.sample(victims, min(len(victims), self.random.choice((1, 3)))):
                try:
                    os.kill(victim, self.random.choice((signal.SIGKILL, signal.SIGKILL,
                                                        signal.SIGTERM, signal.SIGINT)))
                    self.kills += 1
                except ProcessLookupError:
                    pass
            wait_or_kill(sweep)
            expect_no_process(self.folder.out)
        self.resume('killed')

    def full_disk(self):
        """The results lie on a disk that fills up, at a random size, and then has space again."""
        self.fresh()
        disk = os.path.dirname(self.folder.out)
        size = self.random.choice((64, 128, 256, 400)) + self.random.randint(0, 400)
        if not mount_tmpfs(disk, size):
            return 'needs root and tmpfs'
        try:
            self.folder = Folder(disk)
            status, _, err = command(*self.folder.sweep())
            expect_clear('disk of %d KiB' % size, status, err)
            if not status:
                self.expect_right('disk of %d KiB' % size)
            remount_tmpfs(disk, 65536)
            self.resume('disk of %d KiB, then more' % size)
        finally:
            unmount(disk)
        return None

    def file_limit(self):
        """No file may grow beyond a random size (ulimit -f)."""
        self.fresh()
        octets = 512 * self.random.randint(0, 120)

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))
        status, _, err = command(*self.folder.sweep(), preexec_fn=limit)
        expect_clear('files of %d octets' % octets, status, err)
        left = [name for name in os.listdir(self.folder.out) if 'tmp' in name] \
            if self.folder.started() else []
        if left:
            raise Wrong('files of %d octets: %s stays' % (octets, left))
        self.resume('files of %d octets, then more' % octets)

    def damage(self):
        """A file in the folder is cut, zeroed, changed or replaced."""
        self.finished()
        names = ['results.db', 'results.db', 'results.csv', 'manifest.json', 'sweep.ini']
        names += ['points/' + name for name in os.listdir(os.path.join(self.folder.out, 'points'))]
        name = self.random.choice(names[:5] if self.random.random() < 0.6 else names)
        path = os.path.join(self.folder.out, name)
        how = self.random.choice((cut, zero_page, flip, replace_by_folder, replace_by_fifo, remove))
        how(path, self.random)
        what = '%s: %s' % (name, how.__name__)
        for question in (('show', self.folder.out), ('plot', self.folder.out)):
            status, out, err = command(*question)
            expect_clear('%s, %s' % (what, question[0]), status, err)
            if question[0] == 'show' and not status and out != self.reference.shown:
                raise Wrong('%s: show prints other rows, and no error' % what)
        if how is replace_by_folder:    # is not ours to remove
            status, _, err = command(*self.folder.sweep('--resume'))
            expect_clear(what, status, err)
        else:
            self.resume(what)

    def edit(self):
        """The sweep's file, or a file it names, changes while the sweep runs."""
        self.fresh()
        sweep = self.start()
        time.sleep(self.random.uniform(0.02, self.reference.duration))
        path = self.random.choice((self.folder.ini, self.folder.list))
        with open(path, 'w') as f:
            f.write(self.random.choice((SCENARIO.replace('5ms', '50ms'), 'nonsense', '')))
        err = wait_or_kill(sweep)
        what = '%s edited' % os.path.basename(path)
        if sweep.returncode:
            expect_clear(what, sweep.returncode, err)
        else:
            self.expect_right(what)
        self.folder.write()
        self.resume(what)

    def two(self):
        """Two sweeps are started in one folder."""
        self.fresh()
        first = self.start()
        time.sleep(self.random.uniform(0, self.reference.duration / 2))
        second = self.start(*(('--resume',) if self.random.random() < 0.5 else ()))
        errors = [wait_or_kill(first), wait_or_kill(second)]
        for sweep, err in zip((first, second), errors):
            expect_clear('one of two', sweep.returncode, err)
        self.resume('two at once')

    def run_limits(self):
        """A run whose outputs do not fit leaves them whole or not at all."""
        self.fresh()
        where = os.path.dirname(self.folder.out)
        octets = 512 * self.random.randint(0, 400)

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))
        wanted = ['out/summary.json', 'out/summary.csv', 'out/series.csv', 'trace.csv',
                  'x-outer-tx.pcap']
        status, _, err = command('run', self.folder.ini, '--out', os.path.join(where, 'out'),
                                 '--pcap', os.path.join(where, 'x'), '--series', '100ms',
                                 '--trace', os.path.join(where, 'trace.csv'), preexec_fn=limit)
        what = 'run, files of %d octets' % octets
        expect_clear(what, status, err)
        left = [name for _, _, names in os.walk(where) for name in names if 'tmp' in name]
        if left:
            raise Wrong('%s: leaves %s' % (what, left))
        missing = [name for name in wanted if not os.path.exists(os.path.join(where, name))]
        if not status and missing:
            raise Wrong('%s: status 0 and no %s' % (what, missing))


FAULTS = ['kill', 'full_disk', 'file_limit', 'damage', 'edit', 'two', 'run_limits']


# ------------------------------------------------------------------------------ processes

def processes_of(session):
    """The processes of a session, the leader first."""
    found = [session]
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and int(name) != session and os.getsid(int(name)) == session:
                found.append(int(name))
        except OSError:
            pass
    return found


def wait_or_kill(process):
    """Waits for a process; gives its stderr."""
    try:
        return process.communicate(timeout=SECONDS)[1].decode(errors='replace')
    except subprocess.TimeoutExpired as e:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise Wrong('ran longer than %d s' % SECONDS) from e


def expect_no_process(folder):
    """No point runs on when its sweep is gone."""
    deadline = time.monotonic() + 10
    while True:
        left = []
        for name in os.listdir('/proc'):
            try:
                with open('/proc/%s/cmdline' % name, 'rb') as f:
                    words = f.read().split(b'\0')
                if name.isdigit() and int(name) != os.getpid() and os.fsencode(folder) in words:
                    left.append(b' '.join(words).decode(errors='replace'))
            except OSError:
                pass
        if not left:
            return
        if time.monotonic() > deadline:
            raise Wrong('still there after 10 s: %s' % left)
        time.sleep(0.05)


# ---------------------------------------------------------------------------------- disks

LIBC = ctypes.CDLL(None, use_errno=True)
MS_REMOUNT = 32


def mount(path, size_kib, flags):
    return LIBC.mount(b'tmpfs', os.fsencode(path), b'tmpfs', ctypes.c_ulong(flags),
                      b'size=%dk' % size_kib) == 0


def mount_tmpfs(path, size_kib):
    return os.geteuid() == 0 and mount(path, size_kib, 0)


def remount_tmpfs(path, size_kib):
    if not mount(path, size_kib, MS_REMOUNT):
        raise OSError(ctypes.get_errno(), 'remount')


def unmount(path):
    LIBC.umount2(os.fsencode(path), 2)      # also while a process still looks at it


# --------------------------------------------------------------------------------- damage

def cut(path, rng):
    os.truncate(path, rng.randint(0, max(0, os.path.getsize(path) - 1)))


def zero_page(path, rng):
    with open(path, 'r+b') as f:
        f.seek(4096 * rng.randint(0, os.path.getsize(path) // 4096))
        f.write(bytes(min(4096, os.path.getsize(path))))


def flip(path, rng):
    size = os.path.getsize(path)
    with open(path, 'r+b') as f:
        for _ in range(rng.choice((1, 1, 3, 30))):
            f.seek(rng.randrange(size))
            f.write(bytes([rng.randrange(256)]))


def replace_by_folder(path, _):
    os.remove(path)
    os.mkdir(path)


def replace_by_fifo(path, _):
    os.remove(path)
    os.mkfifo(path)


def remove(path, _):
    os.remove(path)


# ----------------------------------------------------------------------------------- main

def one_round(fault, reference, seed):
    with tempfile.TemporaryDirectory(prefix='chaos') as where:
        chaos = Chaos(where, reference, seed)
        skipped = getattr(chaos, fault)()
        return skipped, chaos.kills


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--fault', choices=FAULTS)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--rounds', type=int, default=3, help='of each fault')
    parser.add_argument('--time', type=float, help='seconds, instead of --rounds')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='chaos') as where:
        counts, kills = all_rounds(options, Reference(where))
    for fault, (passed, failed, skipped) in counts.items():
        print('%-11s %d passed, %d failed%s' % (fault, passed, failed,
                                                 ' (skipped: %s)' % skipped if skipped else ''))
    print('%d processes were killed' % kills)
    print('%d passed, %d failed' % tuple(sum(c[i] for c in counts.values()) for i in (0, 1)))
    return 1 if any(c[1] for c in counts.values()) else 0


def all_rounds(options, reference):
    """Gives for each fault how often it passed, failed, and why it was skipped; and the kills."""
    faults = [options.fault] if options.fault else FAULTS
    counts, kills = {fault: [0, 0, ''] for fault in faults}, 0
    began, seed = time.monotonic(), options.seed
    while time.monotonic() - began < options.time if options.time else \
            seed - options.seed < options.rounds:
        for fault in faults:
            try:
                skipped, killed = one_round(fault, reference, seed)
                kills += killed
                counts[fault][2] = skipped or ''
                counts[fault][0] += not skipped
            except (Wrong, OSError, sqlite3.Error) as e:
                counts[fault][1] += 1
                print('FAILED  --fault %s --seed %d: %s' % (fault, seed, e), flush=True)
        seed += 1
    return counts, kills


if __name__ == '__main__':
    sys.exit(main())
