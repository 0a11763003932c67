# What the targets for people run; every step is a script that can be run alone.
RUN = CC='$(CC)' tests/run.sh $(B)

deps:
	@tools/deps.sh build demo test

demo:
	@tools/deps.sh demo
	@+$(MAKE) -s -j$$(nproc) all
	@examples/demo.sh $(B)

# Set-up, then every test.  PART="unit cli" runs some; SAN=1 the same under ASan and UBSan.
check:
	@tools/deps.sh test
	@+$(MAKE) -s -j$$(nproc) tests-built
	@$(RUN) $(or $(PART),check)

check-long:
	@tools/deps.sh test lint heavy
	@+$(MAKE) -s -j$$(nproc) tests-built
	@FAULTS=long $(RUN) check-long
	@+$(MAKE) -s SAN=1 check
	@+$(MAKE) -s lint bench
	@+$(MAKE) -s fuzz SECONDS_EACH=60

lint:
	@tools/deps.sh lint test
	@+$(MAKE) -s tests-headers
	@tests/shape/lint.sh $(or $(LINT),all)

bench:
	@tools/deps.sh demo
	@+$(MAKE) -s -j$$(nproc) all $(BENCH_C:%.c=$(B)/%)
	@tests/bench/run.sh $(B)

# Fuzzes each target for SECONDS_EACH seconds (clang, libFuzzer).
fuzz:
	@tools/deps.sh lint test
	@+$(MAKE) -s -j$$(nproc) FUZZ=1 fuzz-built
	@tests/fuzz/run.sh build-fuzz $(or $(SECONDS_EACH),60) $(FUZZ_ONE)
fuzz-built: $(FUZZ_C:%.c=$(B)/%)
tests-headers: $(B)/tests/unit/suites.h

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

# Paths under PREFIX follow what the programs look for beside themselves (../lib, ../share).
DEST = $(DESTDIR)$(PREFIX)
install: all
	@tools/install.sh $(B) '$(DEST)' '$(PREFIX)' '$(VERSION)' '$(SOVER)'

clean:
	rm -rf build build-san build-cov build-fuzz
.PHONY: tests-built fuzz-built tests-headers

# Checks JSON lines against docs/schema; the command-line tests use it.
tests-built: $(B)/tests/tools/jsoncheck
$(B)/tests/tools/jsoncheck: $(B)/tests/tools/jsoncheck.o $(B)/lib/libantin.so
	$(Q)$(CC) $(ALL_C) -Wl,-rpath,'$$ORIGIN/../../lib' -o $@ $< -L$(B)/lib -lantin $(call libs,jansson)

# The fault module stands in front of a real PKCS#11 module; the unit tests load it.
FAULT_SO := $(B)/tests/tokens/p11fault.so
$(FAULT_SO): $(B)/tests/tokens/p11fault.o
	$(Q)$(CC) $(ALL_C) -shared -o $@ $< -ldl
$(B)/tests/unit/unit: | $(FAULT_SO)
tests-built: $(FAULT_SO)
