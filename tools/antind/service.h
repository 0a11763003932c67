/*
 * The running service: the signer in this process, the server over it.
 */
#ifndef ANTIN_TOOLS_ANTIND_SERVICE_H
#define ANTIN_TOOLS_ANTIND_SERVICE_H

#include "cli.h"

#include <antin_online.h>

#include "config.h"

struct service;
/* Opens the store; no key is touched and nothing listens yet. */
enum antin_rc service_open(struct cli *c, const struct config *config, struct service **out,
                           struct antin_err *err) ANTIN_MUST;
void service_free(struct service *s);
ANTIN_OWNER_S(service, service_free);
/* Listens: on the socket handed over (-1: none) or as configured; writes the port file. */
enum antin_rc service_start(struct service *s, int socket, struct antin_err *err) ANTIN_MUST;
struct antin_online *service_server(struct service *s);

#endif
