/*
 * The configuration of antind: one JSON object, described by a table of fields.
 */
#ifndef ANTIN_TOOLS_ANTIND_CONFIG_H
#define ANTIN_TOOLS_ANTIND_CONFIG_H

#include <antin/fields.h>

struct config {
	char *listen;    /* IP address */
	int64_t port;    /* 0: a free one */
	char *port_file; /* where the port is written; NULL nowhere */
	char *store;     /* "sqlite:PATH" */
	char *folder;    /* of the authority; NULL: beside its store */
	char *module;    /* PKCS#11 module of the responder's key; NULL: the setting */
	char *pin_file;  /* its PIN; NULL: none is needed */
	int64_t connections, timeout;
	int64_t ocsp_timeout;  /* seconds until a request is told to try later; 0: the usual */
	bool isolate;          /* the module runs in a process of its own */
	char *environment;     /* names of variables that it gets besides; NULL: none */
	int64_t token_timeout; /* seconds for a call of it; 0: the usual */
};

extern const struct antin_field config_fields[];

/* Reads the file; paths in it that are not absolute begin at its folder. */
enum antin_rc config_load(const char *path, struct config *out, struct antin_err *err) ANTIN_MUST;
void config_done(struct config *c);
ANTIN_SCOPED_S(config, config_done);

#endif
