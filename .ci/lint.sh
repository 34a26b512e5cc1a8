#!/bin/bash
# make lint: what compilers do not say. Every part runs; the exit status tells whether one complained.
cd "$(dirname "$0")/.." || exit 2
BUILD=${BUILD:-build}
rc=0
sources=$(find core tui views -name '*.c' | sort)
flags=(-std=c17 -D_GNU_SOURCE -I. "-I$BUILD/gen" -isystem "${DUCKDB_PREFIX:-.deps/duckdb}/include" '-DSTOKER_VERSION="lint"')

echo "== includes and sizes"
python3 .ci/includes.py || rc=1

echo "== cppcheck"
cppcheck --quiet --error-exitcode=1 --std=c11 --language=c --enable=warning,portability --inline-suppr -j2 \
	--suppress=missingIncludeSystem --suppress=unknownMacro --suppress=uninitvar --suppress=preprocessorErrorDirective \
	'-DcJSON_ArrayForEach(e,a)=while((e=cJSON_next(e,a)))' -D_GNU_SOURCE '-DSTOKER_VERSION="lint"' -I. -I"$BUILD/gen" $sources || rc=1

echo "== clang-tidy"
export TIDY_FLAGS="${flags[*]}"
printf '%s\n' $sources | xargs -P 2 -n 8 sh -c 'clang-tidy --quiet --warnings-as-errors="*" "$@" -- $TIDY_FLAGS \
	2>/dev/null' sh || rc=1

echo "== manual pages"
make -s doc && mandoc -Tlint -W warning "$BUILD"/doc/*.[18] || rc=1

echo "== shell"
for f in .ci/run .ci/*.sh tests/*.sh tests/*/*.sh tests/*/*/*.sh "$BUILD/doc/stoker.bash"; do
	[ ! -e "$f" ] || bash -n "$f" || rc=1
done
exit $rc
