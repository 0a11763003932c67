/*
 * The commands of antin, one line each, in the order of --help.  Included twice by main.c.
 */
/* tokens */
CMD(token_list)
CMD(token_show)
CMD(token_init)
CMD(token_keygen)
CMD(token_request)
CMD(token_import)
CMD(token_delete)
CMD(token_pin)
CMD(token_unblock)
CMD(token_wait)
CMD(token_check)
CMD(doctor)

/* documents */
CMD(sign)
CMD(verify)

/* certificates */
CMD(cert_show)
CMD(cert_lint)
CMD(cert_verify)

/* trust and settings */
CMD(trust_import)
CMD(trust_list)
CMD(trust_remove)
CMD(trust_update)
CMD(trust_bundle)
CMD(trust_export)
CMD(config_list)
CMD(config_get)
CMD(config_set)
CMD(config_path)
