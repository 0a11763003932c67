/*
 * antin doctor: what can be found, one row each with what it means and what to do.
 */
#ifndef ANTIN_TOOLS_DOCTOR_H
#define ANTIN_TOOLS_DOCTOR_H

#include "cli.h"

/* Symbol, part that is looked at, state, sentence, what to do. */
#define DOCTOR_ROWS(X)                                                                             \
	X(SETTINGS_OK, "settings", GOOD, N_("the settings are in order"), "")                      \
	X(SETTINGS_HASH, "settings", WARNING,                                                      \
	  N_("sign.certificate is no SHA-256 and counts "                                          \
	     "for nothing"),                                                                       \
	  N_("Take it back: antin config set sign.certificate --default"))                         \
	X(MODULE_OK, "modules", GOOD, N_("the driver loads"), "")                                  \
	X(MODULE_BROKEN, "modules", PROBLEM, N_("the driver cannot be used"),                      \
	  N_("Install the driver of the token anew, or name another one with --module."))          \
	X(MODULE_IDLE, "modules", WARNING, N_("a driver that was found cannot be used"),           \
	  N_("If your token needs it, start the smart-card service or install the driver anew."))  \
	X(MODULE_NONE, "modules", PROBLEM, N_("no driver of a token is installed"),                \
	  N_("Install the driver that came with the token."))                                      \
	X(ISOLATION_ON, "modules", GOOD, N_("drivers run in a process of their own"), "")          \
	X(ISOLATION_OFF, "modules", GOOD, N_("drivers run inside the program that uses them"), "") \
	X(ISOLATION_BROKEN, "modules", PROBLEM,                                                    \
	  N_("the program that drivers are to run in is missing"),                                 \
	  N_("Install this program anew, or switch it off: antin config set token.isolate false")) \
	X(SERVICE_OK, "readers", GOOD, N_("the smart-card service runs"), "")                      \
	X(SERVICE_NONE, "readers", WARNING, N_("the smart-card service does not run"),             \
	  N_("For tokens on USB start it: systemctl start pcscd"))                                 \
	X(READER_NONE, "readers", WARNING, N_("no reader and no token is connected"),              \
	  N_("Plug the token in; try another USB port."))                                          \
	X(TOKEN_NONE, "tokens", WARNING, N_("no token is connected"),                              \
	  N_("Plug the token in; try another USB port."))                                          \
	X(TOKEN_OK, "tokens", GOOD, N_("the token answers"), "")                                   \
	X(TOKEN_BLANK, "tokens", WARNING, N_("the token is not initialised"),                      \
	  N_("Ask your registration officer, or initialise it: antin token init"))                 \
	X(TOKEN_SILENT, "tokens", PROBLEM, N_("the token cannot be read"),                         \
	  N_("Take the token out, put it back and try again."))                                    \
	X(PIN_OK, "pin", GOOD, N_("the PIN is in order"), "")                                      \
	X(PIN_LOW, "pin", WARNING, N_("a wrong PIN was given lately"),                             \
	  N_("Check the PIN before typing it again."))                                             \
	X(PIN_FINAL, "pin", PROBLEM, N_("one PIN try is left"),                                    \
	  N_("Do not guess: find the PIN out, or have it unblocked: antin token unblock"))         \
	X(PIN_LOCKED, "pin", PROBLEM, N_("the PIN is locked"),                                     \
	  N_("Have it unblocked by your officer: antin token unblock"))                            \
	X(PIN_UNSET, "pin", PROBLEM, N_("the token has no PIN yet"),                               \
	  N_("Have your officer set it: antin token unblock"))                                     \
	X(CERT_NONE, "certificates", WARNING, N_("there is no certificate on a token"),            \
	  N_("Ask for one: antin token request"))                                                  \
	X(CERT_OK, "certificates", GOOD, N_("the certificate is in force"), "")                    \
	X(CERT_SOON, "certificates", WARNING, N_("the certificate expires within 30 days"),        \
	  N_("Ask your registration officer for a renewed certificate now."))                      \
	X(CERT_EXPIRED, "certificates", PROBLEM, N_("the certificate has expired"),                \
	  N_("Ask your registration officer for a renewed certificate."))                          \
	X(CERT_EARLY, "certificates", PROBLEM, N_("the certificate is not valid yet"),             \
	  N_("Check the clock of this computer."))                                                 \
	X(TRUST_OK, "trust", GOOD, N_("authorities are trusted"), "")                              \
	X(TRUST_NONE, "trust", WARNING,                                                            \
	  N_("no authority is trusted yet: no signature can be "                                   \
	     "found valid"),                                                                       \
	  N_("Import the root certificate: antin trust import FILE"))                              \
	X(TRUST_BROKEN, "trust", PROBLEM, N_("a trusted certificate cannot be read"),              \
	  N_("Take the file out of the folder, then import it anew."))                             \
	X(CLOCK_OK, "clock", GOOD, N_("the clock is later than the files of this program"), "")    \
	X(CLOCK_BEHIND, "clock", PROBLEM, N_("the clock is behind: this file was written later"),  \
	  N_("Set the clock of this computer; switch its synchronisation on."))                    \
	X(NETWORK_OK, "network", GOOD, N_("the address answers"), "")                              \
	X(NETWORK_OFF, "network", UNKNOWN,                                                         \
	  N_("the network is switched off: no address was asked"),                                 \
	  N_("Switch it on: antin config set network.mode auto"))                                  \
	X(NETWORK_NONE, "network", UNKNOWN,                                                        \
	  N_("no certificate here names an address: none was asked"), "")                          \
	X(NETWORK_ISSUER, "network", UNKNOWN,                                                      \
	  N_("the OCSP service was not asked: the certificate of the issuer is not at hand"),      \
	  N_("Import it: antin trust import FILE"))                                                \
	X(NETWORK_SILENT, "network", WARNING, N_("the address gave no usable answer"),             \
	  N_("Ask who runs your network whether it may be reached, or set a proxy: antin config "  \
	     "set network.proxy"))                                                                 \
	X(NETWORK_PRIVATE, "network", WARNING,                                                     \
	  N_("the address lies in a private network and is not asked"),                            \
	  N_("If it is a service of yours, allow its host: antin config set net.allow HOST"))      \
	X(NETWORK_BAD, "network", WARNING,                                                         \
	  N_("the certificate names an address that cannot be asked"),                             \
	  N_("Tell the authority that issued the certificate."))                                   \
	X(NETWORK_BROKEN, "network", PROBLEM,                                                      \
	  N_("the program that asks addresses of the network is missing"),                         \
	  N_("Install this program anew."))                                                        \
	X(WORKER_OK, "worker", GOOD,                                                               \
	  N_("documents of strangers are read in a process that is shut in"), "")                  \
	X(WORKER_OFF, "worker", WARNING,                                                           \
	  N_("documents of strangers are read inside the program that has all your rights"),       \
	  N_("Switch their isolation on again: antin config set verify.isolate --default"))        \
	X(WORKER_BROKEN, "worker", PROBLEM, N_("no document can be checked or signed"),            \
	  N_("Install this program anew; the kernel, or the container, must have seccomp."))       \
	X(SANDBOX_OK, "sandbox", GOOD, N_("the system can shield programs (Landlock)"), "")        \
	X(SANDBOX_NONE, "sandbox", WARNING, N_("the system cannot shield programs (Landlock)"),    \
	  N_("Use a Linux kernel of version 5.13 or later with Landlock switched on."))            \
	X(LOCALE_OK, "locale", GOOD, N_("Vietnamese letters can be shown"), "")                    \
	X(LOCALE_BAD, "locale", WARNING,                                                           \
	  N_("the locale is not UTF-8: Vietnamese letters may be "                                 \
	     "shown wrong"),                                                                       \
	  N_("Set it: export LC_ALL=C.UTF-8"))

