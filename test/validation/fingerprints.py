#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares what examples and studies do now with what is written in golden/fingerprints.txt: a hash
of the trace of events, and the main figures of the summary. `./waf fingerprints` calls it, and
`./waf check` for each variant. It says which have changed and by how much; after a change that was
meant, `./waf fingerprints --accept` writes the new ones.

A line of the file is a scenario (`#3` behind it: with the values of point 3 of its sweep), how much
of it is run, the hash and the figures. Scenarios are found in examples/ and results/. Of a sweep the
list of its points is hashed, and a few points are run.

The traces hold whole picoseconds, in which the last bit of a logarithm does not show: on x86-64 they
are the same on Debian 12 and 13, in all variants, and with the fused multiply-add of glibc's
functions switched off (GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2). ns-3's TCP is not the same in
all versions of ns-3: lines of scenarios with its applications end their name with @ and the version,
and only those of the version that is installed are compared."""

import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, 'test', 'golden', 'fingerprints.txt')
SIM = os.path.abspath(os.environ.get('IPTFS_SIM', os.path.join(ROOT, 'build', 'iptfs-sim')))
HEAD = '# Written by `./waf fingerprints --accept`; test/validation/fingerprints.py says what it is.\n'
FIGURES = ['inner.offered.pkts', 'inner.delivered.pkts', 'inner.delivered.octets',
           'outer.sent.pkts', 'outer.sent.octets', 'outer.lost.pkts', 'delay_s.mean', 'delay_s.p99',
           'stall_s.mean', 'loss_amplification', 'reverse.inner.delivered.pkts',
           'reverse.outer.sent.pkts', 'reverse.delay_s.mean']
POINTS = 4                  # of a sweep that are run
TRACE_LINES = 160000         # at most, in a run whose length is chosen here; of a point a quarter
APPLICATIONS = re.compile(r'\btype\s*=\s*(tcp-|udp-)')     # of ns-3
UNITS = {'ps': 1, 'ns': 10**3, 'us': 10**6, 'ms': 10**9, 's': 10**12, 'min': 60 * 10**12}


class Refused(Exception):
    """The simulator does not run this."""


def simulator(*arguments):
    run = subprocess.run([SIM] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         cwd=ROOT)
    if run.returncode not in (0, 3):        # 3: a circuit breaker tripped, which is a result
        raise Refused(run.stderr.decode(errors='replace').strip() or
                      'status %d' % run.returncode)
    return run.stdout


def short_hash(data):
    return data.hexdigest()[:16]


def figure(summary, name):
    for part in name.split('.'):
        summary = summary.get(part) if isinstance(summary, dict) else None
    return '-' if summary is None else '%.6g' % summary if isinstance(summary, float) else str(summary)


# ------------------------------------------------------------------------------- what is run

def lines_of(section, path):
    """The lines of a section, without comments."""
    with open(os.path.join(ROOT, path)) as f:
        text = re.sub(r'(?m)(^|\s)[;#].*$', '', f.read())
    found = re.search(r'(?ms)^\[%s\]\s*$(.*?)(?=^\[|\Z)' % section, text)
    return found.group(1).split('\n') if found else None


def own_duration(path):
    for line in lines_of('scenario', path) or []:
        found = re.match(r'\s*duration\s*=\s*([\d.]+)\s*(\w+)\s*$', line)
        if found:
            return float(found.group(1)) * UNITS[found.group(2)]
    return UNITS['s']


def cases(path):
    """case.NAME of a sweep -> what it sets."""
    found = {}
    for line in lines_of('sweep', path):
        case = re.match(r'\s*case\.([^\s=]+)\s*=\s*(.*)$', line)
        if case:
            found.setdefault(case.group(1), []).extend(
                part.strip() for part in case.group(2).split(';') if part.strip())
    return found


def sets_of(point, named):
    """What a line of `sweep --dry-run` sets over the scenario, but for the duration."""
    sets = []
    for part in re.split(r' (?=[\w.-]+=)', point)[1:]:
        key, value = part.split('=', 1)
        if key == 'case':
            sets += named[value]
        else:
            sets.append('scenario.seed=' + value if key == 'seed' else part)
    return [one for one in sets if not one.startswith('scenario.duration=')]


def run(path, sets, duration):
    """(lines of the trace, fields of the fingerprint). The duration may be below the warm-up."""
    with tempfile.TemporaryDirectory() as scratch:
        trace = os.path.join(scratch, 'trace.txt')
        arguments = [word for one in sets + ['scenario.warm-up=0', 'scenario.duration=' + duration]
                     for word in ('--set', one)]
        summary = json.loads(simulator('run', path, '--json', '--out', scratch, '--trace', trace,
                                       *arguments))
        digest, lines = hashlib.sha256(), 0
        with open(trace, 'rb') as f:
            for line in f:
                digest.update(line)
                lines += 1
    fields = {'duration': duration, 'trace': short_hash(digest)}
    fields.update((name, figure(summary, name)) for name in FIGURES
                  if 'reverse' in summary or not name.startswith('reverse.'))
    return lines, fields


def write_time(ps):
    for unit in ('s', 'ms', 'us', 'ns'):
        if ps % UNITS[unit] == 0:
            return '%d%s' % (ps // UNITS[unit], unit)
    return '%dps' % ps


def run_some(path, sets, limit):
    """Runs as much of it as keeps the trace short, or as little as the scenario allows."""
    best, refusal = None, None
    for part in (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1):
        try:
            lines, fields = run(path, sets, write_time(round(own_duration(path) / part)))
        except Refused as why:      # too short for something in it
            refusal = why
            continue
        if best is None or lines <= limit:
            best = fields
        if lines > limit:
            break
    if best is None:
        raise refusal
    return best


class Job:
    """One line of the file."""

    def __init__(self, name, path, sets, limit):
        self.name, self.path, self.sets, self.limit = name, path, sets, limit

    def fingerprint(self, old):
        """With the duration of the old one, if there is one."""
        if old is None or 'duration' not in old:
            return run_some(self.path, self.sets, self.limit)
        return run(self.path, self.sets, old['duration'])[1]


class ListJob(Job):
    """The points of a sweep."""

    def __init__(self, path, listed):
        self.name, self.listed = path, listed

    def fingerprint(self, old):
        return {'points': str(len(self.listed)),
                'list': short_hash(hashlib.sha256('\n'.join(self.listed).encode()))}


def ns3_version():
    run = subprocess.run(['pkg-config', '--modversion', 'ns3-core'], stdout=subprocess.PIPE)
    return run.stdout.decode().strip() or 'unknown'


NS3 = ns3_version()


def has_applications(path):
    with open(os.path.join(ROOT, path), errors='replace') as f:
        return APPLICATIONS.search(f.read()) is not None


def jobs_of(path):
    jobs = version_free_jobs_of(path)
    for job in jobs:
        job.name += '@' + NS3 if has_applications(path) else ''
    return jobs


def version_free_jobs_of(path):
    if lines_of('sweep', path) is None:
        return [Job(path, path, [], TRACE_LINES)]
    listed = simulator('sweep', path, '--dry-run').decode().splitlines()
    last, named = len(listed) - 1, cases(path)
    chosen = sorted({last * i // (POINTS - 1) for i in range(POINTS)})
    return [ListJob(path, listed)] + [
        Job('%s#%d' % (path, i + 1), path, sets_of(listed[i], named), TRACE_LINES // POINTS)
        for i in chosen]


# -------------------------------------------------------------------------------- the file

def read(path):
    found = {}
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                if line.strip() and not line.startswith('#'):
                    name, *fields = line.split()
                    found[name] = dict(field.split('=', 1) for field in fields)
    return found


def in_order(name):
    """(path, point of the sweep or 0, version of ns-3 or '')"""
    name, _, ns3 = name.partition('@')
    path, _, point = name.partition('#')
    return path, int(point or 0), ns3


def write(path, fingerprints):
    with open(path + '.new', 'w') as f:
        f.write(HEAD)
        for name in sorted(fingerprints, key=in_order):
            f.write(' '.join([name] + ['%s=%s' % field for field in fingerprints[name].items()]) +
                    '\n')
    os.replace(path + '.new', path)


def percent(old, new):
    try:
        return ' (%+.3g %%)' % (100 * (float(new) / float(old) - 1))
    except (TypeError, ValueError, ZeroDivisionError):   # one of them is not known, or 0
        return ''


def compare(name, old, new):
    """Lines that say what has changed."""
    if old is None:
        return ['%s: has no fingerprint yet' % name]
    if new is None:
        return ['%s: has a fingerprint, but is not there any more' % name]
    return ['%s: %s was %s, is %s%s' % (name, field, old.get(field, '-'), new.get(field, '-'),
                                        '' if field in ('trace', 'list') else
                                        percent(old.get(field), new.get(field)))
            for field in list(old) + [field for field in new if field not in old]
            if old.get(field) != new.get(field)]


def found_scenarios():
    return sorted(os.path.relpath(path, ROOT) for pattern in ('examples/*.ini', 'results/*/*.ini')
                  for path in glob.glob(os.path.join(ROOT, pattern)))


def fingerprint_all(paths, golden):
    """(name -> fingerprint, lines about those that fail)"""
    def attempt(work, *arguments):
        try:
            return work(*arguments), None
        except Refused as why:
            return None, str(why)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        listed = list(pool.map(lambda path: attempt(jobs_of, path), paths))
        jobs = [job for some, _ in listed for job in some or []]
        done = list(pool.map(lambda job: attempt(job.fingerprint, golden.get(job.name)), jobs))
    failed = ['%s: %s' % (path, why) for path, (_, why) in zip(paths, listed) if why]
    failed += ['%s: %s' % (job.name, why) for job, (_, why) in zip(jobs, done) if why]
    return {job.name: fields for job, (fields, _) in zip(jobs, done) if fields}, failed


def concerned(name, paths):
    path, _, ns3 = in_order(name)
    return ns3 in ('', NS3) and (not paths or path in paths)


def only_of_other_versions(path, golden):
    versions = {in_order(name)[2] for name in golden if in_order(name)[0] == path}
    return bool(versions) and not versions & {'', NS3}


def main():
    parser = argparse.ArgumentParser(description='Compares examples and studies with their '
                                                 'fingerprints.')
    parser.add_argument('--accept', action='store_true', help='write what they are now')
    parser.add_argument('--golden', default=GOLDEN, metavar='FILE', help='where they are written')
    parser.add_argument('scenario', nargs='*', help='default: all in examples/ and results/')
    arguments = parser.parse_args()
    golden = read(arguments.golden)
    paths = arguments.scenario or found_scenarios()
    everything, golden = golden, {name: fields for name, fields in golden.items()
                                  if concerned(name, arguments.scenario)}
    others = {name: fields for name, fields in everything.items() if name not in golden}
    if not arguments.accept:
        skipped = [path for path in paths if only_of_other_versions(path, everything)]
        paths = [path for path in paths if path not in skipped]
        for path in skipped:
            print('skipped %s: has no fingerprint with ns-3 %s' % (path, NS3))
    now, failed = fingerprint_all(paths, golden)
    changes = {name: compare(name, golden.get(name), now.get(name))
               for name in sorted(set(golden) | set(now), key=in_order)}
    changed = sum(1 for lines in changes.values() if lines)
    for line in [line for lines in changes.values() for line in lines] + failed:
        print(line)
    if failed:
        sys.exit('%d fingerprints could not be taken' % len(failed))
    if arguments.accept:
        write(arguments.golden, {**others, **now})
        print('%d fingerprints written, %d of them changed' % (len(now), changed))
    elif changed:
        sys.exit('%d fingerprints differ. If that is meant: ./waf fingerprints --accept' % changed)
    else:
        print('%d fingerprints are as they were' % len(now))


if __name__ == '__main__':
    main()
