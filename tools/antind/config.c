/*
 * Reading of antind's configuration.  See config.h.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct config, member)

const struct antin_field config_fields[] = {
        {"listen", ANTIN_FIELD_TEXT, AT(listen), 2, 64, NULL, false,
         N_("IP address to listen on; 127.0.0.1 when absent")},
        {"port", ANTIN_FIELD_INT, AT(port), 0, 65535, NULL, true,
         N_("Port to listen on; 0 means a free one")},
        {"portFile", ANTIN_FIELD_TEXT, AT(port_file), 1, 1024, NULL, false,
         N_("File that the port is written to while the service runs")},
        {"store", ANTIN_FIELD_TEXT, AT(store), 1, 1024, NULL, true,
         N_("Store of the authority, like sqlite:/var/lib/antin/NAME/store.db")},
        {"folder", ANTIN_FIELD_TEXT, AT(folder), 1, 1024, NULL, false,
         N_("Folder of the authority; beside its store when absent")},
        {"module", ANTIN_FIELD_TEXT, AT(module), 1, 1024, NULL, false,
         N_("PKCS#11 module of the token that holds the responder's key")},
        {"pinFile", ANTIN_FIELD_TEXT, AT(pin_file), 1, 1024, NULL, false,
         N_("File with mode 0600 whose first line is the PIN of that key")},
        {"connections", ANTIN_FIELD_INT, AT(connections), 1, 10000, NULL, false,
         N_("Connections at once; 256 when absent")},
        {"timeout", ANTIN_FIELD_INT, AT(timeout), 1, 3600, NULL, false,
         N_("Seconds after which an idle connection is closed; 15 when absent")},
        {"ocspTimeout", ANTIN_FIELD_INT, AT(ocsp_timeout), 1, 60, NULL, false,
         N_("Seconds that an OCSP request waits for its answer before it is told to try later; 5 "
            "when absent")},
        {"isolate", ANTIN_FIELD_BOOL, AT(isolate), 0, 0, NULL, false,
         N_("Whether the module runs in a process of its own, which is killed when it hangs; true "
            "when absent")},
        {"moduleEnvironment", ANTIN_FIELD_TEXT, AT(environment), 0, 1000, NULL, false,
         N_("Names of further environment variables that the module gets then")},
        {"tokenTimeout", ANTIN_FIELD_INT, AT(token_timeout), 1, 3600, NULL, false,
         N_("Seconds that a call of the module may take; 30 when absent")},
        ANTIN_FIELD_END,
};

void
config_done(struct config *c)
{
	antin_fields_done(config_fields, c);
}

/* Puts the configuration's folder before the path in *text, which follows `keep` octets. */
static enum antin_rc
anchor(char **text, size_t keep, const char *config, struct antin_err *err)
{
	const char *slash = strrchr(config, '/');
	ANTIN_SCOPED(antin_bytes) path = {0};
	char *made;

	if (!*text || (*text)[keep] == '/' || (*text)[keep] == ':' || !slash)
		return ANTIN_OK;
	antin_bytes_add(&path, *text, keep);
	antin_bytes_add(&path, config, (size_t)(slash + 1 - config));
	antin_bytes_text(&path, *text + keep);
	made = antin_bytes_cstr(&path) ? strdup((const char *)path.p) : NULL;
	if (!made)
		return antin_fail_memory(err);
	free(*text);
	*text = made;
	return ANTIN_OK;
}

static enum antin_rc
anchor_all(struct config *c, const char *path, struct antin_err *err)
{
	static const char sqlite[] = "sqlite:";
	enum antin_rc rc = anchor(&c->port_file, 0, path, err);

	if (rc == ANTIN_OK)
		rc = anchor(&c->folder, 0, path, err);
	if (rc == ANTIN_OK)
		rc = anchor(&c->pin_file, 0, path, err);
	if (rc == ANTIN_OK && strncmp(c->store, sqlite, sizeof(sqlite) - 1) == 0)
		rc = anchor(&c->store, sizeof(sqlite) - 1, path, err);
	return rc;
}

enum antin_rc
config_load(const char *path, struct config *out, struct antin_err *err)
{
	ANTIN_SCOPED(config) c = {.isolate = true};
	ANTIN_OWN(json_t) json = NULL;
	enum antin_rc rc = antin_json_load(path, &json, err);

	if (rc == ANTIN_OK)
		rc = antin_fields_read(config_fields, json, &c, err);
	if (rc == ANTIN_OK && !c.listen && !(c.listen = strdup("127.0.0.1")))
		rc = antin_fail_memory(err);
	if (rc == ANTIN_OK)
		rc = anchor_all(&c, path, err);
	if (rc != ANTIN_OK) {
		antin_err_set_file(err, path);
		return rc;
	}
	*out = c;
	c = (struct config){0};
	return ANTIN_OK;
}
