/*
 * What antind is made of: keys by URI with the PIN file of the configuration, the signer, the
 * server.  See service.h.
 */
#include "service.h"

#include <stdlib.h>
#include <unistd.h>

#include <antin/file.h>

enum { TOKEN, FILES, STORES };

struct service {
	struct cli *cli;
	const struct config *config;
	struct cli_pins *pins;
	struct antin_keystore *stores[STORES]; /* opened on first use */
	struct antin_signer *signer;
	struct antin_online *server;
	bool port_written;
};

/* As an operator's key is found, but nothing is ever generated here. */
static enum antin_rc
open_key(void *user, const char *uri, const struct antin_keygen *generate, struct antin_key **out,
         struct antin_err *err)
{
	struct service *s = user;
	size_t which = cli_is_token_uri(uri) ? TOKEN : FILES;
	enum antin_rc rc = ANTIN_OK;

	if (generate)
		return antin_fail(err, ANTIN_E_INTERNAL, N_("a service generates no keys"));
	if (!s->stores[which])
		rc = cli_keystore(s->cli, uri, s->config->module, cli_pins_source(s->pins),
		                  &s->stores[which], err);
	return rc == ANTIN_OK ? antin_keystore_find(s->stores[which], uri, out, err) : rc;
}

static enum antin_rc
open_signer(struct service *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) profiles = {0};
	struct antin_signer_config config = {
	        .store = s->config->store,
	        .folder = s->config->folder,
	        .actor = "service:antind",
	        .keys = {.open = open_key, .user = s},
	        .clock = s->cli->clock,
	};
	enum antin_rc rc = cli_path(CLI_PLACE_SHARE, "profiles", &profiles, err);

	config.profiles = antin_bytes_cstr(&profiles);
	return rc == ANTIN_OK ? antin_signer_direct(&config, &s->signer, err) : rc;
}

enum antin_rc
service_open(struct cli *c, const struct config *config, struct service **out,
             struct antin_err *err)
{
	const struct cli_pin_args args = {.pin_file = config->pin_file, .pin_fd = -1};
	const struct cli_token_how how = {.isolate = config->isolate,
	                                  .environment = config->environment,
	                                  .timeout = (unsigned int)config->token_timeout};
	ANTIN_OWN_S(service) s = calloc(1, sizeof(*s));
	enum antin_rc rc;

	if (!s)
		return antin_fail_memory(err);
	s->cli = c;
	s->config = config;
	rc = cli_tokens_configure(c, &how, err);
	if (rc == ANTIN_OK)
		rc = cli_pins_new(c, &args, &s->pins, err);
	if (rc == ANTIN_OK)
		rc = open_signer(s, err);
	if (rc == ANTIN_OK)
		*out = ANTIN_TAKE(s);
	return rc;
}

void
service_free(struct service *s)
{
	if (!s)
		return;
	antin_online_free(s->server);
	if (s->port_written)
		(void)unlink(s->config->port_file);
	antin_signer_free(s->signer);
	for (size_t i = 0; i < STORES; i++)
		antin_keystore_free(s->stores[i]);
	cli_pins_free(s->pins);
	free(s);
}

static enum antin_rc
answer(void *user, const struct antin_slice *cert_ids, size_t n, struct antin_slice nonce,
       struct antin_signer_ocsp *out, struct antin_err *err)
{
	struct service *s = user;

	return antin_signer_ocsp(s->signer, cert_ids, n, nonce, out, err);
}

static void
report(void *user, const char *line)
{
	(void)user;
	(void)fprintf(stderr, "antind: %s\n", line);
}

static enum antin_rc
write_port(struct service *s, struct antin_err *err)
{
	ANTIN_SCOPED(antin_bytes) text = {0};
	enum antin_rc rc;

	if (!s->config->port_file)
		return ANTIN_OK;
	antin_bytes_printf(&text, "%u\n", (unsigned int)antin_online_port(s->server));
	rc = antin_bytes_check(&text, err);
	if (rc == ANTIN_OK)
		rc = antin_file_write(s->config->port_file, antin_bytes_slice(&text),
		                      ANTIN_OUTPUT_REPLACE, err);
	s->port_written = rc == ANTIN_OK;
	return rc;
}

static const char *
folder_of(const struct service *s)
{
	return s->config->folder ? s->config->folder : antin_signer_folder(s->signer);
}

enum antin_rc
service_start(struct service *s, int socket, struct antin_err *err)
{
	const struct antin_online_config config = {
	        .address = s->config->listen,
	        .port = (uint16_t)s->config->port,
	        .socket = socket,
	        .folder = folder_of(s),
	        .connections = (unsigned int)s->config->connections,
	        .timeout = (unsigned int)s->config->timeout,
	        .ocsp_ms = 1000 * (unsigned int)s->config->ocsp_timeout,
	        .clock = s->cli->clock,
	        .ocsp = answer,
	        .report = report,
	        .user = s,
	};
	enum antin_rc rc = antin_online_start(&config, &s->server, err);

	return rc == ANTIN_OK ? write_port(s, err) : rc;
}

struct antin_online *
service_server(struct service *s)
{
	return s->server;
}
