# How the project is built, tested and installed. Start it with ./waf:
#
#   ./waf              the simulator, build/iptfs-sim
#   ./waf check        everything is built and tested; last line "N passed, N failed"
#   ./waf demo         the main example, from a fresh machine to its result
#   ./waf results      the published studies in results/ are made again
#   ./waf fuzz         the fuzzers, for --time seconds each
#   ./waf --help       the other commands
#
# New sources need no entry here: what is in a folder is found by its name.
#
#   model/*/*.c             the protocol, plain C                       }
#   model/ns3/**/*.cc, *.c  the only part that knows ns-3               }  libiptfs
#   helper/*/*.c            scenarios, results, command line            }
#   helper/cli/main.c       iptfs-sim
#   examples/*.c, *.cc      a program each, which uses libiptfs
#   test/*/*.c              one program, iptfs-test, in each variant
#   test/fuzz/*.c           targets, part of iptfs-test too, and their program, iptfs-fuzz
#   test/bench/*.c, *.cc    one program, iptfs-bench

import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading

from waflib import Build, ConfigSet, Configure, Context, Errors, Logs, Options, Scripting

APPNAME = 'iptfs'
VERSION = '0.1.0'
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
INCLUDES = {
    'model': ['model'],
    'helper': ['model', 'helper'],
    'test': ['model', 'helper', 'test'],
}

# Variant -> compiler flags, linker flags. '' is the release, built in build/ itself.
SANITIZE = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all']
ASSERTS = ['-DIPTFS_ASSERTS']  # model/base/asserts.h
VARIANTS = {
    '': (['-O3', '-g'], []),
    'debug': (['-O0', '-g3'] + ASSERTS, []),
    'asan': (['-O1', '-g', '-fno-omit-frame-pointer'] + ASSERTS + SANITIZE, SANITIZE),
    # With clang, whatever compiler was chosen; see build_fuzzer.
    'fuzz': (['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=fuzzer-no-link'] + ASSERTS +
             SANITIZE, SANITIZE),
}

# Folders whose sources may change without changing the result of any run: the command line, and
# what is made of results. All other sources are in the hash that sweeps compare.
NOT_IN_RESULTS = ['helper/api', 'helper/cli', 'helper/endpoint', 'helper/plot']

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
PUBLIC_HEADERS = ['iptfs.h', 'ns3/error.h', 'ns3/sim.h', 'ns3/hosts/hosts.h', 'ns3/pmtu.h',
                  'ns3/iptfs_helper.h']

# Layout differs between versions of clang-format: only these are believed.
CLANG_FORMAT_MAJORS = ['14', '19']

TEST_TIMEOUT_S = 1800
FINGERPRINTS = os.path.join('test', 'validation', 'fingerprints.py')

# Target of test/fuzz -> how many inputs `check` tries: a few seconds' worth.
FUZZ_RUNS = {'receiver': 20000, 'inbound': 20000, 'mangle': 6000, 'aggfrag': 40000, 'tunnel': 1500,
             'scenario': 8000, 'sweep': 8000, 'pcap': 30000, 'replay': 10000}
FUZZ_PROBE = '#include <stdint.h>\n#include <stddef.h>\n' \
             'int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n);\n' \
             'int LLVMFuzzerTestOneInput(const uint8_t *b, size_t n) { return n && b[0] > 300; }\n'


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
    opt.add_option('--time', default=60, type='int', metavar='SECONDS',
                   help='fuzz: how long each fuzzer runs [60]')
    opt.add_option('--fuzzer', default=None, choices=sorted(FUZZ_RUNS), metavar='NAME',
                   help='fuzz: only this one')
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
        if variant == 'fuzz':
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


# ------------------------------------------------------------------------------- build

def build(bld):
    if bld.cmd == 'clean':  # the other variants live inside the release's folder
        bld.clean_files = bld.bldnode.ant_glob(
            '**/*', excl='.lock* config.log c4che/* *conf_check_*/** debug/** asan/** fuzz/**', quiet=True)
    if bld.is_install:
        set_directories(bld.env, Options.options)  # --prefix may also come now

    build_objects(bld)
    if bld.variant == 'fuzz':
        build_fuzzer(bld)
        return
    build_program(bld, 'iptfs-sim', bld.path.ant_glob('helper/cli/main.c'), '')
    if bld.path.find_resource('test/main.c'):
        build_program(bld, 'iptfs-test',
                      bld.path.ant_glob('test/**/*.c test/**/*.cc',
                                        excl='test/fuzz/driver.c test/bench/*'),
                      'CUNIT PCAP', install=None)
    build_program(bld, 'iptfs-bench', bld.path.ant_glob('test/bench/*.c test/bench/*.cc'), '',
                  install=None)
    build_library(bld)
    build_examples(bld)


