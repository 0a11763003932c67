/*
 * Inside of the helper: loading of the module, and the calls that come in.
 */
#ifndef ANTIN_P11_SERVE_H
#define ANTIN_P11_SERVE_H

#include "wire.h"

/* Loads the module; what it says of that goes to the parent. */
CK_FUNCTION_LIST *serve_load(const char *path, struct antin_wire_hello *hello);
/* Calls the module; CKR_GENERAL_ERROR for arguments that no caller of ours gives. */
CK_RV serve_call(CK_FUNCTION_LIST *f, struct antin_wire_call *c);
/* Answers the calls of one connection until it is closed. */
void serve_connection(CK_FUNCTION_LIST *f, int fd);

#endif
