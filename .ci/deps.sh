#!/bin/bash
# What stoker needs and this machine lacks: Debian packages by name, and from npm, by package name and pinned
# by hash, the SQL kernel and the sample data.
#
#   .ci/deps.sh GROUP...    build: to build and run      data: the sample ETL's input
#                           test: to run `make test`     lint: for `make lint` and `make fuzz`
#
# Only what is missing is installed; a second run does nothing. Root installs directly, others through sudo.
# Whatever is fetched is unpacked and checked beside its place and then renamed: a failure leaves nothing
# half-done. DUCKDB_PREFIX=<folder with lib/libduckdb.so and include/duckdb.h> uses a DuckDB of your own.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

BUILD="gcc make pkg-config libncurses-dev libcurl4-openssl-dev libcjson-dev libuv1-dev libsqlite3-dev
       libmicrohttpd-dev libpcre2-dev libssl-dev libreadline-dev"
TEST="libcmocka-dev libvterm-dev python3 python3-boto3 awscli procps"
LINT="clang libclang-rt-dev clang-tidy cppcheck mandoc libcmocka-dev libvterm-dev"

DUCKDB_X64='@duckdb/node-bindings-linux-x64@1.5.6-r.1
sha512-IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q=='
DUCKDB_ARM64='@duckdb/node-bindings-linux-arm64@1.5.5-r.5
sha512-CafH2AIvXtpwDynG3KB/4uEOHRGlFoB7auCRMIwH3BKNIobsANV5LSpDJ3tfyRCFIsK6e8AT1eseWVnu2Dv3cw=='
# The release that carries sources: its C header fits, since the C interface only ever grows.
DUCKDB_H='duckdb@1.4.4
sha512-hEJJ5hyVF0VLj3dmOLpsWrQR0b3d4Ykqtygm6iUXjHJDDnSqg/USKxcb5qvNrOhFYPgktayU6dXCtgPqcmmpog=='
VEGA='vega-datasets@3.2.1
sha512-lTSwZA6yq6qSU2YZm+6bqILiIvTPPxn4itir7jPGFmHIdPvUfQ9pCzzcrklYywMJgLUbaIeSkZQdiJd6wBxPug=='

say() { echo "deps: $*"; }
die() { echo "deps: $*" >&2; exit 1; }

# ---- Debian ----

missing_packages() {
	local p
	for p in "$@"; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		env DEBIAN_FRONTEND=noninteractive "$@"
	elif [ -t 0 ]; then
		sudo env DEBIAN_FRONTEND=noninteractive "$@"
	else
		sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
	fi
}

# Somebody who may install, or the one sentence that helps.
check_root() {
	[ "$(id -u)" = 0 ] && return
	if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
		return
	fi
	die "these Debian packages are missing: $*
deps: installing them takes root, or sudo without a question. As root, type
deps:     apt-get update && apt-get install --no-install-recommends $*"
}

install_packages() {
	local want
	command -v dpkg-query >/dev/null || die "this is not Debian (no dpkg-query). Install by hand what these packages hold: $*"
	want=$(missing_packages "$@" | tr '\n' ' ')
	[ -n "$want" ] || return 0
	check_root $want
	say "installing Debian packages: $want"
	as_root apt-get -q -o DPkg::Lock::Timeout=300 update
	as_root apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $want
}

# ---- npm ----

# fetch "name@version<newline>sha512-…" FOLDER FILE...: the package's files into FOLDER, if the hash is right.
fetch() {
	local spec hash into want got
	spec=${1%%$'\n'*} hash=${1##*$'\n'sha512-} into=$2
	shift 2
	command -v npm >/dev/null || install_packages npm
	say "fetching $spec from npm"
	mkdir -p "$into.pack"
	(cd "$into.pack" && npm pack --loglevel error --ignore-scripts "$spec" >/dev/null) ||
		die "npm could not fetch $spec; is the network there? (run: npm pack $spec)"
	set -- "$into.pack"/*.tgz -- "$@"
	want=$(printf %s "$hash" | base64 -d | od -An -v -tx1 | tr -d ' \n')
	got=$(sha512sum <"$1" | cut -d' ' -f1)
	[ "$want" = "$got" ] || die "$spec is not what was pinned: its SHA-512 is $got, not $want. Nothing was unpacked."
	mkdir -p "$into"
	tar -xzf "$1" -C "$into" --strip-components=1 --no-same-owner "${@:3}"
	rm -rf "$into.pack"
}

# Put the finished folder in its place; the stamp inside says which pins it came from.
settle() {
	local from=$1 to=$2 stamp=$3
	printf '%s\n' "$stamp" >"$from/.stamp"
	rm -rf "$to.old"
	[ ! -e "$to" ] || mv "$to" "$to.old"
	mv "$from" "$to"
	rm -rf "$to.old"
}

current() { [ "$(cat "$1/.stamp" 2>/dev/null)" = "$2" ]; }

get_duckdb() {
	local lib
	if [ -n "${DUCKDB_PREFIX:-}" ]; then
		[ -e "$DUCKDB_PREFIX/lib/libduckdb.so" ] && [ -e "$DUCKDB_PREFIX/include/duckdb.h" ] ||
			die "DUCKDB_PREFIX is $DUCKDB_PREFIX, but lib/libduckdb.so or include/duckdb.h is not there"
		return
	fi
	case $(uname -m) in
	x86_64) lib=$DUCKDB_X64 ;;
	aarch64) lib=$DUCKDB_ARM64 ;;
	*) die "there is no pinned DuckDB for $(uname -m); build one and name its folder in DUCKDB_PREFIX" ;;
	esac
	current .deps/duckdb "$lib $DUCKDB_H" && return
	fetch "$lib" "$tmp/lib" package/libduckdb.so
	fetch "$DUCKDB_H" "$tmp/h" package/src/duckdb/src/include/duckdb.h
	mkdir -p "$tmp/duckdb/lib" "$tmp/duckdb/include"
	mv "$tmp/lib/libduckdb.so" "$tmp/duckdb/lib/"
	mv "$tmp/h/src/duckdb/src/include/duckdb.h" "$tmp/duckdb/include/"
	settle "$tmp/duckdb" .deps/duckdb "$lib $DUCKDB_H"
}

get_data() {
	current .deps/vega "$VEGA" && return
	fetch "$VEGA" "$tmp/v" package/data/flights-3m.parquet package/data/airports.csv
	settle "$tmp/v/data" .deps/vega "$VEGA"
}

# ---- main ----

[ $# -gt 0 ] || die "say which group: build, data, test, lint"
mkdir -p .deps
exec 9>.deps/.lock
flock 9
tmp=$(mktemp -d .deps/.tmp.XXXXXX)
trap 'rm -rf "$tmp"' EXIT

for group in "$@"; do
	case $group in
	build) install_packages $BUILD; get_duckdb ;;
	data) get_data ;;
	test) install_packages $TEST ;;
	lint) install_packages $LINT ;;
	*) die "no such group: $group (build, data, test, lint)" ;;
	esac
done
