#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sweeps on a Slurm of their own: munged, slurmctld and slurmd on the loopback, with ports, key and
# files that no other Slurm uses. They die with this script, however it ends.
set -eu
. "$(dirname "$0")/../support/steps.sh"

for program in munged slurmctld slurmd sbatch setpriv; do
    PATH=$PATH:/usr/sbin command -v $program >/dev/null ||
        skip "no $program; ./waf setup --with-slurm installs it" "sweeps on Slurm"
done
[ "$(id -u)" = 0 ] || skip "not root" "sweeps on Slurm"
id munge >/dev/null 2>&1 || skip "no user munge" "sweeps on Slurm"
command -v parallel >/dev/null || skip "no GNU parallel" "sweeps on Slurm"
PATH=$PATH:/usr/sbin
export SLURM_CONF="$own/slurm/slurm.conf"
unset SLURM_CLUSTERS SBATCH_PARTITION SBATCH_ACCOUNT SBATCH_TIMELIMIT
# These must not change a sweep.
export SQUEUE_STATES=PENDING SCANCEL_INTERACTIVE=yes SBATCH_WAIT=yes

# A daemon of ours. It ends with us even when we are killed.
daemon() {
    log=$1
    shift
    setpriv --pdeathsig KILL "$@" >"slurm/log/$log" 2>&1 &
    daemons="$! ${daemons:-}"
}

stop_daemons() {
    [ -n "${daemons:-}" ] || return 0
    env -u SCANCEL_INTERACTIVE scancel --user="$(id -u)" >/dev/null 2>&1 || :
    wait_until 5 queue_is_empty >/dev/null 2>&1 || :
    kill -KILL $daemons 2>/dev/null || :
    wait 2>/dev/null || :
    daemons=
}
clean_up() { stop_daemons; }

queue_is_empty() { [ -z "$(env -u SQUEUE_STATES squeue --noheader)" ]; }
node_is_idle() { [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]; }

configure() {
    mkdir -p slurm/state slurm/spool slurm/log slurm/munge
    chmod 711 . slurm
    head -c 1024 /dev/urandom >slurm/munge/key
    chmod 400 slurm/munge/key
    chown -R munge: slurm/munge
    set -- $(free_ports 2)
    cat >slurm/slurm.conf <<END
ClusterName=iptfs
SlurmctldHost=localhost
SlurmctldPort=$1
SlurmdPort=$2
AuthType=auth/munge
AuthInfo=socket=$own/slurm/munge/socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$own/slurm/state
SlurmdSpoolDir=$own/slurm/spool
SlurmctldPidFile=$own/slurm/slurmctld.pid
SlurmdPidFile=$own/slurm/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/pgid
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=200 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
END
}

start() {
    configure
    daemon munged setpriv --reuid=munge --regid=munge --clear-groups --pdeathsig KILL \
        munged --foreground --key-file="$own/slurm/munge/key" --socket="$own/slurm/munge/socket" \
        --pid-file="$own/slurm/munge/pid" --log-file="$own/slurm/munge/log" \
        --seed-file="$own/slurm/munge/seed"
    wait_until 5 test -S slurm/munge/socket || return 1
    daemon slurmctld slurmctld -D -f "$SLURM_CONF"
    daemon slurmd slurmd -D -N localhost -f "$SLURM_CONF"
    wait_until 10 node_is_idle
}

# A port may be taken between being found free and being used: so twice.
start_or_skip() {
    start >/dev/null && return
    stop_daemons
    rm -rf slurm
    start >/dev/null && return
    tail -n 3 slurm/log/*
    skip "Slurm's daemons do not start here" "sweeps on Slurm"
}

base='[scenario]
name = base
duration = 100ms
[link]
rate = 10Mbps
delay = 1ms
[traffic.a]
type = poisson
size = 200B
rate = 1Mbps
'
printf '%s[sweep]\nlink.loss = 0, 1%%, 2%%, 5%%, 10%%\nseed = 1 .. 8\n' "$base" >many.ini
# Points that take a while, so that one can come between them.
printf '%s[sweep]\nscenario.duration = 60s\ntraffic.a.rate = 8Mbps\nseed = 1 .. 12\n' "$base" >slow.ini

an_array_gives_the_same_bytes() {
    "$SIM" sweep many.ini --out local
    folder='array {} %j\a `x`' # Slurm would replace %j in the name of an output
    expect 0 "$SIM" sweep many.ini --engine slurm --sbatch --partition=main --out "$folder"
    grep '40: 0 there before, 40 run, 0 failed' out
    same "$folder" local
    [ ! -e "$folder/slurm" ]
    expect 0 "$SIM" sweep many.ini --engine slurm --shard 20 --jobs 1 --out one
    same one local
}

a_job_collects() {
    expect 0 "$SIM" sweep many.ini --engine slurm --no-wait --out later
    grep 'runs 40 points, then job [0-9]* collects them' out
    mv many.ini edited.ini # the jobs need only the copy
    wait_until 20 test -e later/results.csv
    mv edited.ini many.ini
    grep '"file": ".*/many.ini"' later/manifest.json
    wait_until 5 queue_is_empty
    same later local
    grep -- '--no-wait' later/manifest.json
}