# The three rooms, compiled once and linked into each program.
def build_objects(bld):
    bld(features='c', target='model', source=bld.path.ant_glob('model/**/*.c', excl='model/ns3/**'),
        includes=INCLUDES['model'], cflags=C_MODEL, use='GSL GCRYPT M')
    bld(features='c cxx', target='ns3', source=bld.path.ant_glob('model/ns3/**/*.c model/ns3/**/*.cc'),
        includes=INCLUDES['model'], cflags=C_MODEL, use='model NS3')
    bld(features='c', target='helper',
        source=bld.path.ant_glob('helper/**/*.c',
                                  excl='helper/cli/main.c helper/files/program.c'),
        includes=INCLUDES['helper'], cflags=C_HOSTED, defines=HOSTED_DEFINES,
        use='model ns3 INIH JANSSON SQLITE PCAP GSL M')
    bld(features='c', target='program', source='helper/files/program.c', includes=INCLUDES['helper'], cflags=C_HOSTED,
        defines=HOSTED_DEFINES + ['IPTFS_COMMIT="%s"' % commit(bld),
                                  'IPTFS_SOURCES="%s"' % hash_of_sources(bld)])


# What these sources are called by git, or by the archive that they came in.
def commit(ctx):
    command = ['git', '-c', 'safe.directory=*', 'describe', '--always', '--dirty', '--abbrev=12']
    if os.path.exists('.git') and shutil.which('git'):  # not that of a folder above
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, GIT_OPTIONAL_LOCKS='0'))
        if run.returncode == 0:
            return run.stdout.decode().strip()
    if os.path.exists(COMMIT_FILE):
        with open(COMMIT_FILE) as f:
            return f.read().strip()
    return 'unknown'


def hash_of_sources(ctx):
    names = ctx.path.ant_glob(['%s/**/*.%s' % (tree, kind) for tree in ('model', 'helper')
                               for kind in ('c', 'cc', 'h')],
                              excl=[folder + '/**' for folder in NOT_IN_RESULTS])
    together = hashlib.sha256()
    for node in sorted(names, key=lambda node: node.path_from(ctx.path)):
        together.update(b'%s %d\n' % (node.path_from(ctx.path).encode(), len(node.read('rb'))))
        together.update(node.read('rb'))
    return together.hexdigest()[:12]


def build_program(bld, name, source, libraries, install='${BINDIR}'):
    if not source:
        return
    # C sources, but the C++ linker: ns-3 needs its libraries.
    bld(features='c cxx cxxprogram', target=name, source=source, includes=INCLUDES['test'],
        cflags=C_HOSTED, defines=HOSTED_DEFINES, use='helper program ns3 model ' + libraries,
        install_path=install)


# All targets in one program: `iptfs-fuzz --target=NAME`.
def build_fuzzer(bld):
    bld(features='c cxx cxxprogram', target='iptfs-fuzz', includes=INCLUDES['test'],
        source=bld.path.ant_glob('test/fuzz/*.c', excl='test/fuzz/test_*.c') + [
            bld.path.find_resource('test/support/%s.c' % name)
            for name in ('check', 'fixture', 'samples', 'whole_tunnel')],
        cflags=C_HOSTED, defines=HOSTED_DEFINES, use='helper program ns3 model CUNIT PCAP',
        linkflags='-fsanitize=fuzzer', install_path=None)


# What others link with. The body of iptfs.h stands in helper/, so all of it is in there.
def build_library(bld):
    release = not bld.variant
    bld(features='cxx cxxshlib', target='iptfs', use='helper program ns3 model', vnum=VERSION,
        install_path='${LIBDIR}' if release else None)
    if not release:
        return
    bld(features='subst', source='iptfs.pc.in', target='iptfs.pc', VERSION=VERSION,
        PREFIX=bld.env.PREFIX, LIBDIR=bld.env.LIBDIR, INCLUDEDIR=bld.env.INCLUDEDIR,
        install_path='${LIBDIR}/pkgconfig')
    bld.install_files('${INCLUDEDIR}/iptfs', ['model/' + name for name in PUBLIC_HEADERS],
                      cwd=bld.path.find_dir('model'), relative_trick=True)


# Programs that use the library as others do; the tests run them.
def build_examples(bld):
    for source in bld.path.ant_glob('examples/*.c examples/*.cc'):
        name = os.path.splitext(source.name)[0]
        bld(features='c cxx cxxprogram', target='examples/' + name, source=[source],
            includes=INCLUDES['model'], cflags=C_HOSTED, use='iptfs NS3',
            rpath=['$ORIGIN/..'], install_path=None)


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


