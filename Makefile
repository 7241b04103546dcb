# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# make, make check, make demo, make install; V=1 shows the commands. Everything is built in build/.
# Sources are found by folder. Honours CC, CPPFLAGS, CFLAGS, LDFLAGS, LDLIBS and PKG_CONFIG.

VERSION := 0.1.0
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/ndpx
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc

# Newer compilers add warnings: fatal in `make check`, but not when installing.
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
# pkg_libs PACKAGES,FLAGS: what pkg-config says, or else FLAGS.
pkg_libs = $(or $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null),$(2))
PKGS := libbpf libmnl jansson
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null)
CPPFLAGS_ALL := -D_GNU_SOURCE -DNDPX_VERSION='"$(VERSION)"' -DNDPX_SYSCONFDIR='"$(SYSCONFDIR)"' -Iinclude -Iuser \
	-I$(B)/gen $(PKG_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL := -std=gnu11 $(WARN) $(CFLAGS)
LIBS := $(call pkg_libs,$(PKGS),-lbpf -lmnl -ljansson) $(LDLIBS)

# The object is for the machine that CC compiles for: its byte order, and aligned accesses alone
# where its kernel's verifier wants them (CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS is not set).
TARGET := $(shell $(CC) -dumpmachine)
BPF_ENDIAN := $(if $(shell $(CC) -dM -E -x c /dev/null | grep '__BYTE_ORDER__ __ORDER_BIG'),bpfeb,bpfel)
BPF_ALIGN := $(if $(filter riscv% mips% sparc% hppa% alpha% sh4% microblaze%,$(TARGET)),-DND_STRICT_ALIGN)
# clang's BPF target does not search the multiarch include directory.
BPF_CFLAGS := -target $(BPF_ENDIAN) -mcpu=v3 -O2 -g -Wall -Wextra $(WERROR) $(BPF_ALIGN) -Iinclude -Ibpf \
	-idirafter $(patsubst %/,%,$(shell $(CC) -print-sysroot))/usr/include/$(shell $(CC) -print-multiarch)

USER_SRC := $(sort $(wildcard user/*.c user/*/*.c))
# Generated from the configuration's grammar by bison and flex.
GEN := $(B)/gen/config_parse.c $(B)/gen/config_scan.c
USER_OBJ := $(USER_SRC:%.c=$(B)/%.o) $(GEN:.c=.o)

# After `su`, root's PATH may lack the directories of ip and bpftool.
export PATH := $(PATH):/usr/sbin:/sbin

.DELETE_ON_ERROR:
# make's built-in rules would put the output of bison and flex next to the sources.
%.c: %.y
%.c: %.l
.PHONY: all clean install uninstall lint format
all: $(B)/ndpx $(B)/man/ndpx-doctor.8

$(B)/ndpx: $(USER_OBJ)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/user/%.o: user/%.c
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# Generates the parser's header as well.
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

# Only the loader includes the skeleton.
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

# Its list of findings is generated from doctor's own table.
$(B)/man/ndpx-doctor.8: user/man/ndpx-doctor.8.in $(B)/man-findings
	$(call say,MAN)
	@mkdir -p $(@D)
	$(Q)$(B)/man-findings > $@.findings
	$(Q)sed -e '/^@FINDINGS@$$/{r $@.findings' -e 'd;}' $< > $@
	$(Q)rm -f $@.findings

lint: all
	@tools/lint.sh

format:
	clang-format -i $$(find bpf include tests tools user -name '*.[ch]')

include tests/tests.mk tools/bench/bench.mk

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
	for unit in ndpx.service ndpx-run.service; do \
		sed 's|@SBINDIR@|$(SBINDIR)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' tools/$$unit \
			> $(DESTDIR)$(UNITDIR)/$$unit && chmod 644 $(DESTDIR)$(UNITDIR)/$$unit || exit 1; \
	done

# The configuration stays, because it is the operator's.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/ndpx $(DESTDIR)$(MANDIR)/man8/ndpx.8 \
		$(DESTDIR)$(MANDIR)/man5/ndpx.conf.5 $(DESTDIR)$(MANDIR)/man8/ndpx-doctor.8 \
		$(DESTDIR)$(MANDIR)/man5/ndpx-json.5 $(DESTDIR)$(UNITDIR)/ndpx.service \
		$(DESTDIR)$(UNITDIR)/ndpx-run.service
	rm -rf $(DESTDIR)$(DOCDIR)

clean:
	rm -rf $(B)

# Header dependencies from the last build.
-include $(shell find $(B) -name '*.d' -type f 2>/dev/null)
