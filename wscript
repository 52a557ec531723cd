# How the project is built, tested and installed. Start it with ./waf:
#
#   ./waf              the simulator, build/iptfs-sim
#   ./waf check        everything is built and tested; last line "N passed, N failed"
#   ./waf demo         the main example, from a fresh machine to its result
#   ./waf results      the published studies in results/ are made again
#   ./waf doc          the reference pages are made again
#   ./waf chaos        sweeps under kills, full disks, damaged and edited files
#   ./waf failures     commands with each allocation failing
#   ./waf coverage     which lines no test runs
#   ./waf fuzz         the fuzzers, for --time seconds each
#   ./waf --help       the other commands
#
# Each folder has a wscript of its own, which says what is built of it; the tests' one says what is
# checked. New sources need no entry: what is in a folder is found by its name.
#
#   model/*/*.c             the protocol, plain C                       }
#   model/ns3/**/*.cc, *.c  the only part that knows ns-3               }  libiptfs
#   helper/*/*.c            scenarios, results, command line            }
#   helper/cli/main.c       iptfs-sim
#   examples/*.c, *.cc      a program each, which uses libiptfs
#   test/*/*.c              one program, iptfs-test, in each variant
#   test/fuzz/*.c           targets, part of iptfs-test too, and their program, iptfs-fuzz
#   test/bench/*.c, *.cc    one program, iptfs-bench

import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

from waflib import Build, ConfigSet, Configure, Context, Errors, Logs, Options, Scripting

APPNAME = 'iptfs'
VERSION = '0.2.0'
top = '.'
out = 'build'
CONFIGURATION = os.path.join(out, 'c4che', '_cache.py')
COMMIT_FILE = 'COMMIT'  # only in archives of the sources

# A changed wscript configures again, with the options given the first time.
Configure.autoconfig = 'clobber'

WARNINGS = ['-Wall', '-Wextra', '-Wconversion', '-Werror']
# The model is C11 to the letter, so that it compiles anywhere; the rest may use glibc.
C_MODEL = ['-std=c11', '-Wpedantic']
C_HOSTED = ['-std=c11']
HOSTED_DEFINES = ['_DEFAULT_SOURCE', '_GNU_SOURCE', 'IPTFS_VERSION="%s"' % VERSION]

# Tree -> where its #include "folder/file.h" is looked up. The folders go in by -iquote, so that
# no header of ours can take the place of one of libc or of ns-3.
TREES = {
    'model': ['model'],
    'helper': ['model', 'helper'],
    'test': ['model', 'helper', 'test'],
}

# Variant -> compiler flags, linker flags. '' is the release, built in build/ itself.
SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']
ASSERTS = ['-DIPTFS_ASSERTS']  # model/base/asserts.h
# What reaches new code is found by counters alone: to trace each comparison of numbers too took a
# third of the time. Those of texts are traced by the address sanitizer.
COVERED = ['-fsanitize-coverage=inline-8bit-counters,pc-table']
FUZZED = ASSERTS + ['-DIPTFS_DELAYS_STEP_BITS=4']  # model/stats/delays.c
VARIANTS = {
    '': (['-O3', '-g'], []),
    'debug': (['-O0', '-g3'] + ASSERTS, []),
    'asan': (['-O1', '-g', '-fno-omit-frame-pointer'] + ASSERTS + SANITIZE, SANITIZE),
    # Counts the lines that run. A process that ends by _exit or a signal counts nothing.
    'coverage': (['-O0', '-g', '--coverage', '-fprofile-update=atomic'], ['--coverage']),
    # With clang, whatever compiler was chosen; see test/fuzz/wscript.
    'fuzz': (['-O1', '-g', '-fno-omit-frame-pointer'] + COVERED + FUZZED + SANITIZE, SANITIZE),
    # For long runs, ten times as fast: no address sanitizer, and undefined behaviour traps.
    'fuzzfast': (['-O2', '-g', '-fno-omit-frame-pointer', '-fsanitize=undefined',
                  '-fsanitize-trap=undefined'] + COVERED + FUZZED, []),
}

# Folders whose sources may change without changing the result of any run: the command line, and
# what is made of results. All other sources are in the hash that sweeps compare.
NOT_IN_RESULTS = ['helper/advice', 'helper/api', 'helper/cli', 'helper/endpoint', 'helper/plot']

