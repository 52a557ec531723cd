#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The example programs are built by the lines in their head comments, against a folder that looks as
# `./waf install` leaves it, and run.
set -eu
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
IPTFS_SIM=${IPTFS_SIM:-$top/build/iptfs-sim}
build=$(dirname -- "$IPTFS_SIM")
. "$top/test/support/steps.sh"

prefix=$own/usr
for header in $(sed -n '/^PUBLIC_HEADERS/,/\]/p' "$top/wscript" | grep -o "'[^']*'" | tr -d "'"); do
    mkdir -p "$(dirname -- "$prefix/include/iptfs/$header")"
    cp "$top/model/$header" "$prefix/include/iptfs/$header"
done
mkdir -p "$prefix/lib/pkgconfig"
cp -d "$build"/libiptfs.so* "$prefix/lib"
sed "s|@PREFIX@|$prefix|; s|@LIBDIR@|$prefix/lib|; s|@INCLUDEDIR@|$prefix/include|; s|@VERSION@|0|" \
    "$top/iptfs.pc.in" >"$prefix/lib/pkgconfig/iptfs.pc"
cp "$top"/examples/*.c "$top"/examples/*.cc .
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
export LD_LIBRARY_PATH="$prefix/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# The indented lines of the head comment, which are commands.
build_lines() {
    sed -n '1,/\*\//s/^ \*     //p' "$1" | grep -A9 -E '^(cc|gcc|g\+\+|c\+\+) '
}

# Builds a program by its own lines and runs it: it must print this.
builds_and_runs() {
    lines=$(build_lines "$1")
    echo "$lines"
    eval "$lines"
    "./${1%.*}" >out
    grep -F "$2" out
}

step "api.c is built by the line in its head" builds_and_runs api.c "received 1000000 of 1000000 octets"
step "ns3-script.cc is built by the line in its head" builds_and_runs ns3-script.cc \
    "received 1000000 of 1000000 octets"
finish