enum doctor_code {
#define DOCTOR_ENUM(sym, part, state, text, advice) DOCTOR_##sym,
	DOCTOR_ROWS(DOCTOR_ENUM)
#undef DOCTOR_ENUM
	        DOCTOR_CODES
};
enum doctor_state { DOCTOR_GOOD, DOCTOR_UNKNOWN, DOCTOR_WARNING, DOCTOR_PROBLEM, DOCTOR_STATES };

struct doctor {
	struct cli *c;
	const char *module; /* --module */
	json_t *findings;
	struct antin_certs certs; /* of people, on the tokens */
	unsigned int counts[DOCTOR_STATES];
};

/* Prints and keeps one finding about `subject`, foreign text or "". */
void doctor_find(struct doctor *d, enum doctor_code code, const char *subject);
/* The same with the error that was met. */
void doctor_find_error(struct doctor *d, enum doctor_code code, const char *subject,
                       const struct antin_err *why);

/* doctor_network.c: the addresses that those certificates name. */
enum antin_rc doctor_network(struct doctor *d, struct antin_err *err) ANTIN_MUST;
/* doctor_token.c: drivers, readers, tokens, PINs, certificates. */
enum antin_rc doctor_tokens(struct doctor *d, struct antin_err *err) ANTIN_MUST;

#endif