it_grows() {
    printf '%s[sweep]\nlink.loss = 0, 2%%\nseed = 1 .. 4\n' "$base" >few.ini
    expect 0 "$SIM" sweep few.ini --engine slurm --out grown
    cp many.ini few.ini
    expect 0 "$SIM" sweep few.ini --engine slurm --out grown --resume
    grep '40: 8 there before, 32 run, 0 failed' out
    same grown local
}

failed_points_are_listed() {
    printf 'nonsense\n' >bad.csv
    printf 'time,size\n1ms,100\n2ms,200\n' >good.csv
    cat >fails.ini <<END
[scenario]
duration = 10ms
[traffic.a]
type = list
file = good.csv
[sweep]
traffic.a.file = good.csv, bad.csv
seed = 1, 2
END
    expect 1 "$SIM" sweep fails.ini --out fails-here
    expect 1 "$SIM" sweep fails.ini --engine slurm --out fails
    grep 'failed: point 3 (traffic.a.file=bad.csv seed=1), status 2: ' err
    same fails fails-here
    printf 'time,size\n1ms,100\n' >bad.csv
    expect 0 "$SIM" sweep fails.ini --engine slurm --out fails --resume
    grep '4: 2 there before, 2 run, 0 failed' out
}

some_points() { [ "$(ls "$1/points" 2>/dev/null | wc -l)" -ge 2 ]; }

rounds_follow_results() {
    printf '%s[sweep]\nlink.loss = 0, 5%%\nuntil = 6 %% of goodput_bps\n' "$base" >until.ini
    "$SIM" sweep until.ini --out until-here
    expect 0 "$SIM" sweep until.ini --engine slurm --out until
    grep 'Until  *6 % of goodput_bps: reached in 2 of 2 combinations' out
    same until until-here
    [ ! -e until/slurm ]
}

# begin DIR: a slow sweep, alone in a process group, until it has some points.
begin() {
    setsid "$SIM" sweep slow.ini --engine slurm --shard 1 --out "$1" >started 2>started.err &
    sweep=$!
    wait_until 20 some_points "$1"
}

resumed() {
    expect 0 "$SIM" sweep slow.ini --engine slurm --out "$1" --resume
    grep '12: [1-9][0-9]* there before' out
    same "$1" slow
}

interrupted_sweeps_cancel() {
    "$SIM" sweep slow.ini --out slow
    begin term
    kill -TERM $sweep
    status=0
    wait $sweep || status=$?
    cat started.err
    [ $status = 143 ]
    grep 'interrupted: [0-9]* of 12 points are done, job [0-9]* is cancelled; --resume goes on' \
        started.err
    queue_is_empty
    resumed term
}

killed_sweeps_are_taken_over() {
    begin killed
    kill -9 -$sweep
    wait $sweep || :
    env -u SQUEUE_STATES squeue --noheader --format=%F | grep -q "$(cat killed/slurm/jobs)"
    resumed killed
    wait_until 5 queue_is_empty
}

cancelled_arrays_resume() {
    begin cancelled
    env -u SCANCEL_INTERACTIVE scancel "$(cat cancelled/slurm/jobs)"
    status=0
    wait $sweep || status=$?
    cat started.err
    [ $status = 1 ]
    grep 'of 12 points failed; --resume tries them again' started.err
    resumed cancelled
}

refusals_are_clear() {
    expect 2 "$SIM" sweep many.ini --engine slurm --sbatch --partition=nowhere --out refused
    grep 'Slurm refuses the sweep: .*invalid partition' err
    [ "$(wc -l <err)" = 1 ]
}

start_or_skip
step "an array gives the same bytes as GNU parallel" an_array_gives_the_same_bytes
step "a job behind the array collects" a_job_collects
step "a sweep on Slurm grows" it_grows
step "rounds of replications follow results" rounds_follow_results
step "failed points are listed" failed_points_are_listed
step "an interrupted sweep cancels its array and resumes" interrupted_sweeps_cancel
step "a killed sweep is taken over" killed_sweeps_are_taken_over
step "a cancelled array resumes" cancelled_arrays_resume
step "a refusal by Slurm is reported" refusals_are_clear
finish
