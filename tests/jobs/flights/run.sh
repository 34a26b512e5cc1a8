#!/bin/bash
# The sample ETL, end to end, as a person would type it: a cluster "flights" of one master and two core nodes,
# three million flights put into the lake, and three steps: extract, transform, load. On a terminal the console
# opens on the cluster while they run; elsewhere progress and the resulting table are printed, the cluster is
# terminated (KEEP=1 keeps it), and the exit status tells the outcome.
set -euo pipefail
cd "$(dirname "$0")/../../.."
STOKER=${BUILD:-build}/stoker
VEGA=.deps/vega
JOB=tests/jobs/flights
LAKE=s3://flights

say() { echo "flights: $*"; }

had_server=yes
"$STOKER" server status >/dev/null 2>&1 || had_server=no
home=$("$STOKER" server start --json | sed -n 's/^[[:space:]]*"Home":[[:space:]]*"\(.*\)",*$/\1/p')
[ -n "$home" ] || { say "the server did not tell its folder"; exit 1; }

tty=no
[ -t 0 ] && [ -t 1 ] && tty=yes
cluster=
tidy() {
	[ $tty = no ] && [ -z "${KEEP:-}" ] || return 0
	[ -z "$cluster" ] || "$STOKER" terminate "$cluster" --yes --wait --timeout 60s >/dev/null 2>&1 || true
	[ $had_server = yes ] || "$STOKER" server stop --terminate --yes >/dev/null 2>&1 || true
}
trap tidy EXIT

say "input into the lake: $LAKE/input ($home/lake/flights/input)"
mkdir -p "$home/lake/flights/input"
for f in flights-3m.parquet airports.csv; do
	[ -s "$home/lake/flights/input/$f" ] || {
		cp "$VEGA/$f" "$home/lake/flights/input/.$f.part"
		mv "$home/lake/flights/input/.$f.part" "$home/lake/flights/input/$f"
	}
done

# A second run on a terminal uses the cluster of the first.
if [ $tty = yes ] && cluster=$("$STOKER" clusters --active --json |
	sed -n '/"Id":/{s/.*"Id":[[:space:]]*"\(.*\)".*/\1/;h};/"Name":[[:space:]]*"flights"/{g;p;q}') &&
	[ -n "$cluster" ]; then
	say "cluster $cluster is there"
else
	cluster=$("$STOKER" create flights --core 2 --yes 2>/dev/null)
	say "cluster $cluster: one master, two core nodes"
fi

steps=()
for s in extract transform load; do
	steps+=("$("$STOKER" add-step "$cluster" --name "$s" -f "$JOB/$s.sql" --on-failure CANCEL_AND_WAIT \
		-d "input=$LAKE/input" -d "lake=$LAKE")")
	say "step ${steps[-1]}: $s"
done

if [ $tty = yes ]; then
	exec "$STOKER" console "$cluster"
fi

"$STOKER" wait "$cluster" --timeout 120s
say "cluster is up"
rc=0
"$STOKER" wait "$cluster" "${steps[@]}" --timeout 600s || rc=$?
"$STOKER" steps "$cluster"
if [ $rc = 0 ]; then
	echo
	"$STOKER" logs "$cluster" "${steps[2]}" stdout | awk -F '\t' '
		BEGIN { printf "%5s  %-5s  %9s  %7s  %10s  %11s\n", "place", "state", "flights", "late %", "mean delay", "worst delay" }
		{ printf "%5s  %-5s  %9s  %7s  %10s  %11s\n", $1, $2, $3, $4, $5, $6 }'
else
	for s in "${steps[@]}"; do
		"$STOKER" logs "$cluster" "$s" stderr -n 20 2>/dev/null || true
	done
	say "it failed; the reasons are above"
fi
exit $rc
