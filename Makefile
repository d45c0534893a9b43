# SPDX-License-Identifier: ISC
# One Makefile for everything; it finds files by wildcard. `make help` lists the targets.

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
BUILD      ?= build
VERSION    := 0.1.0

CC  ?= gcc
CXX ?= g++
PKG := pkg-config
PYTHON := /usr/bin/python3
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)# where -j says nothing else
endif
MAKEFLAGS += -r# no rules but these: asking make's own of every header costs seconds

WARN     := -Wall -Wextra -Wshadow -Wformat=2 -Wvla -Wundef -Wpointer-arith -Werror
CPPFLAGS += -I. -D_GNU_SOURCE -DTALLYD_VERSION='"$(VERSION)"' -DTALLYD_PREFIX='"$(PREFIX)"' -DTALLYD_SYSCONFDIR='"$(SYSCONFDIR)"'
CFLAGS   ?= -O2 -g1
CFLAGS   += -std=gnu11 $(WARN) -Wstrict-prototypes -Wmissing-prototypes -fstack-protector-strong -fPIE
CXXFLAGS ?= -O2 -g1
CXXFLAGS += -std=c++17 $(WARN) -fno-rtti -fPIE
LDFLAGS  += -pie -Wl,-z,relro,-z,now
ifdef SAN
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS   += $(SANFLAGS) -DTALLYD_SANITIZED
CXXFLAGS += $(SANFLAGS)
LDFLAGS  += $(SANFLAGS)
else ifdef COVER
CFLAGS   += -O0 --coverage
LDFLAGS  += --coverage
else
CPPFLAGS += -D_FORTIFY_SOURCE=2
endif

comma := ,

# ---- what each room links; the layer rules are proved by these lists and by tests/layers.py ----
BASE_LIBS   := -lutf8proc -lm
PARSER_LIBS := -lxml2 -lsimdjson -larchive -lz -lseccomp
# TLS to Redis: hiredis 0.14 has none
REDIS_TLS   := $(shell $(PKG) --exists hiredis_ssl openssl 2>/dev/null && echo yes)
EDGE_LIBS   := $(if $(REDIS_TLS),-lhiredis_ssl -lssl -lcrypto) -lcurl -levent_core -levent_extra -levent_pthreads -lhiredis -lsqlite3 -lz -lpthread
TLS_CFLAGS  := -DTALLYD_REDIS_TLS=$(if $(REDIS_TLS),1,0)
XML_CFLAGS  := $(shell $(PKG) --cflags libxml-2.0 2>/dev/null)

