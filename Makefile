# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make, make check, make demo, make install; V=1 shows the commands. All built files are in build/.

VERSION := 0.1.0
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/ndpx
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc

# A newer compiler finds new things to warn of: fatal in `make check`, not in an install.
WERROR ?=

B := build
CC ?= gcc
CLANG ?= clang
BPFTOOL ?= $(or $(shell command -v bpftool),/usr/sbin/bpftool)
PKG_CONFIG ?= pkg-config
BISON ?= bison
FLEX ?= flex
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(patsubst $(B)/%,%,$@)')

WARN := -Wall -Wextra -Wshadow -Wimplicit-fallthrough -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wvla $(WERROR)
CFLAGS ?= -O2 -g
CPPFLAGS_ALL := -D_GNU_SOURCE -DNDPX_VERSION='"$(VERSION)"' -DNDPX_SYSCONFDIR='"$(SYSCONFDIR)"' -Iinclude -Iuser \
	-I$(B)/gen $(CPPFLAGS)
CFLAGS_ALL := -std=gnu11 $(WARN) $(CFLAGS)
LIBS := $(or $(shell $(PKG_CONFIG) --libs libbpf libmnl jansson 2>/dev/null),-lbpf -lmnl -ljansson)

# clang for BPF knows no multiarch directory of its own.
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra $(WERROR) -Iinclude -Ibpf \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch)

USER_SRC := $(sort $(wildcard user/*.c user/*/*.c))
# Made by bison and flex of the configuration's grammar.
GEN := $(B)/gen/config_parse.c $(B)/gen/config_scan.c
USER_OBJ := $(USER_SRC:%.c=$(B)/%.o) $(GEN:.c=.o)
# Everything but main(), for the tests.
LIB_OBJ := $(filter-out $(B)/user/main.o,$(USER_OBJ))

# A root that came by `su` may lack where ip and bpftool are.
export PATH := $(PATH):/usr/sbin:/sbin

.DELETE_ON_ERROR:
# make's own rules would write what bison and flex make beside the sources.
%.c: %.y
%.c: %.l
.PHONY: all clean install uninstall deps check check-unit check-prog check-net lint format demo
all: $(B)/ndpx $(B)/man/ndpx-doctor.8

$(B)/ndpx: $(USER_OBJ)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/user/%.o: user/%.c
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The parser's header is made along with it.
$(B)/gen/config_parse.c $(B)/gen/config_parse.h &: user/config/grammar.y
	$(call say,BISON)
	@mkdir -p $(@D)
	$(Q)$(BISON) -Wall -Werror -d -o $(B)/gen/config_parse.c $<

$(B)/gen/config_scan.c: user/config/scanner.l
	$(call say,FLEX)
	@mkdir -p $(@D)
	$(Q)$(FLEX) -o $@ $<

$(B)/gen/%.o: $(B)/gen/%.c $(B)/gen/config_parse.h
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# Only the loader sees the skeleton.
$(B)/user/dataplane/load.o: CPPFLAGS_ALL += -I$(B)/bpf -include include/ndpx_abi.h
$(B)/user/dataplane/load.o: $(B)/bpf/ndpx.skel.h

$(B)/bpf/ndpx.bpf.o: bpf/ndpx.bpf.c
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/bpf/ndpx.skel.h: $(B)/bpf/ndpx.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name ndpx_bpf > $@

$(B)/man-findings: tools/man-findings.c user/doctor/codes.h
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $<

# Its list of findings is printed from the table that doctor itself uses.
$(B)/man/ndpx-doctor.8: user/man/ndpx-doctor.8.in $(B)/man-findings
	$(call say,MAN)
	@mkdir -p $(@D)
	$(Q)$(B)/man-findings > $@.findings
	$(Q)sed -e '/^@FINDINGS@$$/{r $@.findings' -e 'd;}' $< > $@
	$(Q)rm -f $@.findings

-include $(USER_OBJ:.o=.d) $(B)/bpf/ndpx.bpf.d

# --- tests; `make check` is all of them, with what they need installed first ---

SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TEST_CFLAGS := -std=gnu11 $(WARN) -Wno-missing-prototypes -Wno-vla -O1 -g
TEST_CPPFLAGS := $(CPPFLAGS_ALL) -Itests/rows

