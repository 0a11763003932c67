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

/* documents */
CMD(sign)
