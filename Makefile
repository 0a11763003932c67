# antin: one Makefile, out of tree.  SAN=1 (or thread), COV=1, FUZZ=1 choose a build folder.
# Targets: all check check-long demo bench fuzz lint format install clean deps
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR .SUFFIXES:
SHELL    := /bin/bash
VERSION  := 0.1.0
SOVER    := 0
PREFIX   ?= /usr/local
CC       := $(if $(FUZZ),clang,$(if $(filter default,$(origin CC)),gcc,$(CC)))
PKG      := pkg-config
CFLAGS   ?= -O2 -g
B        := build$(SAN:%=-san$(filter-out 1,$(SAN)))$(if $(COV),-cov)$(if $(FUZZ),-fuzz)

WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls -Wformat=2 \
  -Wimplicit-fallthrough -Wswitch-enum -Wnull-dereference -Wdouble-promotion \
  -Wno-missing-field-initializers
WARN += $(if $(findstring clang,$(CC)),-Wcomma -Wno-switch-enum -Wno-missing-braces,-Wformat-signedness -Wduplicated-cond \
  -Wduplicated-branches -Wlogical-op -Wjump-misses-init -Wtrampolines)
HARD := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIC $(if $(findstring clang,$(CC)),,-fno-semantic-interposition)
LINK := -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,-z,defs
ifdef SAN
SANF := -fsanitize=$(SAN:1=address,undefined) -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifdef FUZZ
SANF := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifdef COV
SANF := --coverage -O0
else
HARD += -D_FORTIFY_SOURCE=2
endif
ALL_C := -std=c11 -D_GNU_SOURCE -DANTIN_VERSION='"$(VERSION)"' -DANTIN_PREFIX='"$(PREFIX)"' \
  $(WARN) $(HARD) $(CFLAGS) $(SANF) $(WERROR)
cflags = $(shell $(PKG) --cflags $(1) 2>/dev/null)
libs   = $(shell $(PKG) --libs $(1) 2>/dev/null)

