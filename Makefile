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
CFLAGS   += -std=c17 -D_GNU_SOURCE $(OPT) -g $(WARN) -fno-common -fstack-protector-strong -I. \
            -isystem $(DUCKDB_DIR)/include -DSTOKER_VERSION='"$(VERSION)"' -MMD -MP
LDFLAGS  += -Wl,--as-needed -Wl,-O1
ifeq ($(SAN),1)
BUILD    := build-san
CFLAGS   += -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
LDFLAGS  += -fsanitize=address,undefined
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
               $(if $(filter test test-% unit,$(GOALS)),.deps/test.mk) \
               $(if $(filter lint fuzz,$(GOALS)),.deps/lint.mk)

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

$(BUILD)/o/%.o: %.c Makefile
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

.PHONY: unit
unit: $(if $(UNIT),$(BUILD)/unit/$(UNIT)_test,$(UNIT_BIN))  ## build and run the unit tests (one of them: make unit UNIT=name)
	@fail=0; for t in $(if $(UNIT),$(BUILD)/unit/$(UNIT)_test,$(UNIT_BIN)); do \
		echo "== $$t"; $$t || fail=1; done; exit $$fail

clean:  ## remove what was built (fetched packages stay)
	rm -rf build build-san

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## *(.*)/  \1\t\2/' | expand -t 14

-include $(shell find $(BUILD)/o $(BUILD)/unit -name '*.d' 2>/dev/null)