src = $(wildcard $(1)/*.c)
obj = $(patsubst %.c,$(BUILD)/%.o,$(patsubst %.cc,$(BUILD)/%.o,$(1)))

BASE_SRC   := $(call src,daemon/base)
CORE_SRC   := $(call src,daemon/core)
EDGE_SRC   := $(call src,daemon/edge)
CONFIG_SRC := $(call src,config)
PARSER_SRC := $(filter-out parsers/main.c,$(call src,parsers)) $(call src,parsers/drivers) $(wildcard parsers/*.cc)
CTL_SRC    := $(filter-out daemon/ctl/main.c,$(call src,daemon/ctl))
SCHEMA_SRC := $(BUILD)/made/schema.c
WEB_SRC    := $(BUILD)/made/web.c
APP_SRC    := $(filter-out daemon/main.c,$(call src,daemon)) $(SCHEMA_SRC) $(WEB_SRC)
SIM_SRC    := $(wildcard tests/sim/*.c)
HOSTILE_SRC := $(wildcard tests/hostile/*.c)
RESULTS_SRC := $(wildcard parsers/results*.c) parsers/pool.c parsers/arrays.c parsers/label.c
FORMATS_SRC := $(addprefix parsers/,formats.c mapping.c mapping_check.c column.c pattern.c memo.c charset.c arrays.c pool.c fault.c \
                job_option.c)

LIB := $(BUILD)/lib
libbase    := $(LIB)/libbase.a
libcore    := $(LIB)/libcore.a
libedge    := $(LIB)/libedge.a
libconfig  := $(LIB)/libconfig.a
libparsers := $(LIB)/libparsers.a
libapp     := $(LIB)/libapp.a
libctl     := $(LIB)/libctl.a
libresults := $(LIB)/libresults.a# what core may link of parsers: the batch
libformats := $(LIB)/libformats.a# what config and the daemon may link of parsers: facts about formats, mappings

PROGRAMS := $(if $(wildcard parsers/main.c),$(BUILD)/tally-parse) \
            $(if $(wildcard daemon/main.c),$(BUILD)/tallyd) \
            $(if $(wildcard daemon/ctl/main.c),$(BUILD)/tallyctl)
TEST_PROGRAMS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
TOOLS := $(if $(SIM_SRC),$(BUILD)/night-sim) $(BUILD)/tests/night_dump $(if $(HOSTILE_SRC),$(BUILD)/tests/tally-parse-hostile)
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/*.c))

.PHONY: all
all: $(PROGRAMS)

# the time of a unit test is in what it calls, its own is in compiling it
$(BUILD)/tests/unit/%.o $(BUILD)/tests/reference/%.o: CFLAGS += -O0 -U_FORTIFY_SOURCE

.SECONDEXPANSION:
%/:
	@mkdir -p $@

$(BUILD)/%.o: %.c | $$(@D)/
	@$(info $()  CC   $<)$(CC) $(CPPFLAGS) $(if $(filter parsers/% tests/bench/%,$<),$(XML_CFLAGS)) $(if $(filter daemon/edge/redis_tls.c,$<),$(TLS_CFLAGS)) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.cc | $$(@D)/
	@$(info $()  CXX  $<)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

$(SCHEMA_SRC): $(wildcard config/schema/*) | $$(@D)/
	@config/schema/embed.sh > $@

$(WEB_SRC): $(wildcard daemon/web/*) | $$(@D)/
	@daemon/web/embed.sh > $@

define library
$(1): $(call obj,$(2)) | $(LIB)/
	@rm -f $$@
	@$(AR) rcs $$@ $$^
endef
$(eval $(call library,$(libbase),$(BASE_SRC)))
$(eval $(call library,$(libcore),$(CORE_SRC)))
$(eval $(call library,$(libedge),$(EDGE_SRC)))
$(eval $(call library,$(libconfig),$(CONFIG_SRC)))
$(eval $(call library,$(libparsers),$(PARSER_SRC)))
$(eval $(call library,$(libapp),$(APP_SRC)))
$(eval $(call library,$(libctl),$(CTL_SRC)))
$(eval $(call library,$(libresults),$(RESULTS_SRC)))
$(eval $(call library,$(libformats),$(FORMATS_SRC)))

link = @$(info $()  LINK $@)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)
linkxx = @$(info $()  LINK $@)$(CXX) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group

$(BUILD)/tally-parse: $(call obj,parsers/main.c) $(libparsers) $(libconfig) $(libbase)
	$(linkxx) $(PARSER_LIBS) $(BASE_LIBS)

$(BUILD)/tallyd: $(call obj,daemon/main.c) $(libapp) $(libedge) $(libcore) $(libconfig) $(libresults) $(libformats) $(libbase)
	$(link) $(EDGE_LIBS) $(BASE_LIBS)

$(BUILD)/tallyctl: $(call obj,daemon/ctl/main.c) $(libctl) $(libedge) $(libcore) $(libresults) $(libbase)
	$(link) -lcurl -levent_core $(BASE_LIBS)

$(BUILD)/night-sim: $(call obj,$(SIM_SRC) daemon/clock.c) $(libcore) $(libresults) $(libbase) | $(BUILD)/tests/
	$(link) -levent_core -levent_extra -lz $(BASE_LIBS)

$(BUILD)/tests/tally-parse-hostile: $(call obj,$(HOSTILE_SRC)) $(libparsers) $(libbase) | $(BUILD)/tests/
	$(linkxx) $(PARSER_LIBS) $(BASE_LIBS)

# Unit tests: the pure rooms' tests link nothing that could do I/O; that they link at all is the proof.
$(BUILD)/tests/test_base_%: $(BUILD)/tests/unit/test_base_%.o $(libbase) | $(BUILD)/tests/
	$(link) -lcmocka $(BASE_LIBS)
$(BUILD)/tests/test_core_%: $(BUILD)/tests/unit/test_core_%.o $(libcore) $(libresults) $(libbase) | $(BUILD)/tests/
	$(link) -lcmocka $(BASE_LIBS)
$(BUILD)/tests/test_config_%: $(BUILD)/tests/unit/test_config_%.o $(libconfig) $(libformats) $(libbase) | $(BUILD)/tests/
	$(link) -lcmocka $(BASE_LIBS)
$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(libapp) $(libctl) $(libedge) $(libcore) $(libconfig) $(libparsers) $(libbase) | $(BUILD)/tests/
	$(linkxx) -lcmocka $(EDGE_LIBS) $(PARSER_LIBS) $(BASE_LIBS)
$(BUILD)/tests/night_dump: $(BUILD)/tests/reference/night_dump.o $(libcore) $(libresults) $(libbase) | $(BUILD)/tests/
	$(link) -lcmocka $(BASE_LIBS)
$(BUILD)/tests/%: $(BUILD)/tests/bench/%.o $(libapp) $(libedge) $(libcore) $(libconfig) $(libparsers) $(libbase) | $(BUILD)/tests/
	$(linkxx) $(EDGE_LIBS) $(PARSER_LIBS) $(BASE_LIBS)
$(BUILD)/tests/test_parsers_torture: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc)
$(BUILD)/tests/test_core_memory $(BUILD)/tests/test_core_memory_once: LDFLAGS += $(addprefix -Wl$(comma)--wrap=,malloc calloc realloc arena_new arena_free arena_reset)
$(BUILD)/tests/bench_parse: $(BUILD)/tests/bench/bare_json.o
$(BUILD)/tests/test_parsers_json: $(BUILD)/tests/unit/json_reference.o
$(BUILD)/tests/bench_tls_site: EDGE_LIBS += -lssl
.SECONDARY:

# ---- people's targets ----
.PHONY: help deps deps-people test-people check check-san cover test test-faults test-matching test-property test-redis bench corpus lint format install demo night-ga2021 night-mn2024 night-fl2018 layers tools clean

help:
	@echo "make            build tallyd, tally-parse and tallyctl into $(BUILD)/"
	@echo "make demo       play a whole simulated night; on a terminal, or with HOLD=1, its board stays until Ctrl-C"
	@echo "make test       everything that has to pass; make check: the fast part"
	@echo "make check-san  the fast part under address and undefined-behaviour sanitizers"
	@echo "make cover      how many branches of daemon/core the unit tests take, a line a file"
	@echo "make test-property  ten thousand random nights (SEED=, N= repeat some)"
	@echo "make test-matching  precision and recall of matching, on lists made from real files"
	@echo "make test-redis  the shipped clients while Redis and the daemon are killed again and again, at full count; two daemons in chaos (SEED=, CHAOS= runs)"
	@echo "make test-people  the board in a real browser, its readers in numbers, hostile names"
	@echo "make test-faults  each fault of a feed on each kind of source: its verdict, what stays on air, and that it ends"
	@echo "make bench      figures, as ratios against bare baselines"
	@echo "make corpus     every real file of every format, against second readings; and every format damaged"
	@echo "make night-ga2021  the Georgia runoffs of January 2021 as three feeds saw them"
	@echo "make night-mn2024, night-fl2018  Minnesota 2024 and Florida 2018 over HTTP, each step; and what was recorded of it again"
	@echo "make lint, make format, make deps, make install DESTDIR= PREFIX= SYSCONFDIR="

DEPS := gcc g++ make pkg-config libcurl4-openssl-dev libxml2-dev libhiredis-dev libssl-dev libevent-dev \
        libsimdjson-dev libarchive-dev zlib1g-dev libsqlite3-dev libutf8proc-dev libseccomp-dev \
        libxxhash-dev libcmocka-dev redis-server xz-utils tzdata ca-certificates \
        python3 python3-pytest python3-pytest-xdist python3-redis python3-jsonschema nodejs node-redis
DEPS_LINT := clang-format clang-tidy cppcheck pmccabe universal-ctags mandoc

deps:
	@tests/deps.sh $(DEPS)

# what the tests of the board need beside: a browser, and npm's packages to drive it
deps-people:
	@tests/deps.sh $(DEPS) chromium tmux $(if $(shell command -v npm),,npm)
	@mkdir -p $(BUILD)/people
	@test -d $(BUILD)/people/node_modules/axe-core || \
	  { cp tests/people/package.json $(BUILD)/people/ && npm install --silent --no-fund --no-audit --prefix $(BUILD)/people >/dev/null; } || \
	  echo "deps-people: npm could not install playwright-core; tests that need a browser are skipped"

tools: $(TOOLS) $(TEST_PROGRAMS)

layers: $(libbase) $(libcore) $(libconfig) $(libparsers)
	@$(PYTHON) tests/layers.py --build $(BUILD)

check: $(PROGRAMS) tools layers
	@tests/run-unit.sh $(BUILD)

check-san:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/san SAN=1 EVERY=1 check

cover:
	@tests/deps.sh $(DEPS) gcovr
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/cover COVER=1 all tools
	@BUILD=$(BUILD)/cover tests/cover.sh

test-people: deps-people
	@$(MAKE) --no-print-directory all tools
	@TALLYD_BUILD=$(BUILD) FULL=1 $(PYTHON) -m pytest -q -rs -p no:cacheprovider tests/system/test_board.py tests/system/test_events.py \
	  tests/system/test_crowd.py tests/system/test_hostile_names.py tests/system/test_press.py \
	  tests/system/test_watch.py tests/system/test_export.py tests/system/test_url.py

test: deps deps-people
	@$(MAKE) --no-print-directory EVERY=1 check $(BENCHES)
	@TALLYD_BUILD=$(BUILD) $(PYTHON) -m pytest -q -rs -p no:cacheprovider -n 4 --dist loadfile tests/system

night-ga2021: deps
	@$(MAKE) --no-print-directory all tools
	@if [ -e ../shared/feeds/unpack ]; then \
	    TALLYD_BUILD=$(BUILD) $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/system/test_night_ga2021.py; \
	else echo 'SKIP night-ga2021: the real feeds, ../shared/feeds, are not there'; fi

# one after the other where several are asked for: each builds what the others build
ifneq ($(word 2,$(filter test test-% night-% check-san cover corpus bench demo lint,$(MAKECMDGOALS))),)
.NOTPARALLEL:
endif

# the records that the tests made are played by both compilers' programs, to the same bytes
NIGHTS := night-mn2024 night-fl2018
$(NIGHTS): deps
	@tests/deps.sh clang
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang CXX=clang++ all
	@if [ -e ../shared/feeds/unpack ]; then \
	    FULL=1 TALLYD_BUILD=$(BUILD) TALLYD_OTHER_BUILDS=$(BUILD)/clang $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/system/test_$(subst -,_,$@).py; \
	else echo 'SKIP $@: the real feeds, ../shared/feeds, are not there'; fi

test-faults: deps
	@$(MAKE) --no-print-directory all
	@FULL=1 TALLYD_BUILD=$(BUILD) $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/system/test_faults.py

corpus: deps
	@$(MAKE) --no-print-directory all
	@if [ -e ../shared/feeds/unpack ]; then \
	    TALLYD_BUILD=$(BUILD) $(PYTHON) -m pytest -q -p no:cacheprovider tests/system/test_corpus.py tests/system/test_damage.py tests/system/test_worker_real.py; \
	else echo 'SKIP corpus: the real feeds, ../shared/feeds, are not there'; fi

# SEED= and N= as tests/unit/test_core_property.c has them; the fast part plays a hundred
test-property: deps
	@$(MAKE) --no-print-directory $(BUILD)/tests/test_core_property $(BUILD)/tests/night_dump
	@echo "random nights: SEED=$${SEED:-1} N=$${N:-10000}; against the reference: SEED=$${SEED:-1} REFERENCE=$${REFERENCE:-300}"
	@SEED=$${SEED:-1} N=$${N:-10000} CMOCKA_MESSAGE_OUTPUT=stdout $(BUILD)/tests/test_core_property
	@SEED=$${SEED:-1} N=$${REFERENCE:-300} $(BUILD)/tests/night_dump | $(PYTHON) tests/reference/compare.py

test-matching: deps
	@$(MAKE) --no-print-directory all
	@TALLYD_BUILD=$(BUILD) $(PYTHON) tests/matching/run.py

REDIS_TESTS := $(wildcard tests/system/test_redis_*.py) tests/system/test_clients.py tests/system/test_schema.py tests/system/test_chaos.py

test-redis: deps
	@$(MAKE) --no-print-directory all tools
	@for server in redis-server valkey-server; do \
	    if ! command -v $$server >/dev/null; then echo "SKIP test-redis: there is no $$server"; continue; fi; \
	    echo "test-redis with $$server"; \
	    FULL=1 REDIS_SERVER=$$server TALLYD_BUILD=$(BUILD) $(PYTHON) -m pytest -q -s -p no:cacheprovider $(REDIS_TESTS) || exit 1; \
	done

bench: deps
	@$(MAKE) --no-print-directory all $(BUILD)/night-sim $(BENCHES)
	@TALLYD_BUILD=$(BUILD) $(PYTHON) tests/bench/run.py

demo: deps
	@$(MAKE) --no-print-directory all $(BUILD)/night-sim
	@TALLYD_BUILD=$(BUILD) $(PYTHON) tests/sim/demo.py

C_FILES := $(wildcard daemon/*.[ch] daemon/*/*.[ch] parsers/*.[ch] parsers/*/*.[ch] parsers/*.cc config/*.[ch] tests/*/*.[ch] tests/*/*.cc)

format:
	clang-format -i $(C_FILES)

lint:
	@tests/deps.sh $(DEPS_LINT)
	@tests/lint.sh $(C_FILES)

# what systemd reads names the programs and the configuration where they are put
PLACES = sed -e 's|/usr/sbin/|$(PREFIX)/sbin/|g' -e 's|/etc/tallyd|$(SYSCONFDIR)/tallyd|g'

PRESETS := $(wildcard config/formats/*.conf)

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/tallyd \
	    $(DESTDIR)$(SYSCONFDIR)/tallyd/conf.d $(DESTDIR)$(SYSCONFDIR)/tallyd/sources.d $(DESTDIR)$(PREFIX)/lib/systemd/system \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/lib/tmpfiles.d \
	    $(DESTDIR)$(PREFIX)/share/tallyd/formats $(DESTDIR)$(SYSCONFDIR)/tallyd/formats \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/man/man,1 5 8)
	install -m 755 $(BUILD)/tallyd $(DESTDIR)$(PREFIX)/sbin/
	install -m 755 $(BUILD)/tallyctl $(BUILD)/tally-parse $(DESTDIR)$(PREFIX)/bin/
	test -e $(DESTDIR)$(SYSCONFDIR)/tallyd/tallyd.conf || install -m 644 config/tallyd.conf $(DESTDIR)$(SYSCONFDIR)/tallyd/
	install -m 644 config/sources.d/example.conf.sample $(DESTDIR)$(SYSCONFDIR)/tallyd/sources.d/
	for unit in tallyd.service tallyd@.service; do \
	    $(PLACES) systemd/$$unit > $(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit; done
	install -m 644 systemd/tallyd.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/tallyd.conf
	$(PLACES) systemd/tallyd.tmpfiles > $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/tallyd.conf
	chmod 644 $(addprefix $(DESTDIR)$(PREFIX)/lib/,systemd/system/tallyd.service systemd/system/tallyd@.service tmpfiles.d/tallyd.conf)
	install -m 644 README.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/tallyd/
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/tallyd/,schema redis clients grafana)
	install -m 644 config/grafana/*.json $(DESTDIR)$(PREFIX)/share/tallyd/grafana/
	install -m 644 config/schema/*.json $(DESTDIR)$(PREFIX)/share/tallyd/schema/
	install -m 644 config/redis/* $(DESTDIR)$(PREFIX)/share/tallyd/redis/
	install -m 755 $(wildcard config/clients/*.py config/clients/*.js) $(DESTDIR)$(PREFIX)/share/tallyd/clients/
	$(if $(PRESETS),install -m 644 $(PRESETS) $(DESTDIR)$(PREFIX)/share/tallyd/formats/)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,bash-completion/completions zsh/site-functions fish/vendor_completions.d)
	$(BUILD)/tallyctl completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tallyctl
	$(BUILD)/tallyctl completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tallyctl
	$(BUILD)/tallyctl completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tallyctl.fish
	install -m 644 daemon/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 daemon/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 daemon/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -type f -name '*.d' 2>/dev/null)
