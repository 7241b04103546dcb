# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Included by the Makefile. Benchmarks: ratios, never tests; BENCH_ARGS="--quick cost" runs a part.

BENCH_SRC := $(filter-out %.bpf.c,$(wildcard tools/bench/*.c))
BENCH_SKEL := $(B)/bench/gen.skel.h $(B)/bench/bounce.skel.h $(B)/bench/feed.skel.h

$(B)/bench/%.bpf.o: tools/bench/%.bpf.c tools/bench/bench.h
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(B)/bench/%.skel.h: $(B)/bench/%.bpf.o
	$(call say,SKEL)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@

$(B)/bench/bench: $(BENCH_SRC) $(wildcard tools/bench/*.h) $(BENCH_SKEL) $(wildcard tests/rows/*.c) \
		$(wildcard tests/rows/*.h include/*.h include/nd/*.h)
	$(call say,LINK)
	$(Q)$(CC) $(CPPFLAGS_ALL) -Itests/rows -I$(B)/bench $(CFLAGS_ALL) -o $@ $(LDFLAGS) $(filter %.c,$^) $(LIBBPF)

.PHONY: bench soak
bench:
	@tools/deps.sh bench
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/bench/bench
	@tools/bench/run.sh $(BENCH_ARGS)

# Right answers and statistics while rules change and the table grows and shrinks: a test, but one
# of any length: SOAK_ARGS="--answers 1e9".
soak:
	@tools/deps.sh bench
	@$(MAKE) --no-print-directory -j$$(nproc) all $(B)/bench/bench
	@tools/bench/run.sh soak $(SOAK_ARGS)
