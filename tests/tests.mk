# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Included by the Makefile: builds and runs the tests. New files in the folders of tests/ are
# found automatically; a new program needs a line below.

SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TEST_CFLAGS := -std=gnu11 $(WARN) -Wno-missing-prototypes -Wno-vla $(filter-out -O%,$(CFLAGS)) -O1
TEST_CPPFLAGS := $(CPPFLAGS_ALL) -Itests/rows
FUZZ_CFLAGS := -std=gnu11 -Wall -Wextra -Wshadow -Werror -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all
LIBBPF := $(call pkg_libs,libbpf,-lbpf)
CMOCKA := $(call pkg_libs,cmocka,-lcmocka)

# objects DIRECTORY,COMPILER: the objects of all sources below build/DIRECTORY.
define objects
$(B)/$(1)/%.o: %.c | $(B)/gen/config_parse.h
	$$(call say,CC)
	@mkdir -p $$(@D)
	$$(Q)$(2) -MMD -MP -c -o $$@ $$<
endef
$(eval $(call objects,plain,$$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS)))
$(eval $(call objects,san,$$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) $(SAN)))
$(eval $(call objects,fuzz/obj,$$(CLANG) $(TEST_CPPFLAGS) -Itests/fuzz $(FUZZ_CFLAGS)))
# Compiled like the program, but without debug information.
$(eval $(call objects,count,$$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -O2 -g0))

