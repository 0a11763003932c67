/*
 * The commands of antin-ca, one line each, in the order of --help.  Included twice by main.c.
 */
/* authorities */
CMD(init)
CMD(sub)
CMD(responder)

/* certificates */
CMD(issue)
CMD(revoke)
CMD(hold)
CMD(resume)
CMD(list)
CMD(show)

/* what others see */
CMD(crl)

/* state of the authority */
CMD(status)
CMD(check)
CMD(clock)
CMD(profile_list)
CMD(profile_show)
CMD(db_migrate)
