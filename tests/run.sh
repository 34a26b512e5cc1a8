#!/bin/bash
# Runs every suite and counts: tests/run.sh [--unit | FILE...]. Without files: the unit tests, the fuzz corpora, then
# tests/api, tests/console, tests/e2e and tests/jobs. Output is shown for what fails. The last line is
# "N passed, N failed"; the exit status is 1 when something failed.
#
# A suite is a program of cmocka, a *_test.py of unittest, or a *_test.sh, which prints "ok NAME" and
# "not ok NAME" lines, or nothing and counts by its exit status.
cd "$(dirname "$0")/.." || exit 2
BUILD=${BUILD:-build}
export BUILD PYTHONDONTWRITEBYTECODE=1
LIMIT=${TEST_LIMIT:-600}   # seconds for one suite: a hang is a failure, not the end of the run
unset STOKER_HOME STOKER_FROZEN_TIME
out=$(mktemp) || exit 2
home=$(mktemp -d) || exit 2    # where suites make their folders: what they leave behind is found by it
trap 'sweep; rm -rf "$out" "$home"' EXIT
trap 'exit 130' INT TERM HUP
# What a sanitized process finds goes into a folder: most of them are children whose messages nobody reads.
reports=
case $BUILD in *-san | *-tsan)
	reports=$(realpath "$BUILD")/reports
	rm -rf "$reports" && mkdir "$reports" || exit 2
	export ASAN_OPTIONS=log_path=$reports/asan UBSAN_OPTIONS=log_path=$reports/ubsan:print_stacktrace=1
	export TSAN_OPTIONS=log_path=$reports/tsan:die_after_fork=0:suppressions=$PWD/tests/tsan.supp
	;;
esac
passed=${ADD_PASSED:-0} failed=${ADD_FAILED:-0} skipped=0 bad=()   # of an earlier run of the same check

last_number() { grep -oE "$1" "$out" | tail -n 1 | grep -oE '[0-9]+' | head -n 1; }

# count FILE STATUS: how many cases of the suite passed, failed and were skipped, into p, f, s.
count() {
	local total e
	s=0
	case $1 in
	*.py)
		total=$(last_number '^Ran [0-9]+ tests?')
		f=$(last_number 'failures=[0-9]+') e=$(last_number 'errors=[0-9]+')
		f=$((${f:-0} + ${e:-0}))
		s=$(last_number 'skipped=[0-9]+')
		;;
	*.sh)
		total=$(grep -cE '^(not )?ok ' "$out")
		f=$(grep -c '^not ok ' "$out")
		;;
	*.replay) total=$([ "$2" = 0 ] && last_number '^[0-9]+ inputs') f=0 ;;
	*)
		total=$(grep -E '^\[==========\].* run\.' "$out" | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n + 0 }')
		f=$(grep -E '^\[  FAILED  \] [A-Za-z_]' "$out" | sort -u | wc -l)
		;;
	esac
	total=${total:-0} f=${f:-0} s=${s:-0}
	# A suite that broke off says nothing true about its cases: that itself is a failure.
	[ "$2" = 0 ] || [ "$f" -gt 0 ] || f=1
	# So does one that ends well and has run nothing.
	[ "$2" != 0 ] || [ $((total + s)) -gt 0 ] || [ "${1##*.}" = sh ] || f=1
	[ "$2" != 0 ] || [ "$total" -gt 0 ] || { [ "${1##*.}" = sh ] && total=1; }
	p=$((total - f - s))
	[ $p -ge 0 ] || p=0
}

# Ends the processes of servers whose homes lie in $home, and removes those; gives their number in left.
sweep() {
	local e
	left=0
	for e in /proc/[0-9]*/environ; do
		if grep -qzF "STOKER_HOME=$home/" "$e" 2>/dev/null; then
			e=${e%/environ}
			kill -9 "${e#/proc/}" 2>/dev/null && left=$((left + 1))
		fi
	done
	rm -rf "${home:?}"/* 2>/dev/null
}

run() {
	local file=$1 status begin=$SECONDS p f s name=${1#"$BUILD"/}
	shift
	TMPDIR=$home timeout -k 10 "$LIMIT" "$@" >"$out" 2>&1 </dev/null
	status=$?
	sweep
	count "$file" $status
	if [ -n "$reports" ] && [ -n "$(ls "$reports")" ]; then
		cat "$reports"/* >>"$out"
		rm -f "$reports"/*
		f=$((f + 1))
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-44s %4d passed' "$name" "$p"
	[ "$s" = 0 ] || printf ', %d skipped' "$s"
	[ "$f" = 0 ] || printf ', %d FAILED' "$f"
	printf '  %d s\n' $((SECONDS - begin))
	[ "$left" = 0 ] || echo "  it left $left processes behind, which were ended"
	if [ "$f" != 0 ]; then
		bad+=("$name")
		[ $status != 124 ] || echo "  it did not end within $LIMIT s"
		sed 's/^/  | /' "$out"
	fi
}

suite() {
	case $1 in
	*.replay) run "$1" "$1" tests/fuzz/corpus/"$(basename "$1" .replay | sed 's/^fuzz_//')" ;;
	*.py) run "$1" python3 "$1" -v ;;
	*.sh) run "$1" bash "$1" ;;
	*) run "$1" "$1" ;;
	esac
}

only=$1
case $only in --unit) shift ;; esac
if [ $# = 0 ]; then
	for t in tests/unit/*_test.c; do
		set -- "$@" "$BUILD/unit/$(basename "$t" .c)"
	done
fi
if [ -z "$only" ]; then
	for t in tests/fuzz/fuzz_*.c; do
		[ ! -e "$t" ] || set -- "$@" "$BUILD/fuzz/$(basename "$t" .c).replay"
	done
	for t in tests/console/*_test.c; do
		[ ! -e "$t" ] || set -- "$@" "$BUILD/console/$(basename "$t" .c)"
	done
	for t in tests/{api,console,e2e,jobs}/{,*/}*_test.{py,sh}; do
		[ ! -e "$t" ] || set -- "$@" "$t"
	done
fi
for t in "$@"; do suite "$t"; done
[ ${#bad[@]} = 0 ] || printf '\nfailed: %s\n' "${bad[*]}"
[ "$skipped" = 0 ] || echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