# of KIND,FOLDER: its objects.
of = $(patsubst %.c,$(B)/$(1)/%.o,$(filter-out %.bpf.c,$(wildcard $(2)/*.c)))

link = $(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^)

%.a:
	$(call say,AR)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# --- unit and fuzz: user/ with sanitizers, as an archive, so that a test links only what it
# calls. Left out: main(), and the loader with the skeleton.
USER_LIB := $(filter-out user/main.c user/dataplane/load.c,$(USER_SRC)) $(GEN)
$(B)/san/user.a: $(USER_LIB:%.c=$(B)/san/%.o)
$(B)/fuzz/user.a: $(USER_LIB:%.c=$(B)/fuzz/obj/%.o)

UNIT_SRC := $(wildcard tests/unit/test_*.c tests/unit/*/test_*.c)
UNIT_BIN := $(UNIT_SRC:%.c=$(B)/%)
$(UNIT_BIN): $(B)/%: $(B)/san/%.o $(call of,san,tests/rows) $(B)/san/user.a
	$(call say,LINK)
	$(link) $(SAN) $(CMOCKA) $(LIBS)

# It compares the manual with doctor's table.
$(B)/tests/unit/test_doctor: | $(B)/man/ndpx-doctor.8

FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
$(FUZZ_BIN): $(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.o $(B)/fuzz/user.a
	$(call say,FUZZ)
	$(Q)$(CLANG) $(LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

# --- one program per folder, linked with the rows
ROWS := $(call of,plain,tests/rows)

$(B)/tests/bpf_run/test_prog: $(call of,plain,tests/bpf_run) $(ROWS) $(B)/plain/user/dataplane/table.o
	$(call say,LINK)
	$(link) $(LIBBPF) $(CMOCKA)

$(B)/tests/wire: $(call of,plain,tests/on_wire) $(ROWS)
	$(call say,LINK)
	$(link) $(LIBBPF)

# These include table.c, with loads and stores of their own.
$(B)/tests/interleave/test_orders $(B)/tests/interleave/test_killed: $(B)/%: $(B)/plain/%.o
	$(call say,LINK)
	$(link) $(CMOCKA)

$(B)/tests/interleave/test_stress: tests/interleave/test_stress.c user/dataplane/table.c user/dataplane/table.h include/nd/table.h
	$(call say,LINK)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CPPFLAGS) $(TEST_CFLAGS) -O1 -g -fsanitize=thread $(LDFLAGS) -o $@ $(filter %.c,$^) -lpthread

$(B)/tests/ndtool: $(call of,plain,tests/netns/lib)
$(B)/tests/tapwire: $(call of,plain,tests/lab)
$(B)/tests/count: $(call of,count,tests/instructions) $(call of,count,tests/rows)
$(B)/tests/ndtool $(B)/tests/tapwire $(B)/tests/count:
	$(call say,LINK)
	$(link)

DIFF_BIN := $(B)/tests/differential/test_native $(B)/tests/differential/test_pass $(B)/tests/differential/oracle
$(B)/tests/differential.a: $(filter-out $(DIFF_BIN:$(B)/%=$(B)/plain/%.o),$(call of,plain,tests/differential)) \
	$(filter-out %/test_prog.o,$(call of,plain,tests/bpf_run)) $(ROWS) $(B)/plain/user/dataplane/table.o
$(DIFF_BIN): $(B)/%: $(B)/plain/%.o $(B)/tests/differential.a
	$(call say,LINK)
	$(link) $(LIBBPF) $(CMOCKA)

# Programs for the matrix's guests, and the router's end of a trunk.
MATRIX_BIN := $(patsubst %.c,$(B)/%,$(filter-out %.bpf.c,$(wildcard tests/matrix/*.c)))
$(MATRIX_BIN): $(B)/%: $(B)/plain/%.o
	$(call say,LINK)
	$(link) $(LIBBPF)

# --- BPF programs of the tests
define compile_bpf
$(call say,BPF)
@mkdir -p $(@D)
$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c -o $@ $<
endef

$(B)/tests/%.bpf.o: tests/%.bpf.c
	$(compile_bpf)

$(B)/tests/xdp_pass.bpf.o: tests/lab/xdp_pass.bpf.c
	$(compile_bpf)

# What a machine gets whose verifier refuses unaligned accesses, and one of the other byte order.
$(B)/tests/strict.bpf.o: bpf/ndpx.bpf.c
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DND_STRICT_ALIGN -MMD -MP -c -o $@ $<

$(B)/tests/big_endian.bpf.o: bpf/ndpx.bpf.c
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -target bpfeb -MMD -MP -c -o $@ $<

MATRIX := $(MATRIX_BIN) $(B)/tests/matrix/tag.bpf.o

# --- targets

.PHONY: tests deps check fuzz demo matrix
.SECONDARY:
tests: all $(UNIT_BIN) $(FUZZ_BIN) $(B)/tests/interleave/test_orders $(B)/tests/interleave/test_killed $(B)/tests/interleave/test_stress \
	$(B)/tests/bpf_run/test_prog $(B)/tests/ndtool $(B)/tests/wire \
	$(B)/tests/tapwire $(B)/tests/count $(B)/tests/xdp_pass.bpf.o $(B)/tests/strict.bpf.o \
	$(B)/tests/big_endian.bpf.o $(DIFF_BIN) $(B)/tests/differential/observe.bpf.o \
	$(MATRIX)

deps:
	@tools/deps.sh check

# A second make, because this one looked for tools before `deps` installed them.
# SUITE="unit netns" runs only these.
check: deps
	@$(MAKE) --no-print-directory -j$$(nproc) WERROR=-Werror tests
	@tests/check.sh $(B) $(SUITE)

# Runs until interrupted, or for FUZZ=SECONDS.
fuzz:
	@tools/deps.sh check
	@$(MAKE) --no-print-directory $(FUZZ_BIN)
	@FUZZ_DIR=$(abspath $(B)/fuzz) tests/fuzz/run.sh $(or $(FUZZ),0)

demo:
	@tools/deps.sh demo
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/tests/xdp_pass.bpf.o $(B)/tests/tapwire
	@NDPX=$(abspath $(B)/ndpx) LAB_OBJECT=$(abspath $(B)/tests/xdp_pass.bpf.o) \
		LAB_TAPWIRE=$(abspath $(B)/tests/tapwire) tests/lab/demo.sh

# Other processors, then kernels × NIC drivers in QEMU, all the mirror has, and kernels of other
# processors; updates the table in tests/matrix/README.md.
matrix:
	@tools/deps.sh matrix
	@tests/matrix/machines.sh $(B)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/tests/ndtool $(B)/tests/xdp_pass.bpf.o $(MATRIX)
	@tests/matrix/run.sh $(B) 5.10 6.1 6.12 newest 6.1-arm64 6.1-s390x
	@tests/matrix/table.sh $(B)/matrix/result tests/matrix/README.md