# What the shim may use. The linker drops those it does not use (--as-needed), since
# each module loaded costs start-up time.
NS3_MODULES = ['core', 'network', 'point-to-point', 'internet', 'applications',
               'virtual-net-device', 'traffic-control', 'bridge', 'csma', 'flow-monitor']
NS3_PROBE = '''
#include "ns3/core-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"
int main()
{
    ns3::PointToPointHelper links;
    ns3::Simulator::Destroy();
}
'''

# What programs of others include.
PUBLIC_HEADERS = ['iptfs.h', 'ns3/error.h', 'ns3/sim.h', 'ns3/events.h', 'ns3/p2p.h',
                  'ns3/hosts/hosts.h', 'ns3/pmtu.h', 'ns3/iptfs_helper.h']


# ---------------------------------------------------------------- commands and options
#
# To waf, a function with a docstring is a command that --help lists: so here only
# commands have one, and the others a comment.

def options(opt):
    opt.load('compiler_c compiler_cxx')
    opt.parser.set_defaults(prefix=None)  # so that `install` sees whether it was given
    opt.add_option('--optional', action='store_true', default=False,
                   help='setup: install the optional packages too')
    opt.add_option('--with-slurm', action='store_true', default=False,
                   help='setup: install Slurm too, for the test of sweeps on it')
    opt.add_option('--no-setup', action='store_true', default=False,
                   help='check, demo, bench, results: do not install missing packages')
    opt.add_option('--no-lto', action='store_true', default=False,
                   help='configure: no link-time optimisation: builds faster, runs slower')
    opt.recurse('test/fuzz')
    opt.add_option('--accept', action='store_true', default=False,
                   help='fingerprints: write those of now, after a change that was meant')
    opt.add_option('--study', default=None, metavar='NAME',
                   help='results: only the study in results/NAME')


def init(ctx):
    if not os.path.exists(Options.lockfile):
        return
    # A build folder removed by hand leaves waf's lock file behind, which then lies.
    if not os.path.exists(CONFIGURATION):
        os.remove(Options.lockfile)
    elif 'configure' not in Options.commands:
        keep_compiler()


# Should waf configure again by itself, it is with the compilers and flags chosen before.
def keep_compiler():
    chosen = ConfigSet.ConfigSet(Options.lockfile).environ
    for name in ('CC', 'CXX', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS', 'LINKFLAGS', 'LDFLAGS',
                 'PKG_CONFIG_PATH'):
        if name in chosen:
            os.environ.setdefault(name, chosen[name])


def declare_variant_commands():
    for variant in VARIANTS:
        for base in (Build.BuildContext, Build.CleanContext):
            if not variant:
                continue
            name = '%s_%s' % (base.cmd, variant)
            type(name, (base,), {'cmd': name, 'variant': variant,
                                 '__doc__': '%ss the %s variant' % (base.cmd, variant)})


declare_variant_commands()


# Leaves the command's own last line as the last: waf would add one of its own.
def end_command(failed=False):
    sys.stdout.flush()
    if failed or not Options.commands:
        sys.exit(1 if failed else 0)


# ------------------------------------------------------------------------------ set-up

# The lines of packages.txt in these groups, each a list of alternatives.
def wanted_packages(groups):
    wanted, group = [], None
    with open('packages.txt') as f:
        for line in f:
            line = line.split('#')[0].strip()
            if line.endswith(':'):
                group = line[:-1]
            elif line and group in groups:
                wanted.append([name.strip() for name in line.split('|')])
    return wanted