def check(ctx):
    """builds release and asan, runs all tests; last line: N passed, N failed"""
    tally = Tally()
    try:
        install_packages(ctx)
        check_variants(tally)
    except Errors.WafError as e:
        tally.add('set-up', e)
    check_scripts(ctx, tally)
    check_with_clang(ctx, tally)
    check_fuzzers(ctx, tally)
    check_layout(ctx, tally)
    check_includes(ctx, tally)
    print(tally.line())
    end_command(failed=tally.bad())


def check_variants(tally):
    for variant, command in (('', 'build'), ('asan', 'build_asan')):
        try:
            Scripting.run_command(command)
        except Errors.WafError as e:
            tally.add(command, e)
        else:
            run_tests(variant, tally)
            check_fingerprints(variant, tally)


# Runs one variant's iptfs-test.
def run_tests(variant, tally):
    name = variant or 'release'
    build_dir = os.path.abspath(os.path.join(out, variant))
    program = os.path.join(build_dir, 'iptfs-test')
    if not os.path.exists(program):
        tally.add('%s tests' % name, 'there is no iptfs-test')
        return
    # Freed memory is held back to find who still uses it: 64 MB of it are enough here, and fast.
    env = dict(os.environ, IPTFS_BUILD=build_dir, IPTFS_SIM=os.path.join(build_dir, 'iptfs-sim'),
               UBSAN_OPTIONS='print_stacktrace=1', ASAN_OPTIONS='quarantine_size_mb=64')
    run_counted([program], name, env, tally)


# The tests that need more of the machine than a program: each skips itself where it cannot run.
def check_scripts(ctx, tally):
    program = os.path.abspath(os.path.join(out, 'iptfs-sim'))
    for path in sources(ctx, 'test/**/*.sh'):
        name = os.path.splitext(os.path.basename(path))[0]
        if name != 'steps' and os.path.exists(program):
            run_counted(['sh', path], name, dict(os.environ, IPTFS_SIM=program), tally)


# Runs tests that close with a count, and adds it to ours.
def run_counted(command, name, env, tally):
    status, output = run_prefixed(command, name, env)

    counts = re.findall(r'^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$', output, re.M)
    passed, failed, skipped = (int(n or 0) for n in counts[-1]) if counts else (0, 0, 0)
    tally.passed += passed
    tally.failed += failed
    tally.skipped += skipped
    if status < 0:
        tally.add('%s tests' % name, 'ended by signal %d' % -status)
    elif not counts:
        tally.add('%s tests' % name, 'ended with status %d and no count' % status)
    elif status and not failed:
        tally.add('%s tests' % name, 'ended with status %d' % status)
    elif not passed and not failed and not skipped:
        tally.add('%s tests' % name, 'no test ran')


# What examples and studies do is as it was, in each variant.
def check_fingerprints(variant, tally):
    name = variant or 'release'
    program = os.path.abspath(os.path.join(out, variant, 'iptfs-sim'))
    status, output = run_prefixed([sys.executable, FINGERPRINTS], name,
                                  dict(os.environ, IPTFS_SIM=program))
    tally.add('%s fingerprints' % name, (output.splitlines() or ['no word of why'])[-1]
              if status else None)


# Runs a program, showing each line as it comes; gives its status and all it printed.
def run_prefixed(command, prefix, env):
    sys.stdout.flush()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    timer = threading.Timer(TEST_TIMEOUT_S, process.kill)
    timer.start()
    lines = []
    for line in process.stdout:
        lines.append(line.decode(errors='replace').rstrip())
        print('%s | %s' % (prefix, lines[-1]), flush=True)
    status = process.wait()
    timer.cancel()
    return status, '\n'.join(lines)


def sources(ctx, patterns):
    return [node.path_from(ctx.path) for node in ctx.path.ant_glob(patterns)]


def check_with_clang(ctx, tally):
    name = 'every source compiles with clang'
    if not shutil.which('clang'):
        tally.skip(name, 'no clang')
        return
    if not os.path.exists(CONFIGURATION):
        tally.skip(name, 'not configured')
        return
    commands = [clang_command(path) for path in sources(
        ctx, 'model/**/*.c model/**/*.cc helper/**/*.c test/**/*.c')]
    with concurrent.futures.ThreadPoolExecutor(ctx.options.jobs) as pool:
        runs = list(pool.map(run_quietly, commands))
    wrong = [run for run in runs if run.returncode]
    for run in wrong:
        print(run.stdout.decode(errors='replace'), end='')
    tally.add(name, '%d of %d do not' % (len(wrong), len(runs)) if wrong else None)


