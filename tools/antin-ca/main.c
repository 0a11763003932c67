/*
 * antin-ca: for those who run an authority.  See commands.h for what it does.
 */
#include "ca.h"

#define CMD(name) extern const struct cli_cmd cmd_##name;
#include "commands.h"
#undef CMD

static const struct cli_cmd *const commands[] = {
#define CMD(name) &cmd_##name,
#include "commands.h"
#undef CMD
        NULL,
};

static const struct cli_opt common[] = {
        CLI_OPT_TEXT(struct ca_common, store, "store", 0, "ADDRESS",
                     N_("Where the authority is recorded: sqlite:PATH; without it ANTIN_CA_STORE "
                        "and antin-ca.json say it")),
        CLI_OPT_FLAG(struct ca_common, direct, "direct", 0,
                     N_("Use the keys of the authority in this process; so far this is always so")),
        CLI_OPT_END,
};

static const struct cli_program program = {
        .name = "antin-ca",
        .section = 1,
        .summary = N_("Make an authority, issue and revoke certificates, publish, list and check"),
        .commands = commands,
        .common = common,
        .common_size = sizeof(struct ca_common),
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