# The packages to install; none where there is no dpkg to ask.
def missing_packages(groups=('build',)):
    wanted = wanted_packages(groups)
    if not shutil.which('dpkg-query'):
        return []
    names = [name for names in wanted for name in names]
    query = subprocess.run(['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\n'] + names,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    lines = [line.split() for line in query.stdout.decode().splitlines()]
    installed = {words[0] for words in lines if words[1:] == ['installed']}
    return [names[0] for names in wanted if not installed.intersection(names)]


# What to write before apt-get to be allowed to install; None where nothing helps.
def apt_prefix():
    noninteractive = ['env', 'DEBIAN_FRONTEND=noninteractive']
    if os.geteuid() == 0:
        return noninteractive
    if shutil.which('sudo'):
        return ['sudo'] + ([] if sys.stdin.isatty() else ['-n']) + noninteractive
    return None


def apt_get(arguments, log):
    quiet = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0']
    return subprocess.call(apt_prefix() + ['apt-get'] + quiet + arguments,
                           stdout=log, stderr=subprocess.STDOUT) == 0


# Installs what is missing; says nothing where nothing is.
def install_packages(ctx, groups=('build',)):
    missing = missing_packages(groups)
    if not missing or ctx.options.no_setup:
        return
    install = ['install', '--no-install-recommends'] + missing
    by_hand = 'apt-get ' + ' '.join(install)
    if apt_prefix() is None or not shutil.which('apt-get'):
        ctx.fatal('These Debian packages are missing: %s\nAs root, type: %s'
                  % (' '.join(missing), by_hand))

    os.makedirs('.tools', exist_ok=True)
    log_name = os.path.join('.tools', 'setup.log')
    Logs.info('Installing %d Debian packages: %s', len(missing), ' '.join(missing))
    with open(log_name, 'w') as log:
        # The package index may be absent or too old; it is fetched only when it is.
        done = apt_get(install, log) or (apt_get(['update'], log) and apt_get(install, log))
    if not done:
        with open(log_name, errors='replace') as log:
            print(''.join(log.readlines()[-15:]), end='')
        ctx.fatal('Could not install: %s\nThe whole log is in %s. As root, type: %s'
                  % (' '.join(missing), log_name, by_hand))


def setup(ctx):
    """installs the Debian packages that are missing (--optional, --with-slurm: these too)"""
    groups = ['build'] + (['optional'] if ctx.options.optional else [])
    groups += ['slurm'] if ctx.options.with_slurm else []
    install_packages(ctx, groups)
    if not missing_packages(groups):
        Logs.info('All packages are installed')


# --------------------------------------------------------------------------- configure

def configure(cfg):
    try:
        find_tools(cfg)
    except Errors.ConfigurationError:
        missing = missing_packages()
        if missing:
            cfg.fatal('These Debian packages are missing: %s\nTo install them, type: ./waf setup'
                      % ' '.join(missing))
        raise
    set_directories(cfg.env, Options.options)

    cfg.env.CPPPATH_ST = '-iquote%s'
    cfg.env.prepend_value('CFLAGS', WARNINGS)
    cfg.env.prepend_value('CXXFLAGS', WARNINGS + [cfg.env.CXX_STANDARD])
    # One set of objects serves the programs and the shared library; without
    # interposition the compiler may still inline across functions.
    for flags in ('CFLAGS', 'CXXFLAGS'):
        cfg.env.append_value(flags, ['-fPIC', '-fno-semantic-interposition'])
    cfg.env.append_value('LINKFLAGS', '-Wl,--as-needed')
    cfg.env.append_value('RPATH', '$ORIGIN/../lib')

    base = cfg.env
    for variant, (compiling, linking) in VARIANTS.items():
        cfg.setenv(variant, env=base)
        lto = base.LTO if not variant else []
        # In front, so that the user's CFLAGS have the last word.
        cfg.env.prepend_value('CFLAGS', compiling + lto)
        cfg.env.prepend_value('CXXFLAGS', compiling + lto)
        cfg.env.append_value('LINKFLAGS', linking + lto + (['-O3'] if lto else []))
        if variant.startswith('fuzz'):
            for tool, name in (('CC', 'clang'), ('CXX', 'clang++')):
                cfg.env[tool] = cfg.env['LINK_' + tool] = [name]


def find_tools(cfg):
    cfg.load('compiler_c compiler_cxx')
    cfg.check_cc(msg='Checking for C11', cflags=C_HOSTED,
                 fragment='_Static_assert(1, "C11"); int main(void) { return 0; }')
    cfg.check_cc(lib='m', uselib_store='M')
    cfg.check_cc(lib=['gsl', 'gslcblas', 'm'], header_name='gsl/gsl_rng.h', uselib_store='GSL')
    cfg.check_cc(lib='inih', header_name='ini.h', uselib_store='INIH')
    cfg.check_cc(lib='jansson', header_name='jansson.h', uselib_store='JANSSON')
    cfg.check_cc(lib='sqlite3', header_name='sqlite3.h', uselib_store='SQLITE')
    cfg.check_cc(lib='gcrypt', header_name='gcrypt.h', uselib_store='GCRYPT')
    cfg.check_cc(lib='pcap', header_name='pcap/pcap.h', uselib_store='PCAP')
    cfg.check_cc(lib='z', header_name='zlib.h', uselib_store='ZLIB')
    cfg.check_cc(lib='svm', header_name='libsvm/svm.h', uselib_store='LIBSVM')
    cfg.check_cc(lib='cunit', header_name='CUnit/Basic.h', uselib_store='CUNIT')
    cfg.find_program('gnuplot', mandatory=False)
    find_ns3(cfg)
    find_lto(cfg)


def find_ns3(cfg):
    # Of pkg-config only the place and the names are taken: Debian's files also name
    # libraries by paths that no package ns-3 depends on provides.
    cfg.find_program('pkg-config', var='PKGCONFIG')

    def ask(*question):
        return cfg.cmd_and_log(cfg.env.PKGCONFIG + list(question)).replace('"', '').split()

    version = ask('--modversion', 'ns3-core')[0]
    cfg.msg('Checking for ns-3', version)
    for module in NS3_MODULES:
        for word in ask('--libs-only-l', 'ns3-' + module):
            if word.startswith('-lns3') or word.startswith('-llibns3'):
                cfg.env.append_unique('LIB_NS3', word[2:])
    use_ns3_elsewhere(cfg, ask('--variable=includedir', 'ns3-core'),
                      ask('--variable=libdir', 'ns3-core'))

    for standard in ('-std=c++17', '-std=c++20', '-std=c++23'):
        if cfg.check_cxx(msg='Checking for ns-3 with ' + standard, fragment=NS3_PROBE, use='NS3',
                         cxxflags=[standard], linkflags=['-Wl,--as-needed'], mandatory=False):
            cfg.env.CXX_STANDARD = standard
            return
    cfg.fatal('No program with ns-3 compiles and links; build/config.log says why')


# An ns-3 that is not the distribution's is found when compiling, linking and running.
def use_ns3_elsewhere(cfg, include_dir, lib_dir):
    if include_dir and include_dir[0] != '/usr/include':
        cfg.env.append_value('CXXFLAGS_NS3', ['-isystem', include_dir[0]])
    if lib_dir and not lib_dir[0].startswith('/usr/lib'):
        cfg.env.append_value('LIBPATH_NS3', lib_dir[0])
        cfg.env.append_value('RPATH_NS3', lib_dir[0])


# Link-time optimisation for the release, where both compilers and the linker can.
def find_lto(cfg):
    if cfg.options.no_lto or cfg.env.CC_NAME != cfg.env.CXX_NAME:
        return
    # In one part: for several, gcc wants make, and says so at each link where there is none.
    flags = ['-flto', '-flto-partition=one'] if cfg.env.CC_NAME == 'gcc' else ['-flto']
    if cfg.check_cxx(msg='Checking for link-time optimisation', cxxflags=flags, linkflags=flags,
                     fragment='int main() { return 0; }', mandatory=False):
        cfg.env.LTO = flags


def set_directories(env, opts):
    env.PREFIX = opts.prefix or env.GIVEN_PREFIX or '/usr/local'
    env.GIVEN_PREFIX = env.PREFIX
    env.BINDIR = opts.bindir or env.PREFIX + '/bin'
    env.LIBDIR = opts.libdir or env.PREFIX + '/lib'
    env.INCLUDEDIR = env.PREFIX + '/include'
    env.DATADIR = env.PREFIX + '/share'
    env.MANDIR = env.DATADIR + '/man'
    env.DOCDIR = env.DATADIR + '/doc/' + APPNAME


# ------------------------------------------------------------------------------- build

def build(bld):
    if bld.cmd == 'clean':  # the other variants live inside the release's folder
        bld.clean_files = bld.bldnode.ant_glob(
            '**/*', excl='.lock* config.log c4che/* *conf_check_*/** ' +
            ' '.join(name + '/**' for name in VARIANTS if name), quiet=True)
    if bld.is_install:
        set_directories(bld.env, Options.options)  # --prefix may also come now
    wrong = wrong_includes()
    if wrong:
        bld.fatal('\n'.join(wrong))

    bld.recurse('model helper')
    if bld.variant.startswith('fuzz'):
        bld.recurse('test/fuzz')
    else:
        bld.recurse('test examples')
    if not bld.variant:
        bld.recurse('doc')


def top_node(ctx):
    return ctx.root.find_dir(Context.top_dir)


# The folders in which the files of a tree look for #include "folder/file.h".
def includes(ctx, tree):
    return [top_node(ctx).find_dir(name) for name in TREES[tree]]


# A program in the top of the build folder. Its sources are C, but the linker that of C++: ns-3 needs
# its libraries.
def build_program(bld, name, source, libraries='', install=None, **more):
    if not source:
        return
    bld(features='c cxx cxxprogram', name=name, source=source, includes=includes(bld, 'test'),
        target=os.path.join(top_node(bld).path_from(bld.path), name), cflags=C_HOSTED,
        defines=HOSTED_DEFINES, use='helper program ns3 model ' + libraries, install_path=install,
        **more)


# The sources below some folders, in a fixed order.
def sources(*patterns):
    return sorted(path for pattern in patterns for path in glob.glob(pattern, recursive=True))


def sources_of(*trees):
    return sources(*['%s/**/*.%s' % (tree, kind) for tree in trees for kind in ('c', 'cc', 'h')])


# What sweeps compare, so that results of different programs do not mix: twelve digits, the same for
# the same sources. `read` gives the octets of a file.
def hash_of_sources(read=lambda path: open(path, 'rb').read()):
    together = hashlib.sha256()
    for path in sources_of('model', 'helper'):
        if not path.startswith(tuple(folder + '/' for folder in NOT_IN_RESULTS)):
            octets = read(path)
            together.update(b'%s %d\n' % (path.encode(), len(octets)))
            together.update(octets)
    return together.hexdigest()[:12]


# ------------------------------------------------------------------------ the include rule

# The folders of a tree in the order of use, as the table of its README.md lists them.
def listed_folders(tree):
    with open(os.path.join(tree, 'README.md')) as f:
        return re.findall(r'^\| `(\w+)/` \|', f.read(), re.MULTILINE)


# The folders, and headers, that a file of this path may include from: its own folder, those before
# it, and for helper/ and test/ those of the trees before them.
def may_include(path, order):
    tree, folder = path.split('/')[:2]
    allowed = set(order['model'] + order['helper'] if tree == 'test' else
                  order['model'] if tree == 'helper' else [])
    if tree == 'test':
        allowed |= {folder, 'support', 'fuzz'}
    elif folder in order[tree]:
        allowed |= set(order[tree][:order[tree].index(folder) + 1])
    if path.startswith(('model/ns3/', 'helper/api/', 'test/')):
        allowed.add('iptfs.h')
    return allowed


# One line for each include that the rule does not allow, and for each folder that is not listed.
def wrong_includes():
    order = {tree: listed_folders(tree) for tree in ('model', 'helper')}
    wrong = ['%s/README.md does not list %s, or it is no folder' % (tree, folder)
             for tree in order
             for folder in set(order[tree]) ^ set(next(os.walk(tree))[1])]
    for path in sources_of('model', 'helper', 'test'):
        allowed = may_include(path, order)
        with open(path) as f:
            included = re.findall(r'^ *# *include "([^"]+)"', f.read(), re.MULTILINE)
        wrong += ['%s includes "%s", which is not in its own folder or in one before it'
                  % (path, name) for name in included if name.split('/')[0] not in allowed]
    return wrong


# ------------------------------------------------------------------------------- check

class Tally:
    """Counts what was tested, and says it in a last line that is always of the same form."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, name, problem):
        if problem:
            self.failed += 1
            print('FAILED  %s: %s' % (name, problem))
        else:
            self.passed += 1
            print('passed  %s' % name)

    def skip(self, name, why):
        self.skipped += 1
        print('skipped (%s)  %s' % (why, name))

    def line(self):
        skipped = '%d skipped\n' % self.skipped if self.skipped else ''
        return skipped + '%d passed, %d failed' % (self.passed, self.failed)

    def bad(self):
        return self.failed > 0 or self.passed == 0


def run_quietly(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def check(ctx):
    """builds release and asan, runs all tests; last line: N passed, N failed"""
    ctx.tally = Tally()
    try:
        install_packages(ctx)
        ctx.recurse('test doc')
    except Errors.WafError as e:
        ctx.tally.add('set-up', e)
    print(ctx.tally.line())
    end_command(failed=ctx.tally.bad())


def chaos(ctx):
    """disturbs sweeps and runs for --time seconds: kills, full disks, damaged files, edits"""
    program = os.path.abspath(build_only(ctx, 'iptfs-sim'))
    command = [sys.executable, CHAOS, '--time', str(ctx.options.time)]
    end_command(failed=subprocess.call(command, env=dict(os.environ, IPTFS_SIM=program)) != 0)


def failures(ctx):
    """runs commands with each allocation failing, one after the other (minutes)"""
    build_only(ctx, 'iptfs-sim,failing')
    command = [sys.executable, FAILURES, '--places', 'all']
    end_command(failed=subprocess.call(command) != 0)


def coverage(ctx):
    """says which lines of model/ and helper/ no test runs; fails below 96 % of them"""
    ctx.tally = Tally()
    Context.load_module(os.path.abspath('test/wscript')).check_coverage(ctx)
    print(ctx.tally.line())
    end_command(failed=ctx.tally.bad())


def fuzz(ctx):
    """runs the fuzzers, each for --time seconds; what they find stays in build/fuzz/found"""
    ctx.tally = Tally()
    ctx.recurse('test/fuzz')
    print(ctx.tally.line())
    end_command(failed=ctx.tally.bad())


# --------------------------------------------------------------------- demo and bench

# Path -> time of last change, of everything in a folder that need not exist.
def files_below(folder):
    paths = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    return {path: os.stat(path).st_mtime_ns for path in paths}


# Builds one program, and no tests: its path.
def build_only(ctx, name):
    install_packages(ctx)
    before, Options.options.targets = Options.options.targets, name
    Scripting.run_command('build')
    Options.options.targets = before
    sys.stdout.flush()
    return os.path.join(out, name)


def demo(ctx):
    """builds the simulator, runs examples/demo.ini and says where its results are"""
    program = build_only(ctx, 'iptfs-sim')
    command = [program, 'run', os.path.join('examples', 'demo.ini')]
    before = files_below('out')
    print('$ ' + ' '.join(command), flush=True)
    status = subprocess.call(command)
    if status:
        ctx.fatal('The demo ended with status %d' % status)
    written = sorted(path for path, when in files_below('out').items() if before.get(path) != when)
    if written:
        print('Its files:')
    for path in written:
        print('  ' + path)
    end_command()


def doc(ctx):
    """writes the reference pages in doc/ from the tables, and Doxygen's pages in build/doc"""
    ctx.program = os.path.abspath(build_only(ctx, 'iptfs-sim'))
    ctx.recurse('doc')
    end_command()


def bench(ctx):
    """builds and runs the speed measurements"""
    program = build_only(ctx, 'iptfs-bench')
    end_command(failed=subprocess.call([program]) != 0)


# ------------------------------------------------------------- fingerprints and results

def fingerprints(ctx):
    """compares examples and studies with their fingerprints (--accept: and writes new ones)"""
    program = os.path.abspath(build_only(ctx, 'iptfs-sim'))
    command = [sys.executable, FINGERPRINTS] + (['--accept'] if ctx.options.accept else [])
    end_command(failed=subprocess.call(command, env=dict(os.environ, IPTFS_SIM=program)) != 0)


def results(ctx):
    """makes the studies in results/ again, or with --study one of them"""
    scripts = sources('results/%s/make.py' % (ctx.options.study or '*'))
    if not scripts:
        ctx.fatal('There is no study %s; there are: %s' % (
            ctx.options.study, ' '.join(path.split('/')[1]
                                        for path in sources('results/*/make.py'))))
    program = os.path.abspath(build_only(ctx, 'iptfs-sim'))
    env = dict(os.environ, IPTFS_SIM=program)
    failed = []
    for script in scripts:
        print('$ IPTFS_SIM=%s %s %s' % (program, sys.executable, script), flush=True)
        if subprocess.call([sys.executable, script], env=env):
            failed.append(script)
    if failed:
        print('Failed: ' + ' '.join(failed))
    end_command(failed=bool(failed))


# -------------------------------------------------------------------------------- dist

def dist(ctx):
    """makes iptfs-<version>.tar.gz of the sources"""
    ctx.algo = 'tar.gz'
    ctx.base_path = ctx.path
    ctx.excl = ctx.get_excl() + ' .tools out'


distcheck = dist


class WithCommit:
    """Writes the commit into the archive."""

    def archive(self):
        name = Context.load_module(os.path.abspath('helper/wscript')).commit()
        with open(COMMIT_FILE, 'w') as f:
            f.write(name + '\n')
        try:
            super().archive()
        finally:
            os.remove(COMMIT_FILE)


class Dist(WithCommit, Scripting.Dist):
    """makes iptfs-<version>.tar.gz of the sources"""


class DistCheck(WithCommit, Scripting.DistCheck):
    """makes the archive, and builds, installs and uninstalls from it"""

    def make_distcheck_cmd(self, destdir):
        os.environ.setdefault('WAFDIR', Context.waf_dir)
        return ['./waf', 'build', 'install', 'uninstall', '--destdir=' + destdir]
