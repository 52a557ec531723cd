# SPDX-License-Identifier: GPL-2.0-or-later
"""Common parts of the studies that consist of sweeps. A study is a folder with its sweep file
NAME.ini, its page README.md and a make.py, which names the columns kept of each point, the claims
of the page, and its tables.

    make.py             runs the sweep; writes results.csv, plots/ and the tables of the page
    make.py --short     runs a smaller sweep in a scratch folder, and writes nothing here

Both end with status 1 when a claim does not hold, or the page differs from the data."""

import csv
import io
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIM = os.path.abspath(os.environ.get('IPTFS_SIM', os.path.join(ROOT, 'build', 'iptfs-sim')))

# Octets, RFC 4303 and RFC 9347: AES-GCM with an ICV of 16, outer IPv4.
AGGFRAG = 4
ETHERNET = 38               # header, FCS, preamble and gap
MTU = 1500
SPACE = 1442                # inner octets in an outer packet of MTU


def esp_octets(data):
    """Length of an ESP tunnel packet that carries `data` octets."""
    return 20 + 8 + 8 + math.ceil((data + 2) / 4) * 4 + 16


def simulator(*arguments, stdout=subprocess.DEVNULL):
    """Runs the simulator; ends the program where it fails."""
    run = subprocess.run([SIM] + list(arguments), stdout=stdout)
    if run.returncode:
        sys.exit('%s: status %d' % (' '.join([SIM] + list(arguments)), run.returncode))
    return run.stdout


def series(path, interval, settings):
    """Runs a scenario: its values over time, as numbers by column, and its summary."""
    with tempfile.TemporaryDirectory() as scratch:
        simulator('run', path, '--quiet', '--series', interval, '--out', scratch,
                  *('--set=%s=%s' % setting for setting in settings.items()))
        with open(os.path.join(scratch, 'series.csv'), newline='') as f:
            rows = [{name: float(cell) for name, cell in row.items() if cell != ''}
                    for row in csv.DictReader(f)]
        with open(os.path.join(scratch, 'summary.json')) as f:
            return rows, json.load(f)


