/*
 * The commands of antin, one line each, in the order of --help.  Included twice by main.c.
 */
/* tokens */

/* documents */

/* certificates */

/* trust and settings */
CMD(config_list)
CMD(config_get)
CMD(config_set)
CMD(config_path)
