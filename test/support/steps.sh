# SPDX-License-Identifier: GPL-2.0-or-later
# For the scripts of the tests: a folder of their own, which goes with them, and steps that are
# counted as iptfs-test counts its tests. $SIM is the simulator.

SIM=${IPTFS_SIM:-$(pwd)/build/iptfs-sim}
passed=0 failed=0 skipped=0
own=$(mktemp -d /tmp/iptfs-test-XXXXXX)
cd "$own"

# Ends what a script has started; a script may define its own.
clean_up() { :; }
trap 'status=$?; clean_up; cd /; rm -rf "$own"; exit $status' EXIT
trap 'exit 1' HUP INT TERM

# step NAME COMMAND...: passes when the command does.
step() {
    name=$1
    shift
    set +e # in a condition, -e would not hold for the command
    (
        set -e
        "$@"
    ) >log 2>&1
    status=$?
    set -e
    if [ $status = 0 ]; then
        passed=$((passed + 1))
        echo "passed  $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
        sed 's/^/    /' log
    fi
}

# skip WHY NAME: ends the script, which needs something that is missing.
skip() {
    skipped=$((skipped + 1))
    echo "skipped ($1)  $2"
    finish
}

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
}

# expect STATUS COMMAND...: runs it with its output in the files out and err.
expect() {
    wanted=$1 found=0
    shift
    "$@" >out 2>err || found=$?
    cat out err
    [ "$found" = "$wanted" ] || { echo "status $found, not $wanted: $*"; return 1; }
}

same() {
    cmp "$1/results.db" "$2/results.db" && cmp "$1/results.csv" "$2/results.csv"
}

# wait_until SECONDS COMMAND...
wait_until() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { echo "not in time: $*"; return 1; }
        sleep 0.1
    done
}

# free_ports N: N free ports of the loopback.
free_ports() {
    python3 -c 'import socket, sys
sockets = [socket.socket() for i in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])' "$1"
}
