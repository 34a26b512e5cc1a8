# stoker: an operations console for EMR-style Spark clusters, and the embedded cluster behind it.
# `make help` lists the targets. Everything that is built lies under build/, what is fetched under .deps/.

VERSION  := 0.1.0
BUILD    ?= build
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       := gcc
SHELL    := /bin/bash

# Where DuckDB is: a system copy when DUCKDB_PREFIX names one, else the pinned one of `make deps`.
DUCKDB_PREFIX ?=
DUCKDB_DIR    := $(if $(DUCKDB_PREFIX),$(DUCKDB_PREFIX),.deps/duckdb)

PKGS     := ncursesw libcurl libcjson libuv sqlite3 libmicrohttpd libpcre2-8 libcrypto readline
WARN     := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wformat=2 -Wno-format-nonliteral -Wvla
OPT      ?= -O2
CFLAGS   += -std=c17 -D_GNU_SOURCE $(OPT) -g $(WARN) -fno-common -fstack-protector-strong -I. -I$(BUILD)/gen \
            -isystem $(DUCKDB_DIR)/include -DSTOKER_VERSION='"$(VERSION)"' -MMD -MP
LDFLAGS  += -Wl,--as-needed -Wl,-O1
ifeq ($(FUZZING),1)
CC       := clang
CFLAGS   += -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -Wno-error
LDFLAGS  += -fsanitize=address,undefined
endif
# SAN=1: memory and undefined behaviour; SAN=thread: data races. `make test SAN=1` fails for every report of any process.
ifneq ($(SAN),)
BUILD    := $(if $(filter thread,$(SAN)),build-tsan,build-san)
SAN_WHAT := $(if $(filter thread,$(SAN)),thread,address,undefined)
CFLAGS   += -fsanitize=$(SAN_WHAT) -fno-omit-frame-pointer -fno-sanitize-recover=undefined
LDFLAGS  += -fsanitize=$(SAN_WHAT)
endif

# Rooms, lowest floor last: the order in which archives are linked.
ROOMS_DAEMON  := core/daemon core/control core/metrics core/engine core/sql core/api core/store core/net core/model core/base
ROOMS_CONSOLE := views tui core/client core/api core/net core/model core/base
MAINS         := core/daemon/main.c views/main.c

sources  = $(filter-out $(MAINS),$(shell find $(1) -name '*.c' 2>/dev/null | sort))
archive  = $(BUILD)/lib/lib$(subst /,_,$(1)).a
objects  = $(patsubst %.c,$(BUILD)/o/%.o,$(1))
ROOMS   := $(sort $(ROOMS_DAEMON) $(ROOMS_CONSOLE))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

# ---- what this machine must have: stamps, made by .ci/deps.sh, that goals include ----
# Including them lets make install first and then read itself again, so that pkg-config finds what came.
STAMP_BUILD := .deps/build$(if $(DUCKDB_PREFIX),-own).mk
GOALS       := $(or $(MAKECMDGOALS),all)
NO_DEPS     := help clean deps uninstall
WANTED      := $(if $(filter-out $(NO_DEPS),$(GOALS)),$(STAMP_BUILD)) \
               $(if $(filter run test test-% bench,$(GOALS)),.deps/data.mk) \
               $(if $(filter test test-% unit unit-% console fuzz fuzz-%,$(GOALS)),.deps/test.mk) \
               $(if $(filter lint fuzz fuzz-%,$(GOALS)),.deps/lint.mk)

.deps/%.mk: .ci/deps.sh
	@DUCKDB_PREFIX='$(DUCKDB_PREFIX)' .ci/deps.sh $(patsubst %-own,%,$*)
	@touch $@
ifneq ($(strip $(WANTED)),)
include $(WANTED)
endif

define room_rule
$(call archive,$(1)): $(call objects,$(call sources,$(1))) | $(BUILD)/lib
	@rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

$(BUILD)/lib:
	@mkdir -p $@

LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -ldl -lpthread -lm

# Objects are made again when the flags change, not whenever this file does.
$(BUILD)/.flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','"'"',$(CC) $(CFLAGS))' | cmp -s - $@ || echo '$(subst ','"'"',$(CC) $(CFLAGS))' >$@
.PHONY: FORCE
FORCE:

# Lists that are compiled in: CSV → rows of a C table, by the sed script of the same name.
$(BUILD)/gen/%.inc: %.csv %.sed
	@mkdir -p $(@D)
	@sed -E -f $*.sed $*.csv >$@
PRICE_LISTS := $(patsubst %,$(BUILD)/gen/core/model/%.inc,instance-types region-rates volume-types)
$(BUILD)/o/core/model/price.o: $(PRICE_LISTS)

$(BUILD)/o/%.o: %.c $(BUILD)/.flags
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(CFLAGS) -c -o $@ $<

$(BUILD)/stokerd: $(BUILD)/o/core/daemon/main.o $(foreach r,$(ROOMS_DAEMON),$(call archive,$(r)))
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

$(BUILD)/stoker: $(BUILD)/o/views/main.o $(foreach r,$(ROOMS_CONSOLE),$(call archive,$(r)))
	@echo "  LD  $@"
	@$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

