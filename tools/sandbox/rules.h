/*
 * Inside of tools/sandbox: the list of calls that every cage has.
 */
#ifndef ANTIN_SANDBOX_RULES_H
#define ANTIN_SANDBOX_RULES_H

#include "sandbox.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED 0
#endif

extern const struct sandbox_rule sandbox_rules[];
extern const size_t sandbox_rules_n;

#endif
