/*
 * Commands that read a stranger's file and do nothing but print: they shut themselves into the cage
 * of the helpers (sandbox.h) as soon as they have its octets.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <antin/key.h>

#include "cli.h"
#include "sandbox.h"

enum { MEMORY = 1 << 30, SECONDS = 900, WHOLE = ~0 };

/* Translations and libcrypto read files at their first use. */
static enum antin_rc
warm_up(struct antin_err *err)
{
	uint8_t digest[ANTIN_DIGEST_MAX];
	const char *header = gettext("");

	return antin_sha256(antin_slice_text(header), digest, err);
}

enum antin_rc
cli_shut_in(struct cli *c, struct antin_err *err)
{
	static const struct sandbox_rule printing[] = {
	        {SYS_write, SANDBOX_ALLOW, 1, WHOLE, STDOUT_FILENO},
	        {SYS_writev, SANDBOX_ALLOW, 1, WHOLE, STDOUT_FILENO},
	};
	static const struct sandbox cage = {
	        .memory = MEMORY,
	        .seconds = SECONDS,
	        .keep = STDERR_FILENO + 1,
	        .rules = printing,
	        .n_rules = sizeof(printing) / sizeof(printing[0]),
	        .writes = true,
	};
	const char *failed = "libcrypto";
	bool isolate = false;
	enum antin_rc rc = cli_setting_flag(c, "verify.isolate", &isolate, err);

	/* A sanitizer makes calls of its own at the end. */
	if (rc != ANTIN_OK || !isolate || !sandbox_kills())
		return rc;
	rc = warm_up(err);
	if (rc == ANTIN_OK && !sandbox_enter(&cage, &failed)) {
		rc = antin_fail(err, ANTIN_E_SERVICE,
		                N_("the program cannot be shut in before it reads: %s (%s)"),
		                failed, strerrorname_np(errno) ? strerrorname_np(errno) : "?");
		antin_err_set_hint(err, N_("antin doctor says what this computer lacks."));
	}
	return rc;
}