# The kernel is opened at run time by executors only, from beside the program.
$(BUILD)/libduckdb.so: $(DUCKDB_DIR)/lib/libduckdb.so
	@mkdir -p $(@D)
	@ln -f $< $@ 2>/dev/null || cp -f $< $@

.PHONY: all deps run test lint bench fuzz install uninstall clean help
deps:  ## install what is missing: Debian packages, the SQL kernel, the sample data
	@DUCKDB_PREFIX='$(DUCKDB_PREFIX)' .ci/deps.sh build data test
	@touch $(STAMP_BUILD) .deps/data.mk .deps/test.mk

all: $(BUILD)/stoker $(BUILD)/stokerd $(BUILD)/libduckdb.so  ## build build/stoker and build/stokerd

# ---- unit tests: tests/unit/<name>_test.c, one program each, linked with every room it needs ----
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
ALL_ARCH := $(foreach r,$(ROOMS),$(call archive,$(r)))

# A unit test may be built while other rooms do not compile: ROOM="core/sql core/base" limits what is linked.
ROOM     ?= $(ROOMS)
$(BUILD)/unit/%: tests/unit/%.c $(foreach r,$(ROOM),$(call archive,$(r)))
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(CFLAGS) -o $@ $< $(LDFLAGS) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		-lcmocka -lvterm $(LIBS)

.PHONY: unit unit-build
unit-build: $(UNIT_BIN)
unit: $(if $(UNIT),$(BUILD)/unit/$(UNIT)_test,$(UNIT_BIN))  ## build and run the unit tests (one of them: make unit UNIT=name)
	@fail=0; for t in $(if $(UNIT),$(BUILD)/unit/$(UNIT)_test,$(UNIT_BIN)); do \
		echo "== $$t"; $$t || fail=1; done; exit $$fail

