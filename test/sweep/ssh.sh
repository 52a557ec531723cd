#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sweeps over ssh, to an sshd of their own on the loopback, with keys of their own.
set -eu
. "$(dirname "$0")/../support/steps.sh"

PATH=$PATH:/usr/sbin
for program in sshd ssh ssh-keygen parallel setpriv; do
    command -v $program >/dev/null ||
        skip "no $program; ./waf setup --with-slurm installs it" "sweeps over ssh"
done

clean_up() { [ -z "${daemon:-}" ] || kill "$daemon" 2>/dev/null || :; }

configure() {
    mkdir -p ssh
    [ -e ssh/key ] || ssh-keygen -q -t ed25519 -N '' -f ssh/key
    [ -e ssh/host ] || ssh-keygen -q -t ed25519 -N '' -f ssh/host
    cp ssh/key.pub ssh/allowed
    port=$(free_ports 1)
    cat >ssh/sshd_config <<END
ListenAddress 127.0.0.1
Port $port
HostKey $own/ssh/host
PidFile none
AuthorizedKeysFile $own/ssh/allowed
PasswordAuthentication no
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
MaxStartups 100
END
    # The far side begins in another folder, and knows neither our variables nor our path.
    cat >ssh/login <<END
#!/bin/sh
exec ssh -F none -p $port -i '$own/ssh/key' -o IdentitiesOnly=yes -o BatchMode=yes \
    -o StrictHostKeyChecking=no -o UserKnownHostsFile='$own/ssh/known' -o LogLevel=ERROR "\$@"
END
    chmod +x ssh/login
}

answers() { ssh/login 127.0.0.1 true >/dev/null 2>ssh/answer; }

start() {
    configure
    # Debian's sshd wants this folder, which only its service makes.
    [ -d /run/sshd ] || mkdir -m 755 /run/sshd 2>/dev/null || :
    setpriv --pdeathsig KILL "$(command -v sshd)" -D -e -f "$own/ssh/sshd_config" 2>ssh/log &
    daemon=$!
    wait_until 5 answers
}

start_or_skip() {
    start >/dev/null && return
    clean_up
    start >/dev/null && return
    cat ssh/log ssh/answer
    skip "no login to an sshd of one's own here" "sweeps over ssh"
}

cat >many.ini <<'END'
[scenario]
name = base
duration = 100ms
[link]
rate = 10Mbps
delay = 1ms
[traffic.a]
type = list
file = sizes and times.csv
[sweep]
link.loss = 0, 1%, 2%, 5%
seed = 1 .. 6
END
{
    echo time,size
    for i in 1 2 3 4 5 6 7 8 9; do echo "${i}ms,1000"; done
} >'sizes and times.csv'

far_points_give_the_same_bytes() {
    "$SIM" sweep many.ini --out local
    expect 0 "$SIM" sweep many.ini --sshlogin "2/$own/ssh/login 127.0.0.1" --out 'far away'
    grep '24: 0 there before, 24 run, 0 failed' out
    same 'far away' local
    expect 0 "$SIM" sweep many.ini --sshlogin : --sshlogin "$own/ssh/login 127.0.0.1" --jobs 1 \
        --out both
    same both local
}

hosts_that_do_not_answer_are_reported() {
    sed 's/ -p [0-9]*/ -p 1/' ssh/login >ssh/nowhere
    chmod +x ssh/nowhere
    expect 1 "$SIM" sweep many.ini --jobs 1 --sshlogin "$own/ssh/nowhere 127.0.0.1" --out none
    grep -i 'connection refused' err
    grep '24 of 24 points failed; --resume tries them again' err
    expect 0 "$SIM" sweep many.ini --out none --resume
    same none local
}

start_or_skip
step "points far away give the same bytes" far_points_give_the_same_bytes
step "a host that does not answer is reported" hosts_that_do_not_answer_are_reported
finish