LIB_PKG := libcrypto jansson zlib libutf8proc
LIB_C   := $(filter-out lib/xml/%,$(wildcard lib/*/*.c lib/*/*/*.c))
BRIDGE_C := pkcs11/bridge.c pkcs11/facade.c
P11_C   := $(filter-out $(BRIDGE_C),$(wildcard pkcs11/*.c))
CA_C    := $(wildcard ca/*.c ca/store/*.c ca/signer/*.c)
ON_C    := $(wildcard ca/online/*.c)
CLI_C   := $(wildcard tools/cli/*.c tools/sandbox/*.c)
UNIT_C  := $(wildcard tests/unit/*.c)
FUZZ_C  := $(wildcard tests/fuzz/fuzz_*.c)
BENCH_C := $(wildcard tests/bench/*.c)
BR_C    := $(wildcard tests/tokens/bridge*.c)
INNER_C := $(BENCH_C) $(filter-out %/p11fault.c $(BR_C) %/plug.c,$(wildcard tests/tokens/*.c))
PROGS   := $(foreach p,antin antin-ca antind,$(if $(wildcard tools/$(p)/*.c),$(p)))
obj      = $(patsubst %.c,$(B)/%.o,$(1))

# Layers: each folder sees only the headers of its own floor and those below.
$(B)/lib/%.o:        INC := -Ilib/include $(call cflags,$(LIB_PKG))
$(B)/lib/xml/%.o:    INC := -Ilib/include $(call cflags,libxml-2.0)
$(B)/pkcs11/%.o:     INC := -Ilib/include -Ipkcs11/include -Ipkcs11 $(call cflags,p11-kit-1 libcrypto)
$(B)/ca/%.o:         INC := -Ilib/include -Ica/include $(call cflags,sqlite3 jansson)
$(B)/ca/online/%.o:  INC := -Ilib/include -Ica/include $(call cflags,libmicrohttpd jansson)
$(B)/tools/%.o:      INC := -Ilib/include -Ipkcs11/include -Ica/include -Itools/cli -Itools/sandbox $(call cflags,jansson)
$(B)/tests/%.o:      INC := -I$(B)/tests/unit -Ilib/include -Ipkcs11/include -Ica/include -Itools/cli -Itools/sandbox $(call cflags,jansson check p11-kit-1)
$(B)/examples/%.o:   INC := -Ilib/include $(call cflags,jansson)

LIBSO := $(B)/lib/libantin.so.$(SOVER)
P11SO := $(B)/lib/libantin_p11.so.$(SOVER)
BINS  := $(PROGS:%=$(B)/bin/%)
XMLSO := $(B)/lib/libantin-xml.so.$(SOVER)
APART := $(addprefix $(B)/libexec/antin/antin-,libp11 module fetch worker)

all: $(LIBSO) $(B)/lib/libantin.so $(P11SO) $(XMLSO) $(BINS) $(APART) share
.PHONY: all share check check-long demo bench fuzz lint format install clean deps corpus FORCE tests-built fuzz-built tests-headers
$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(CC) $(ALL_C)' | cmp -s - $@ || echo '$(CC) $(ALL_C)' > $@
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(INC) -MMD -MP -c -o $@ $<

$(LIBSO): $(call obj,$(LIB_C)) lib/libantin.map
	@mkdir -p $(@D)
	$(Q)$(SHARED) -Wl,--version-script,lib/libantin.map -o $@ $(filter %.o,$^) $(call libs,$(LIB_PKG))
comma := ,
SHARED = $(CC) $(ALL_C) -shared $(filter-out $(if $(SANF),-Wl$(comma)-z$(comma)defs),$(LINK)) -Wl,-soname,$(@F)
$(B)/lib/libantin.so: $(LIBSO); @ln -sf $(<F) $@
$(XMLSO): $(call obj,$(wildcard lib/xml/*.c)); $(Q)$(SHARED) -fvisibility=hidden -o $@ $^ $(call libs,libxml-2.0)
$(B)/lib/antin_p11.a: $(call obj,$(P11_C))
$(B)/lib/antin_ca.a:  $(call obj,$(CA_C))
$(B)/lib/antin_on.a:  $(call obj,$(ON_C))
$(B)/lib/antin_cli.a: $(call obj,$(CLI_C))
$(B)/lib/%.a:
	@mkdir -p $(@D); rm -f $@
	$(Q)ar rcs $@ $^

# Tokens with the bridge to OpenSSL (libp11), for programs that need it in place of antin_p11.a.
$(P11SO): $(call obj,$(P11_C) $(BRIDGE_C)) pkcs11/libantin_p11.map $(B)/lib/libantin.so
	$(Q)$(SHARED) -Wl,--version-script,pkcs11/libantin_p11.map -Wl,-rpath,'$$ORIGIN' -o $@ $(filter %.o,$^) \
	  -L$(B)/lib -lantin $(call libs,p11-kit-1 libp11 libcrypto)

# libp11 on a vendor's module, and a module that the others want apart, have processes of their own.
$(B)/pkcs11/libp11/%.o: INC := -DLIBP11_VERSION='"$(shell $(PKG) --modversion libp11)"'
$(B)/libexec/antin/antin-libp11: $(call obj,$(wildcard pkcs11/libp11/*.c))
$(B)/libexec/antin/antin-module: $(call obj,$(wildcard pkcs11/helper/*.c) pkcs11/wire.c)
$(B)/tools/antin-fetch/%.o: INC := -Ilib/include -Ilib/net -Itools/sandbox $(call cflags,libcurl)
$(B)/libexec/antin/antin-fetch: $(call obj,$(wildcard tools/antin-fetch/*.c tools/sandbox/*.c) lib/net/url.c lib/net/address.c lib/net/wire.c)
$(B)/libexec/antin/antin-worker: $(call obj,$(wildcard tools/antin-worker/*.c tools/sandbox/*.c))
$(APART): | $(B)/lib/libantin.so
	@mkdir -p $(@D); $(CC) $(ALL_C) -pie -Wl,-rpath,'$$ORIGIN/../../lib' $(LINK) -o $@ $^ -L$(B)/lib -lantin $(call libs,libp11 libcurl libcrypto)

# What each program is made of; a test lists what each links.
ARCH_antin    := antin_cli antin_p11
ARCH_antin-ca := antin_cli antin_ca antin_p11
ARCH_antind   := antin_cli antin_on antin_ca antin_p11
PKG_antin     := p11-kit-1 jansson libcrypto
PKG_antin-ca  := p11-kit-1 jansson libcrypto sqlite3
PKG_antind    := p11-kit-1 jansson libcrypto sqlite3 libmicrohttpd
define program
$(B)/bin/$(1): $(call obj,$(wildcard tools/$(1)/*.c)) $(ARCH_$(1):%=$(B)/lib/%.a) $(B)/lib/libantin.so
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALL_C) -pie -Wl,-rpath,'$$$$ORIGIN/../lib' $$(LINK) -o $$@ $(call obj,$(wildcard tools/$(1)/*.c)) \
	  $(ARCH_$(1):%=$(B)/lib/%.a) -L$(B)/lib -lantin $$(call libs,$(PKG_$(1))) -lpthread
endef
$(foreach p,$(PROGS),$(eval $(call program,$(p))))

# Linked as objects, so that tests reach inner functions.
INNER := $(call obj,$(LIB_C) $(P11_C) $(CA_C) $(ON_C) $(CLI_C))
INNER_LIBS = $(call libs,$(LIB_PKG) p11-kit-1 sqlite3 libmicrohttpd check) -lpthread -Wl,--disable-new-dtags,-rpath,'$$ORIGIN/../../lib'
$(B)/tests/bench/bench_p11: INNER_LIBS += $(call libs,libp11)
$(B)/tests/unit/suites.h: $(UNIT_C)
	@mkdir -p $(@D); printf 'SUITE(%s)\n' $(sort $(filter-out main util,$(patsubst test_%,%,$(basename $(notdir $(UNIT_C)))))) > $@
$(B)/tests/unit/main.o: $(B)/tests/unit/suites.h
$(B)/tests/unit/unit: $(call obj,$(UNIT_C)) $(INNER)
	$(Q)$(CC) $(ALL_C) -o $@ $^ $(INNER_LIBS)
$(INNER_C:%.c=$(B)/%): %: %.o $(INNER)
	$(Q)$(CC) $(ALL_C) -o $@ $^ $(INNER_LIBS)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/fuzz.o $(if $(FUZZ),,$(B)/tests/fuzz/replay.o) $(INNER)
	$(Q)$(CC) $(ALL_C) $(if $(FUZZ),-fsanitize=fuzzer) $(addprefix -Wl$(comma)--wrap=,LLVMFuzzerTestOneInput malloc calloc realloc strdup strndup) -o $@ $^ $(INNER_LIBS)
LEAVES := $(patsubst %.c,$(B)/%,$(wildcard examples/*.c)) $(B)/tests/tools/jsoncheck $(B)/tests/tools/stamp $(B)/tests/tokens/bridge $(B)/tests/tokens/plug
$(LEAVES): %: %.o $(B)/lib/libantin.so $(P11SO)
	$(Q)$(CC) $(ALL_C) -Wl,-rpath,'$$ORIGIN/../lib:$$ORIGIN/../../lib' -Wl,--as-needed -o $@ $(filter %.o,$^) -L$(B)/lib \
	  -lantin $(P11SO) $(call libs,jansson libcurl libssl libcrypto)
$(B)/tests/tokens/bridge: $(call obj,$(BR_C))
tests-built: all $(B)/tests/unit/unit $(EXTRA_TESTS) $(FUZZ_C:%.c=$(B)/%) $(LEAVES) $(INNER_C:%.c=$(B)/%)

share: $(BINS); @tools/share.sh $(B)

RUN = CC='$(CC)' tests/run.sh $(B)

deps: ; @tools/deps.sh build demo test

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
	@tools/deps.sh test lint heavy tokens
	@+$(MAKE) -s -j$$(nproc) tests-built
	@FAULTS=long $(RUN) check-long
	@+$(MAKE) -s SAN=1 check
	@+$(MAKE) -s lint bench
	@+$(MAKE) -s fuzz SECONDS_EACH=60

lint:
	@tools/deps.sh lint test
	@+$(MAKE) -s tests-headers
	@tests/shape/lint.sh $(filter-out lint,$(LINT))

bench:
	@tools/deps.sh demo
	@+$(MAKE) -s -j$$(nproc) all $(BENCH_C:%.c=$(B)/%)
	@tests/bench/run.sh $(B)

# Fuzzes each target for SECONDS_EACH seconds of CPU (clang, libFuzzer) and logs it in RUNS.tsv.
fuzz:
	@tools/deps.sh lint test
	@+$(MAKE) -s -j$$(nproc) FUZZ=1 fuzz-built
	@tests/fuzz/run.py build-fuzz $(or $(SECONDS_EACH),60) $(FUZZ_ONE)
fuzz-built: $(FUZZ_C:%.c=$(B)/%) $(XMLSO)
# Runs the corpora; with COV=1 tells how much of its parser each reaches.
corpus: fuzz-built
	@$(if $(COV),tests/fuzz/coverage.py $(B),$(RUN) corpus)
tests-headers: $(B)/tests/unit/suites.h

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

# Paths under PREFIX follow what the programs look for beside themselves (../lib, ../share).
DEST = $(DESTDIR)$(PREFIX)
install: all
	@tools/install.sh $(B) '$(DEST)' '$(PREFIX)' '$(VERSION)' '$(SOVER)'
clean: ; rm -rf build build-*

# The fault module stands in front of a real PKCS#11 module; the unit tests load it.
tests-built $(B)/tests/unit/unit: | $(B)/tests/tokens/p11fault.so $(APART) $(XMLSO)
%/p11fault.so: %/p11fault.o
	$(Q)$(CC) $(ALL_C) -shared -o $@ $< -ldl -lcrypto
$(B)/ca/store/schema.o: $(wildcard ca/schema/*.sql)
-include $(shell find $(foreach d,lib pkcs11 ca tools tests examples,$(B)/$(d)) -name '*.d' -type f 2>/dev/null)