ABI_H := $(wildcard include/*.h include/nd/*.h)
ROWS_SRC := $(wildcard tests/rows/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/unit/%)
# The pure half of user/, with the sanitizers.
PURE := apply/native cli/before cli/openmetrics cli/output config/check config/config \
	config/errors config/import_read config/keys config/model config/model_ports config/syntax config/words \
	dataplane/before_text dataplane/entry dataplane/verdict desired/link desired/nets desired/origins desired/plan desired/port_path desired/ports \
	desired/ports_find desired/this_link desired/this_link_index desired/this_link_name desired/uplink \
	doctor/check_filter doctor/check_link doctor/check_neighbours doctor/check_others doctor/check_routes doctor/check_rules \
	doctor/doctor migrate/conf_writer migrate/draft migrate/from_kernel migrate/from_ndppd migrate/from_npd6 \
	migrate/ndppd_draft netlink/device netlink/gateway netlink/kind netlink/netlink netlink/table util/error \
	util/explain util/network util/text_file
PURE_OBJ := $(PURE:%=$(B)/san/user/%.o) $(GEN:$(B)/%.c=$(B)/san/%.o)
ROWS_OBJ := $(ROWS_SRC:%.c=$(B)/san/%.o)

$(B)/san/%.o: %.c
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) $(SAN) -MMD -MP -c -o $@ $<

$(B)/san/gen/%.o: $(B)/gen/%.c $(B)/gen/config_parse.h
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) $(SAN) -MMD -MP -c -o $@ $<

# test_doctor compares the manual with the table.
$(B)/tests/unit/test_doctor: | $(B)/man/ndpx-doctor.8

$(B)/tests/unit/%: $(B)/san/tests/unit/%.o $(PURE_OBJ) $(ROWS_OBJ)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SAN) -o $@ $^ -lcmocka -lmnl -ljansson

$(B)/tests/bpf_run/test_prog: $(wildcard tests/bpf_run/*.c) $(ROWS_SRC) $(wildcard tests/bpf_run/*.h tests/rows/*.h) \
		$(ABI_H)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -o $@ $(filter %.c,$^) -lbpf -lcmocka

$(B)/tests/ndtool: $(wildcard tests/netns/lib/*.c) $(wildcard tests/netns/lib/*.h) tests/packet.h
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -o $@ $(filter %.c,$^)

$(B)/tests/wire: $(wildcard tests/on_wire/*.c) $(ROWS_SRC) $(wildcard tests/on_wire/*.h tests/rows/*.h tests/*.h) \
		$(ABI_H)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -o $@ $(filter %.c,$^) -lbpf

$(B)/tests/tapwire: tests/lab/tapwire.c
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -o $@ $<

DIFF := tests/differential
DIFF_MUT := $(DIFF)/native.c $(DIFF)/mutate.c $(DIFF)/mutate_nd.c
DIFF_PROG := tests/bpf_run/prog.c tests/bpf_run/machine.c
DIFF_H := $(wildcard tests/differential/*.h tests/bpf_run/*.h tests/rows/*.h) $(ABI_H)
DIFF_BIN := $(B)/tests/differential/test_native $(B)/tests/differential/test_pass $(B)/tests/differential/oracle

$(B)/tests/differential/test_native: $(DIFF)/test_native.c $(DIFF)/counters.c $(DIFF_MUT) $(DIFF_PROG) \
		$(ROWS_SRC) $(DIFF_H)
$(B)/tests/differential/test_pass: $(DIFF)/test_pass.c $(DIFF)/counters.c $(DIFF)/observer.c \
		$(DIFF)/reasons.c $(DIFF)/wire.c $(DIFF_MUT) $(DIFF_PROG) $(ROWS_SRC) $(DIFF_H)
$(B)/tests/differential/oracle: $(DIFF)/oracle.c $(DIFF)/twins.c $(DIFF)/compare.c $(DIFF)/side.c \
		$(DIFF)/wire.c $(DIFF)/row_name.c $(DIFF_MUT) $(ROWS_SRC) $(DIFF_H)
$(DIFF_BIN):
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -o $@ $(filter %.c,$^) -lbpf -lcmocka

$(B)/tests/differential/observe.bpf.o: $(DIFF)/observe.bpf.c $(DIFF)/observe.h
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(B)/tests/xdp_pass.bpf.o: tests/lab/xdp_pass.bpf.c
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

# As the program is compiled, and without what only a debugger needs.
$(B)/tests/count: tests/instructions/count.c $(ROWS_SRC) $(wildcard tests/rows/*.h) $(ABI_H)
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -O2 -g0 -o $@ $(filter %.c,$^)

# Programs that the matrix's guests carry, and the router's end of a trunk.
MATRIX_BIN := $(B)/tests/matrix/foreign $(B)/tests/matrix/cable
MATRIX := $(MATRIX_BIN) $(B)/tests/matrix/tag.bpf.o

$(MATRIX_BIN): $(B)/tests/matrix/%: tests/matrix/%.c
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -o $@ $< -lbpf

$(B)/tests/matrix/tag.bpf.o: tests/matrix/tag.bpf.c
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

FUZZ_FLAGS := -std=gnu11 -Wall -Wextra -Wshadow -Werror -O1 -g -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=all
FUZZ_BIN := $(B)/fuzz/fuzz_nd $(B)/fuzz/fuzz_config $(B)/fuzz/fuzz_import $(B)/fuzz/fuzz_import_from
FUZZ_SRC := $(PURE:%=user/%.c) $(GEN)

$(B)/fuzz/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h tests/rows/*.h user/*.h user/*/*.h) $(ABI_H) \
		$(FUZZ_SRC)
	$(call say,FUZZ)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(TEST_CPPFLAGS) -Itests/fuzz $(FUZZ_FLAGS) -o $@ $< $(FUZZ_SRC) -lmnl -ljansson

