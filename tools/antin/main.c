/*
 * antin: for officials, recipients and application servers.  See commands.h for what it does.
 */
#include "cli.h"

#define CMD(name) extern const struct cli_cmd cmd_##name;
#include "commands.h"
#undef CMD

static const struct cli_cmd *const commands[] = {
#define CMD(name) &cmd_##name,
#include "commands.h"
#undef CMD
        NULL,
};

static const struct cli_program program = {
        .name = "antin",
        .section = 1,
        .summary = N_("Sign, check and explain official documents; manage tokens and trust"),
        .commands = commands,
};

int
main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