def clang_command(path):
    tree = path.split('/')[0]
    command = ['clang', '-fsyntax-only'] + WARNINGS + ['-iquote' + d for d in INCLUDES[tree]]
    if path.endswith('.cc'):
        env = ConfigSet.ConfigSet(CONFIGURATION)
        return command + [env.CXX_STANDARD] + env.CXXFLAGS_NS3 + [path]
    if tree == 'model':
        return command + C_MODEL + [path]
    return command + C_HOSTED + ['-D' + d for d in HOSTED_DEFINES] + [path]


def run_quietly(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


# Why there can be no fuzzers; None where they can be.
def no_fuzzers():
    for name in ('clang', 'clang++'):
        if not shutil.which(name):
            return 'no ' + name
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, 'probe')
        probe = subprocess.run(['clang', '-fsanitize=fuzzer,address', '-x', 'c', '-', '-o', program],
                               input=FUZZ_PROBE.encode(), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    return 'clang has no libFuzzer: package libclang-rt-dev' if probe.returncode else None


# Runs a fuzzer over its corpus and on from there; what it finds goes into `found`.
def run_fuzzer(target, found, limit):
    program = os.path.join(out, 'fuzz', 'iptfs-fuzz')
    os.makedirs(found, exist_ok=True)
    command = [program, '--target=' + target, '-seed=1', '-timeout=30', '-rss_limit_mb=2048',
               '-max_len=4096', '-print_final_stats=1',
               '-artifact_prefix=%s' % os.path.join(out, 'fuzz', target + '-')]
    command += limit + [found, os.path.join('test', 'fuzz', 'corpus', target)]
    run = run_quietly(command)
    text = run.stdout.decode(errors='replace')
    if not run.returncode:
        return None, text
    written = re.search(r'Test unit written to (\S+)', text)
    again = '; again: %s --target=%s %s' % (program, target, written.group(1)) if written else ''
    return 'status %d%s' % (run.returncode, again), text


# A fixed number of inputs from a fixed start, so that each check tries the same.
def check_fuzzers(ctx, tally):
    name = 'fuzzers'
    why_not = no_fuzzers()
    if why_not:
        tally.skip(name, why_not)
        return
    try:
        Scripting.run_command('build_fuzz')
    except Errors.WafError as e:
        tally.add(name, e)
        return
    for target in FUZZ_RUNS:
        with tempfile.TemporaryDirectory() as found:
            problem, text = run_fuzzer(target, found, ['-runs=%d' % FUZZ_RUNS[target]])
        if problem:
            print('\n'.join(text.splitlines()[-40:]))
        tally.add('fuzz %s, %d inputs' % (target, FUZZ_RUNS[target]), problem)


def fuzz(ctx):
    """runs the fuzzers, each for --time seconds; what they find stays in build/fuzz/found"""
    why_not = no_fuzzers()
    if why_not:
        ctx.fatal('No fuzzers: %s. To install what they need, type: ./waf setup --optional'
                  % why_not)
    Scripting.run_command('build_fuzz')
    tally = Tally()
    for target in [ctx.options.fuzzer] if ctx.options.fuzzer else sorted(FUZZ_RUNS):
        found = os.path.join(out, 'fuzz', 'found', target)
        problem, text = run_fuzzer(target, found, ['-max_total_time=%d' % ctx.options.time])
        done = re.search(r'number_of_executed_units: (\d+)', text)
        reached = re.findall(r' cov: (\d+) ft: (\d+)', text)
        if problem:
            print('\n'.join(text.splitlines()[-40:]))
        tally.add('%s: %s inputs, %s edges, %s features' % (
            (target, done.group(1) if done else '?') + (reached[-1] if reached else ('?', '?'))),
            problem)
        sys.stdout.flush()
    print(tally.line())
    end_command(failed=tally.bad())


def check_layout(ctx, tally):
    name = 'layout is as .clang-format says'
    if not shutil.which('clang-format'):
        tally.skip(name, 'no clang-format')
        return
    version = run_quietly(['clang-format', '--version']).stdout.decode().strip()
    major = re.search(r'version (\d+)', version)
    if not major or major.group(1) not in CLANG_FORMAT_MAJORS:
        tally.skip(name, '%s; only %s are used' % (version, ' and '.join(CLANG_FORMAT_MAJORS)))
        return
    files = sources(ctx, ['%s/**/*.%s' % (tree, kind)
                          for tree in ('model', 'helper', 'test', 'examples')
                          for kind in ('c', 'h', 'cc')])
    wrong = [path for path in files
             if run_quietly(['clang-format', '--dry-run', '-Werror', path]).returncode]
    if wrong:
        print('To put it right: clang-format -i ' + ' '.join(wrong))
    tally.add('%s (clang-format %s)' % (name, major.group(1)),
              '%d of %d files are not' % (len(wrong), len(files)) if wrong else None)


# Which folders a file of `tree`/`folder` may include from. The tables of model/README.md and
# helper/README.md list the folders in the order of use.
def may_include(tree, folder, order):
    if tree == 'test':
        return set(order['model'] + order['helper'] + [folder, 'support', 'fuzz'])
    names = order[tree]
    earlier = set(names[:names.index(folder) + 1])
    return earlier | (set(order['model']) if tree == 'helper' else set())


def listed_folders(tree):
    with open(os.path.join(tree, 'README.md')) as f:
        return re.findall(r'^\| `(\w+)/` \|', f.read(), re.MULTILINE)


def wrong_includes(path, order):
    tree, folder = path.split('/')[:2]
    if folder in ('iptfs.h', 'main.c'):
        allowed = may_include('test', '', order) if tree == 'test' else set()
    elif tree == 'test' or folder in order[tree]:
        allowed = may_include(tree, folder, order)
    else:
        return ['%s: %s/README.md does not list the folder %s' % (path, tree, folder)]
    if path.startswith(('model/ns3/', 'helper/api/', 'test/')):
        allowed = allowed | {'iptfs.h'}
    with open(path) as f:
        included = re.findall(r'^ *# *include "([^"]+)"', f.read(), re.MULTILINE)
    return ['%s includes "%s"' % (path, name) for name in included
            if name.split('/')[0] not in allowed]


# A file includes from its own folder and from those listed before it.
def check_includes(ctx, tally):
    order = {tree: listed_folders(tree) for tree in ('model', 'helper')}
    wrong = ['%s/README.md lists %s, which is no folder' % (tree, folder)
             for tree in order for folder in order[tree]
             if not os.path.isdir(os.path.join(tree, folder))]
    for path in sources(ctx, ['%s/**/*.%s' % (tree, kind) for tree in ('model', 'helper', 'test')
                              for kind in ('c', 'h', 'cc')]):
        wrong += wrong_includes(path, order)
    for line in wrong:
        print(line)
    tally.add('files include from their own folder and earlier ones',
              '%d do not' % len(wrong) if wrong else None)


# --------------------------------------------------------------------- demo and bench

# Path -> time of last change, of everything in a folder that need not exist.
def files_below(folder):
    paths = [os.path.join(where, name) for where, _, names in os.walk(folder) for name in names]
    return {path: os.stat(path).st_mtime_ns for path in paths}


# Builds one program, and no tests: its path.
def build_only(ctx, name, sources):
    if not ctx.path.ant_glob(sources):
        ctx.fatal('There is no %s to build: no source %s' % (name, sources))
    install_packages(ctx)
    before, Options.options.targets = Options.options.targets, name
    Scripting.run_command('build')
    Options.options.targets = before
    sys.stdout.flush()
    return os.path.join(out, name)


def demo(ctx):
    """builds the simulator, runs examples/demo.ini and says where its results are"""
    program = build_only(ctx, 'iptfs-sim', 'helper/cli/main.c')
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


def bench(ctx):
    """builds and runs the speed measurements"""
    program = build_only(ctx, 'iptfs-bench', 'test/bench/*.c')
    end_command(failed=subprocess.call([program]) != 0)


# ------------------------------------------------------------- fingerprints and results

def fingerprints(ctx):
    """compares examples and studies with their fingerprints (--accept: and writes new ones)"""
    program = os.path.abspath(build_only(ctx, 'iptfs-sim', 'helper/cli/main.c'))
    command = [sys.executable, FINGERPRINTS] + (['--accept'] if ctx.options.accept else [])
    end_command(failed=subprocess.call(command, env=dict(os.environ, IPTFS_SIM=program)) != 0)


def results(ctx):
    """makes the studies in results/ again, or with --study one of them"""
    scripts = sources(ctx, 'results/%s/make.py' % (ctx.options.study or '*'))
    if not scripts:
        ctx.fatal('There is no study %s; there are: %s' % (
            ctx.options.study, ' '.join(path.split('/')[1]
                                        for path in sources(ctx, 'results/*/make.py'))))
    program = os.path.abspath(build_only(ctx, 'iptfs-sim', 'helper/cli/main.c'))
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
    """Tells in the archive which commit it is of."""

    def archive(self):
        name = commit(self)
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
