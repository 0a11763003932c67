# antin: one Makefile, out of tree.  SAN=1, COV=1, FUZZ=1 choose a build folder of their own.
# Targets: all check check-long demo bench fuzz lint format install clean deps
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
SHELL    := /bin/bash
VERSION  := 0.1.0
SOVER    := 0
PREFIX   ?= /usr/local
CC       ?= gcc
ifeq ($(origin CC),default)
CC       := gcc
endif
PKG      := pkg-config
CFLAGS   ?= -O2 -g
B        := build$(if $(SAN),-san)$(if $(COV),-cov)$(if $(FUZZ),-fuzz)
ifdef FUZZ
CC       := clang
endif

WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wredundant-decls -Wformat=2 \
  -Wimplicit-fallthrough -Wswitch-enum -Wnull-dereference -Wdouble-promotion \
  -Wno-missing-field-initializers
WARN += $(if $(findstring clang,$(CC)),-Wcomma -Wno-switch-enum -Wno-missing-braces,-Wformat-signedness -Wduplicated-cond \
  -Wduplicated-branches -Wlogical-op -Wjump-misses-init -Wtrampolines)
HARD := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIC $(if $(findstring clang,$(CC)),,-fno-semantic-interposition)
LINK := -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,-z,defs
ifdef SAN
SANF := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
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
LIB_C   := $(wildcard lib/*/*.c lib/*/*/*.c)
P11_C   := $(wildcard pkcs11/*.c)
CA_C    := $(wildcard ca/*.c ca/store/*.c ca/signer/*.c)
ON_C    := $(wildcard ca/online/*.c)
CLI_C   := $(wildcard tools/cli/*.c)
UNIT_C  := $(wildcard tests/unit/*.c)
FUZZ_C  := $(wildcard tests/fuzz/fuzz_*.c)
BENCH_C := $(wildcard tests/bench/*.c)
EX_C    := $(wildcard examples/*.c)
PROGS   := $(foreach p,antin antin-ca antind,$(if $(wildcard tools/$(p)/*.c),$(p)))
obj      = $(patsubst %.c,$(B)/%.o,$(1))

# Layers: each folder sees only the headers of its own floor and those below.
$(B)/lib/%.o:        INC := -Ilib/include $(call cflags,$(LIB_PKG))
$(B)/pkcs11/%.o:     INC := -Ilib/include -Ipkcs11/include $(call cflags,p11-kit-1 libcrypto)
$(B)/ca/%.o:         INC := -Ilib/include -Ica/include $(call cflags,sqlite3 jansson)
$(B)/ca/online/%.o:  INC := -Ilib/include -Ica/include $(call cflags,libmicrohttpd jansson)
$(B)/tools/%.o:      INC := -Ilib/include -Ipkcs11/include -Ica/include -Itools/cli $(call cflags,jansson)
$(B)/tests/%.o:      INC := -I$(B)/tests/unit -Ilib/include -Ipkcs11/include -Ica/include -Itools/cli $(call cflags,jansson check p11-kit-1)
$(B)/examples/%.o:   INC := -Ilib/include $(call cflags,jansson)

LIBSO := $(B)/lib/libantin.so.$(SOVER)
BINS  := $(PROGS:%=$(B)/bin/%)
SHARE := $(B)/share/antin

all: $(LIBSO) $(B)/lib/libantin.so $(BINS) share
.PHONY: all share check check-long demo bench fuzz lint format install clean deps FORCE

# A changed flag rebuilds everything.
$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(CC) $(ALL_C)' | cmp -s - $@ || echo '$(CC) $(ALL_C)' > $@
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(INC) -MMD -MP -c -o $@ $<

$(LIBSO): $(call obj,$(LIB_C)) lib/libantin.map
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) -shared $(if $(SANF),$(filter-out -Wl$(comma)-z$(comma)defs,$(LINK)),$(LINK)) \
	  -Wl,-soname,$(@F) -Wl,--version-script,lib/libantin.map -o $@ $(call obj,$(LIB_C)) $(call libs,$(LIB_PKG))
comma := ,
$(B)/lib/libantin.so: $(LIBSO)
	@ln -sf $(<F) $@
$(B)/lib/antin_p11.a: $(call obj,$(P11_C))
$(B)/lib/antin_ca.a:  $(call obj,$(CA_C))
$(B)/lib/antin_on.a:  $(call obj,$(ON_C))
$(B)/lib/antin_cli.a: $(call obj,$(CLI_C))
$(B)/lib/%.a:
	@mkdir -p $(@D); rm -f $@
	$(Q)ar rcs $@ $^

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

# Tests link the objects themselves, so that inner functions can be reached.
INNER := $(call obj,$(LIB_C) $(P11_C) $(CA_C) $(ON_C) $(CLI_C))
INNER_LIBS = $(call libs,$(LIB_PKG) p11-kit-1 sqlite3 libmicrohttpd check) -lpthread
$(B)/tests/unit/suites.h: $(UNIT_C)
	@mkdir -p $(@D); printf 'SUITE(%s)\n' $(sort $(filter-out main util,$(patsubst test_%,%,$(basename $(notdir $(UNIT_C)))))) > $@
$(B)/tests/unit/main.o: $(B)/tests/unit/suites.h
$(B)/tests/unit/unit: $(call obj,$(UNIT_C)) $(INNER)
	$(Q)$(CC) $(ALL_C) -o $@ $^ $(INNER_LIBS)
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(INNER)
	$(Q)$(CC) $(ALL_C) -o $@ $^ $(INNER_LIBS)
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(if $(FUZZ),,$(B)/tests/fuzz/replay.o) $(INNER)
	$(Q)$(CC) $(ALL_C) $(if $(FUZZ),-fsanitize=fuzzer) -o $@ $^ $(INNER_LIBS)
$(B)/examples/%: $(B)/examples/%.o $(B)/lib/libantin.so
	$(Q)$(CC) $(ALL_C) -Wl,-rpath,'$$ORIGIN/../lib' -o $@ $< -L$(B)/lib -lantin $(call libs,jansson)
tests-built: all $(B)/tests/unit/unit $(EXTRA_TESTS) $(FUZZ_C:%.c=$(B)/%) $(EX_C:%.c=$(B)/%) $(BENCH_C:%.c=$(B)/%)

share: $(BINS)
	@tools/share.sh $(B)

include tests/tests.mk
$(B)/ca/store/schema.o: $(wildcard ca/schema/*.sql)
-include $(shell find $(foreach d,lib pkcs11 ca tools tests examples,$(B)/$(d)) -name '*.d' -type f 2>/dev/null)
