#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every command that a page, a header or the head of an example quotes.

A command of iptfs-sim must exit with 0, run in a folder of its own, in the order of its page. Where
it holds a placeholder (FILE.ini, DIR, N ...) its options must be known to its --help. A command of
./waf is not run: it and its options must be those that ./waf --help lists, its study must exist.
The last line is "N passed, M failed".
"""

import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = ['README.md', 'CONTRIBUTING.md', 'doc/*.md', 'model/README.md', 'helper/README.md',
         'results/*/README.md', 'test/**/README.md', 'model/iptfs.h', 'model/ns3/**/*.h',
         'examples/*.ini', 'examples/*.c', 'examples/*.cc']
RUN = ('build/iptfs-sim', 'iptfs-sim', 'build/iptfs-test', './waf', 'printf', '(umask', 'cmp', 'mkdir')
PLACEHOLDER = re.compile(r'(^|[ /=.])(FILE|DIR|NAME|MINE|IN|OUT|N|COMMAND|SUITE|TOPIC|FOLDER)\b|…|\.\.\.')
TIMEOUT_S = 300


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as f:
        return f.read()


def without_comment(line):
    return re.sub(r'\s{2,}#.*$', '', line).strip()


def commands_of(path):
    """The commands of a file, in their order, each once."""
    text = read(path)
    found = []
    fenced = None
    for line in text.splitlines():
        if line.startswith('```'):
            fenced = None if fenced is not None else line[3:].strip()
            continue
        line = re.sub(r'^\s*(//|/\*|\*|#)?\s*(\$ )?', '', line)
        line = re.sub(r'\s*\*/$', '', line)
        if re.match(r'(build/iptfs-(sim|test)|iptfs-sim|\./waf) \S', line):
            found.append(without_comment(line))
        elif fenced == 'sh' and line.split() and line.split()[0] in RUN:
            found.append(without_comment(line))
        else:
            found += re.findall(r'`((?:build/)?iptfs-sim [a-z][^`]*|\./waf [a-z][^`]*)`', line)
    return list(dict.fromkeys(found))


class Commands:
    """What iptfs-sim and ./waf know."""

    def __init__(self, program):
        self.program = program
        self.help = {}
        waf = subprocess.run([os.path.join(TOP, 'waf'), '--help'], cwd=TOP, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        self.waf_commands = set(re.findall(r'^  (\w+) *: ', waf, re.M))
        self.waf_options = set(re.findall(r'--[\w-]+', waf))

    def help_of(self, command):
        if command not in self.help:
            self.help[command] = subprocess.run(
                [self.program, command, '--help'], text=True, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
        return self.help[command]

    def check_waf(self, words):
        for word in words[1:]:
            name = word.split('=')[0]
            if name.startswith('-'):
                if name.startswith('--') and name not in self.waf_options:
                    return 'no option ' + name
            elif words[words.index(word) - 1] == '--study':
                if not PLACEHOLDER.search(word) and not os.path.isdir(
                        os.path.join(TOP, 'results', word)):
                    return 'no study ' + word
            elif words[words.index(word) - 1].startswith('--'):
                continue
            elif word not in self.waf_commands:
                return 'no command ' + word
        return None

    def check_known(self, words):
        shown = self.help_of(words[1])
        if shown.returncode:
            return 'no command ' + words[1]
        for word in words[2:]:
            option = word.split('=')[0].rstrip(',.;)')
            if re.match(r'--[a-z]', option) and option not in shown.stdout:
                return 'no option %s' % option
        return None


def run(command, folder, program):
    words = command.split(None, 1) + ['']
    if words[0].endswith('iptfs-sim'):
        command = shlex.quote(program) + ' ' + words[1]
    if words[0].endswith('iptfs-test'):
        command = shlex.quote(os.path.join(os.path.dirname(program), 'iptfs-test')) + ' ' + words[1]
    environment = dict(os.environ, IPTFS_SIM=program, IPTFS_BUILD=os.path.dirname(program))
    try:
        done = subprocess.run(['sh', '-c', command], cwd=folder, text=True, timeout=TIMEOUT_S,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, errors='replace', env=environment)
    except subprocess.TimeoutExpired:
        return 'took more than %d s' % TIMEOUT_S
    if done.returncode:
        return 'status %d: %s' % (done.returncode, '\n'.join(done.stdout.splitlines()[-3:]))
    return None


def folder_for(path, below):
    """Where the commands of a file run: a folder with what they name, and out/ of its own."""
    if path.startswith('results/'):
        folder = os.path.join(below, 'study')
        shutil.copytree(os.path.join(TOP, os.path.dirname(path)), folder)
        return folder
    folder = os.path.join(below, 'top')
    os.makedirs(os.path.join(folder, 'out'))
    for name in ('examples', 'results', 'test'):
        os.symlink(os.path.join(TOP, name), os.path.join(folder, name))
    return folder


def problem_of(command, folder, program, known):
    try:
        words = shlex.split(command)
    except ValueError as e:
        return str(e)
    if words[0] == './waf':
        return known.check_waf(words)
    if words[0].endswith('iptfs-sim') and PLACEHOLDER.search(command):
        return known.check_known(words)
    return run(command, folder, program)


def main():
    program = os.path.abspath(os.environ.get('IPTFS_SIM', os.path.join(TOP, 'build', 'iptfs-sim')))
    known = Commands(program)
    passed = failed = 0
    wanted = sys.argv[1:] or [os.path.relpath(path, TOP) for pattern in PAGES
                              for path in sorted(glob.glob(os.path.join(TOP, pattern), recursive=True))]
    for path in wanted:
        with tempfile.TemporaryDirectory() as below:
            folder = folder_for(path, below)
            for command in commands_of(path):
                problem = problem_of(command, folder, program, known)
                if problem:
                    failed += 1
                    print('FAILED  %s: %s: %s' % (path, command, problem), flush=True)
                else:
                    passed += 1
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