def csv_text(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def number(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def brief(text):
    """Numbers with as many digits as a page and a plot need."""
    value = number(text)
    return text if isinstance(value, str) or value == int(value) else '%.6g' % value


class Rows(list):
    """Points of a sweep, each a dictionary of columns."""

    @classmethod
    def read(cls, text):
        return cls({name: number(cell) for name, cell in row.items()}
                   for row in csv.DictReader(io.StringIO(text)))

    def where(self, **wanted):
        """Those that have these values; a '_' in a name stands for '.' or '-'."""
        names = {re.sub('[.-]', '_', name): name for name in self[0]} if self else {}
        return Rows(row for row in self
                    if all(row[names[name]] == value for name, value in wanted.items()))

    def values(self, column):
        """The values of a column, each once, in their order."""
        return sorted({row[column] for row in self})

    def mean(self, column):
        """Mean over the rows that have a value there."""
        found = [row[column] for row in self if row[column] != '']
        return sum(found) / len(found) if found else math.nan

    def error(self, column):
        """Standard error of the mean."""
        found = [row[column] for row in self if row[column] != '']
        return statistics.stdev(found) / math.sqrt(len(found)) if len(found) > 1 else 0.0

    def total(self, column):
        return sum(row[column] for row in self)


def write(path, text):
    with open(path + '.new', 'w', newline='') as f:
        f.write(text)
    os.replace(path + '.new', path)


def table(header, rows):
    """A table of the page: text to the left, numbers to the right."""
    aligned = ['---' if isinstance(cell, str) and not re.match(r'[-\d.]+( %)?$', cell) else '--:'
               for cell in rows[0]]
    lines = [header, aligned] + [[str(cell) for cell in row] for row in rows]
    return '\n'.join('| ' + ' | '.join(cells) + ' |' for cells in lines)


class Page:
    """README.md, whose tables stand between two comments each."""

    BLOCK = r'(<!-- table %s -->\n)(.*?)(\n<!-- end -->)'

    def __init__(self, folder):
        self.path = os.path.join(folder, 'README.md')
        with open(self.path) as f:
            self.text = f.read()

    def table(self, name):
        found = re.search(self.BLOCK % name, self.text, re.DOTALL)
        return found.group(2) if found else None

    def put(self, name, text):
        self.text = re.sub(self.BLOCK % name, lambda found: found[1] + text + found[3], self.text,
                           flags=re.DOTALL)

    def contains(self, words):
        return ' '.join(words.split()) in ' '.join(self.text.split())


class Claims:
    """What the page claims, and whether it holds."""

    def __init__(self):
        self.held, self.broken = 0, []

    def that(self, holds, text):
        if holds:
            self.held += 1
        else:
            self.broken.append(text)

    def near(self, found, expected, tolerance, text):
        """Equal within a relative tolerance."""
        self.that(abs(found - expected) <= tolerance * abs(expected),
                  '%s: expected %.6g, found %.6g' % (text, expected, found))

    def end(self, name):
        for text in self.broken:
            print('%s: does not hold: %s' % (name, text))
        print('%s: %d claims hold, %d do not' % (name, self.held, len(self.broken)))
        return 1 if self.broken else 0


class Study:
    """`columns` are kept of each point. `short` gives other values to lines of the sweep file, by
    their key. `check(rows, claims, short)` tests what the page claims, and computes its figures
    independently; `tables(rows)` gives the tables, by name, and `sentences(rows)` sentences of the
    page, word for word; `prepare(folder)` makes what the sweep file names.

    A study of several sweep files gives `sweeps`, their names. Then `short` and all `rows` are
    dictionaries by these names, and the data are in NAME.csv each. Where the data are made of
    single runs, `runs` has a function by the name, which takes the path of NAME.ini and whether the
    form is short, and returns the CSV."""

    def __init__(self, script, columns, short, check, tables, sentences=None, prepare=None,
                 sweeps=None, runs=None):
        self.folder = os.path.dirname(os.path.abspath(script))
        self.name = os.path.basename(self.folder)
        self.data = {name: name + '.csv' for name in sweeps} if sweeps else \
            {self.name: 'results.csv'}
        self.single = not sweeps
        self.runs = runs or {}
        self.columns = columns
        self.short = short if sweeps else {self.name: short}
        self.check, self.tables, self.sentences = check, tables, sentences
        self.prepare = prepare

    def main(self):
        claims = Claims()
        short = '--short' in sys.argv[1:]
        with tempfile.TemporaryDirectory() as scratch:
            folder = self.folder
            if short:
                folder = os.path.join(scratch, self.name)
                shutil.copytree(self.folder, folder)
            if self.prepare:
                self.prepare(folder)
            data = {}
            for name in self.data:
                path = os.path.join(folder, name + '.ini')
                if name in self.runs:
                    data[name] = self.runs[name](path, short)
                    continue
                if short:
                    self.shorten(path, self.short[name])
                data[name] = self.sweep(path, os.path.join(scratch, 'out-' + name))
            if not short:
                self.publish(data, scratch)
            self.check(self.rows(data), claims, short)
            self.compare_page(self.rows(self.published()), claims)
        return claims.end(self.name)

    def rows(self, data):
        rows = {name: Rows.read(text) for name, text in data.items()}
        return rows[self.name] if self.single else rows

    def published(self):
        """The data beside the page."""
        data = {}
        for name, file in self.data.items():
            with open(os.path.join(self.folder, file)) as f:
                data[name] = f.read()
        return data

    def shorten(self, path, short):
        """Gives the sweep of a file fewer or shorter points."""
        with open(path) as f:
            text = f.read()
        for key, value in short.items():
            text, count = re.subn(r'(?m)^(%s) = .*$' % re.escape(key), r'\1 = ' + value, text)
            if count != 1:
                sys.exit('%s: found %d lines of %s, allowed: one' % (path, count, key))
        simulator('sweep', path, '--dry-run')           # the whole of it, plots too
        write(path, re.sub(r'(?ms)^\[plot\..*', '', text))

    def sweep(self, path, out):
        """Runs the sweep: CSV of the columns that are kept."""
        simulator('sweep', path, '--quiet', '--out', out)
        return self.kept(out)

    def kept(self, out):
        text = io.StringIO()
        writer = csv.writer(text, lineterminator='\n')
        with open(os.path.join(out, 'results.csv'), newline='') as f:
            reader = csv.DictReader(f)
            names = [name for name in self.columns if self.single or name in reader.fieldnames]
            writer.writerow(names)
            writer.writerows([brief(row[name]) for name in names] for row in reader)
        return text.getvalue()

    def publish(self, data, scratch):
        for name, file in self.data.items():
            write(os.path.join(self.folder, file), data[name])
            self.publish_plots(os.path.join(scratch, 'out-' + name, 'plots'))
        page = Page(self.folder)
        for name, new in self.tables(self.rows(data)).items():
            page.put(name, new)
        write(page.path, page.text)

    def publish_plots(self, drawn):
        plots = os.path.join(self.folder, 'plots')
        os.makedirs(plots, exist_ok=True)
        for name in os.listdir(drawn) if os.path.isdir(drawn) else []:
            if name.endswith(('.svg', '.png')):
                shutil.copyfile(os.path.join(drawn, name), os.path.join(plots, name + '.new'))
                os.replace(os.path.join(plots, name + '.new'), os.path.join(plots, name))

    def compare_page(self, rows, claims):
        page = Page(self.folder)
        for name, expected in self.tables(rows).items():
            claims.that(page.table(name) == expected,
                        'README.md has the table "%s" of the data' % name)
        for words in self.sentences(rows) if self.sentences else []:
            claims.that(page.contains(words), 'README.md says "%s"' % words)


def brief(value):
    """As few digits as a page and a plot need."""
    return value if isinstance(value, str) else '%.6g' % value