.PHONY: tests fuzz
.SECONDARY:
tests: all $(UNIT_BIN) $(FUZZ_BIN) $(B)/tests/bpf_run/test_prog $(B)/tests/ndtool $(B)/tests/wire \
	$(B)/tests/tapwire $(B)/tests/count $(B)/tests/xdp_pass.bpf.o $(DIFF_BIN) $(B)/tests/differential/observe.bpf.o \
	$(MATRIX)

deps:
	@tools/deps.sh check

# The tools found are those there before `deps`: a second make sees the new ones.
check: deps
	@$(MAKE) --no-print-directory -j$$(nproc) WERROR=-Werror tests
	@tests/check.sh $(B)

# Endless: FUZZ=SECONDS bounds it.
fuzz:
	@tools/deps.sh check
	@$(MAKE) --no-print-directory $(FUZZ_BIN)
	@FUZZ_DIR=$(abspath $(B)/fuzz) tests/fuzz/run.sh $(or $(FUZZ),0)

demo:
	@tools/deps.sh demo
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/tests/xdp_pass.bpf.o $(B)/tests/tapwire
	@NDPX=$(abspath $(B)/ndpx) LAB_OBJECT=$(abspath $(B)/tests/xdp_pass.bpf.o) \
		LAB_TAPWIRE=$(abspath $(B)/tests/tapwire) tests/lab/demo.sh

# Kernels × NIC drivers in QEMU, all that the mirror has; tests/matrix/README.md gets the table of results.
.PHONY: matrix
matrix:
	@tools/deps.sh check
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/tests/ndtool $(B)/tests/xdp_pass.bpf.o $(MATRIX)
	@tests/matrix/run.sh $(B) 5.10 6.1 6.12 newest
	@tests/matrix/table.sh $(B)/matrix/result tests/matrix/README.md

lint: all
	@tools/lint.sh

format:
	clang-format -i $$(find bpf include tests tools user -name '*.[ch]')

-include $(wildcard $(B)/san/*/*.d $(B)/san/*/*/*.d)

# --- benchmarks: ratios, never tests; BENCH_ARGS="--quick cost" runs a part ---

BENCH_SRC := $(filter-out %.bpf.c,$(wildcard tools/bench/*.c))
BENCH_SKEL := $(B)/bench/gen.skel.h $(B)/bench/bounce.skel.h

$(B)/bench/%.bpf.o: tools/bench/%.bpf.c tools/bench/bench.h include/ndpx_abi.h
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(B)/bench/%.skel.h: $(B)/bench/%.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

$(B)/bench/bench: $(BENCH_SRC) $(wildcard tools/bench/*.h) $(BENCH_SKEL) $(ROWS_SRC) \
		$(wildcard tests/rows/*.h) $(ABI_H)
	$(call say,LINK)
	$(Q)$(CC) $(CPPFLAGS_ALL) -Itests/rows -I$(B)/bench $(CFLAGS_ALL) -o $@ $(filter %.c,$^) -lbpf

.PHONY: bench
bench:
	@tools/deps.sh bench
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/bench/bench
	@tools/bench/run.sh $(BENCH_ARGS)

# --- installation ---

install: all
	install -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANDIR)/man8 $(DESTDIR)$(MANDIR)/man5 \
		$(DESTDIR)$(DOCDIR) $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSCONFDIR)/ndpx
	install -m 755 $(B)/ndpx $(DESTDIR)$(SBINDIR)/ndpx
	install -m 644 user/man/ndpx.8 $(DESTDIR)$(MANDIR)/man8/ndpx.8
	install -m 644 user/man/ndpx.conf.5 $(DESTDIR)$(MANDIR)/man5/ndpx.conf.5
	install -m 644 $(B)/man/ndpx-doctor.8 $(DESTDIR)$(MANDIR)/man8/ndpx-doctor.8
	install -m 644 user/man/ndpx-json.5 $(DESTDIR)$(MANDIR)/man5/ndpx-json.5
	install -m 644 README.md tools/ndpx.conf.example $(DESTDIR)$(DOCDIR)
	sed 's|@SBINDIR@|$(SBINDIR)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' tools/ndpx.service > $(DESTDIR)$(UNITDIR)/ndpx.service
	chmod 644 $(DESTDIR)$(UNITDIR)/ndpx.service

# The configuration stays: it is the operator's.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/ndpx $(DESTDIR)$(MANDIR)/man8/ndpx.8 \
		$(DESTDIR)$(MANDIR)/man5/ndpx.conf.5 $(DESTDIR)$(MANDIR)/man8/ndpx-doctor.8 \
		$(DESTDIR)$(MANDIR)/man5/ndpx-json.5 $(DESTDIR)$(UNITDIR)/ndpx.service
	rm -rf $(DESTDIR)$(DOCDIR)

clean:
	rm -rf $(B)