# ---- console tests: tests/console/<name>_test.c drive programs on a pseudo-terminal (tests/console/term.h) ----
CONSOLE_SRC  := $(sort $(wildcard tests/console/*_test.c))
CONSOLE_BIN  := $(patsubst tests/console/%.c,$(BUILD)/console/%,$(CONSOLE_SRC))
CONSOLE_TERM := tests/console/term.c tests/console/term_screen.c
$(BUILD)/console/demo: tests/console/demo.c $(call archive,tui) $(call archive,core/base)
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(CFLAGS) -o $@ $(filter %.c,$^) $(LDFLAGS) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)
$(BUILD)/console/%_test: tests/console/%_test.c $(CONSOLE_TERM) tests/console/term.h tests/console/term_impl.h \
		$(foreach r,$(ROOM),$(call archive,$(r))) | $(BUILD)/console/demo
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(filter-out -MMD -MP,$(CFLAGS)) -o $@ $(filter %.c,$^) $(LDFLAGS) -Wl,--start-group \
		$(filter %.a,$^) -Wl,--end-group -lcmocka -lvterm -lutil $(LIBS)

.PHONY: console
console: $(if $(CONSOLE),$(BUILD)/console/$(CONSOLE)_test,all $(CONSOLE_BIN))  ## the console tests (one: make console CONSOLE=name; UPDATE=1 renews golden screens)
	@fail=0; for t in $(if $(CONSOLE),$(BUILD)/console/$(CONSOLE)_test,$(CONSOLE_BIN)); do \
		echo "== $$t"; $$t || fail=1; done; exit $$fail

# ---- fuzzing: tests/fuzz/fuzz_<name>.c with its corpus in tests/fuzz/corpus/<name>/ ----
FUZZ_SRC     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_REPLAY  := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%.replay,$(FUZZ_SRC))
FUZZ_BIN     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
FUZZ_SECONDS ?= 20
LINK_ALL      = $(LDFLAGS) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(LIBS)

$(BUILD)/fuzz/%.replay: tests/fuzz/%.c tests/fuzz/replay.c $(ALL_ARCH)
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(filter-out -MMD -MP,$(CFLAGS)) -Wno-missing-prototypes -o $@ $(filter %.c,$^) $(LINK_ALL)

$(BUILD)/fuzz/%: tests/fuzz/%.c $(ALL_ARCH)
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) $(filter-out -MMD -MP,$(CFLAGS)) -fsanitize=fuzzer -o $@ $< $(LINK_ALL)

.PHONY: fuzz-build fuzz-replay
fuzz-build: $(FUZZ_BIN)
fuzz-replay: $(FUZZ_REPLAY)
fuzz:  ## run every fuzz target for FUZZ_SECONDS (20) under ASan and UBSan; needs clang
	@$(MAKE) --no-print-directory BUILD=build-fuzz FUZZING=1 fuzz-build
	@for f in $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC)); do \
		mkdir -p build-fuzz/corpus/$$f tests/fuzz/corpus/$$f; \
		echo "== fuzz $$f, $(FUZZ_SECONDS) s"; \
		UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 build-fuzz/fuzz/fuzz_$$f \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
			-print_final_stats=1 -artifact_prefix=build-fuzz/crash-$$f- build-fuzz/corpus/$$f \
			tests/fuzz/corpus/$$f 2>&1 | grep -vE '^(stat::(peak|new|slow)|"|#)' ; \
		[ $${PIPESTATUS[0]} = 0 ] || exit 1; \
	done

# ---- tests, benchmarks ----
$(BUILD)/bench/%: tests/bench/%.c $(ALL_ARCH)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -o $@ $< $(LDFLAGS) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) \
		-L$(BUILD) -lduckdb -Wl,-rpath,'$$ORIGIN/..'
$(BUILD)/bench/kernel_sql: $(BUILD)/libduckdb.so

.PHONY: test-build test-clients test-spark
test-build: all $(UNIT_BIN) $(CONSOLE_BIN) $(FUZZ_REPLAY)
test: test-build  ## build, then run every suite; ends with "N passed, N failed"
	@BUILD=$(BUILD) tests/run.sh

bench: all $(BUILD)/bench/kernel_sql $(BUILD)/bench/fleet_server $(BUILD)/bench/load $(BUILD)/bench/alarm_load  ## measure what is promised (WHAT="shell etl" for a part)
	@BUILD=$(BUILD) python3 tests/bench/bench.py $(WHAT)

# Against peers that Debian does not have: only where they are present.
test-clients: all  ## other people's clients against the server, from PyPI (what cannot be had is skipped)
	@.ci/clients.sh || echo "clients: going on with what is there"
	@BUILD=$(BUILD) tests/run.sh $(sort $(wildcard tests/clients/*_test.py tests/clients/*_test.sh))
test-spark: all  ## the same scripts on a real Spark (needs Java 17 and pyspark)
	@BUILD=$(BUILD) tests/run.sh $(sort $(wildcard tests/spark/*_test.py tests/spark/*_test.sh))

run: all  ## build, then the sample ETL on an embedded cluster, shown in the console
	@BUILD=$(BUILD) tests/jobs/flights/run.sh

lint: $(PRICE_LISTS)  ## clang-tidy, cppcheck, manual pages, and the rules of the house
	@BUILD=$(BUILD) .ci/lint.sh

# ---- manual pages and completions, made from the program's own tables ----
DOCS := $(BUILD)/doc/stoker.1 $(BUILD)/doc/stokerd.8 $(BUILD)/doc/stoker.bash $(BUILD)/doc/_stoker
.PHONY: doc doc-api
doc: $(DOCS)
doc-api: $(BUILD)/unit/emr_document_test  ## renew the table of operations in core/api/emr/README.md
	@UPDATE=1 $<
$(BUILD)/doc/stoker.1: views/cli/man/stoker.1.in $(BUILD)/stoker
	@mkdir -p $(@D)
	@$(BUILD)/stoker help --man >$@.commands
	@sed -e '/^COMMANDS$$/{r $@.commands' -e 'd;}' $< >$@ && rm $@.commands
$(BUILD)/doc/stokerd.8: views/cli/man/stokerd.8
	@mkdir -p $(@D) && cp $< $@
$(BUILD)/doc/stoker.bash $(BUILD)/doc/_stoker: $(BUILD)/stoker
	@mkdir -p $(@D)
	@$(BUILD)/stoker help --bash >$(BUILD)/doc/stoker.bash
	@$(BUILD)/stoker help --zsh >$(BUILD)/doc/_stoker

# What is installed, as "source mode place"; uninstall removes the places.
THEMES    := $(sort $(wildcard themes/*))
INSTALLED := $(BUILD)/stoker:755:bin/stoker $(BUILD)/stokerd:755:bin/stokerd \
             $(BUILD)/libduckdb.so:644:lib/stoker/libduckdb.so \
             $(BUILD)/doc/stoker.1:644:share/man/man1/stoker.1 $(BUILD)/doc/stokerd.8:644:share/man/man8/stokerd.8 \
             $(BUILD)/doc/stoker.bash:644:share/bash-completion/completions/stoker \
             $(BUILD)/doc/_stoker:644:share/zsh/site-functions/_stoker \
             $(foreach t,$(THEMES),$(t):644:share/stoker/$(t))
install: all doc  ## install under PREFIX (/usr/local), staged in DESTDIR
	@for i in $(INSTALLED); do IFS=: read -r from mode to <<<"$$i"; \
		install -D -m "$$mode" "$$from" '$(DESTDIR)$(PREFIX)'/"$$to" || exit 1; done
	@echo "installed under $(DESTDIR)$(PREFIX)"

uninstall:  ## remove what install brought
	@for i in $(INSTALLED); do IFS=: read -r from mode to <<<"$$i"; \
		rm -f '$(DESTDIR)$(PREFIX)'/"$$to"; done
	@rmdir '$(DESTDIR)$(PREFIX)'/lib/stoker '$(DESTDIR)$(PREFIX)'/share/stoker/themes \
		'$(DESTDIR)$(PREFIX)'/share/stoker 2>/dev/null || true

clean:  ## remove what was built (fetched packages stay)
	rm -rf build build-san build-tsan build-fuzz

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## *(.*)/  \1\t\2/' | expand -t 14

-include $(shell find $(BUILD)/o $(BUILD)/unit -name '*.d' 2>/dev/null)
