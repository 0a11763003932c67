/*
 * --describe bash and zsh: completion of commands, options, choices and file names from the tables.
 */
#include "inner.h"

#include <string.h>

bool
cli_value_is_file(const char *value)
{
	static const char *const words[] = {"FILE", "PATH",   "DIR",     "CERT",
	                                    "CSR",  "MODULE", "PROGRAM", "PNG"};

	for (size_t i = 0; value && i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(value, words[i]))
			return true;
	return false;
}

/* A name of a shell function for the program: "antin-ca" gives "_antin_ca". */
static void
function_add(struct antin_bytes *b, const char *program)
{
	antin_bytes_byte(b, '_');
	for (; *program; program++)
		antin_bytes_byte(b, *program == '-' ? '_' : (uint8_t)*program);
}

/* Every command's name, and the groups that two-word commands form. */
static void
commands_add(struct antin_bytes *b, const struct cli_program *p)
{
	for (size_t i = 0; p->commands[i]; i++)
		antin_bytes_printf(b, "%s%s", i ? "|" : "", p->commands[i]->name);
}

/* The options of one table that take the next word as their value. */
static void
takers_add(struct antin_bytes *b, const struct cli_opt *opts)
{
	for (; opts && opts->name; opts++) {
		if (opts->kind == CLI_FLAG)
			continue;
		antin_bytes_printf(b, "--%s ", opts->name);
		if (opts->letter)
			antin_bytes_printf(b, "-%c ", opts->letter);
	}
}

/* The variables that both shells start with. */
static void
variables_add(struct antin_bytes *b, const struct cli_program *p)
{
	antin_bytes_text(b, "()\n{\n\tlocal commands='");
	commands_add(b, p);
	antin_bytes_text(b, "'\n\tlocal takers=' ");
	for (size_t i = 0; p->commands[i]; i++)
		takers_add(b, p->commands[i]->opts);
	takers_add(b, p->common);
	takers_add(b, cli_global_opts);
	antin_bytes_text(b, "'\n");
}

static void
option_words_add(struct antin_bytes *b, const struct cli_opt *opts)
{
	for (; opts && opts->name; opts++)
		if (!opts->hidden)
			antin_bytes_printf(b, " --%s", opts->name);
}

/* One case arm: 'sign --level') what the value can be. */
static void
bash_value_add(struct antin_bytes *b, const char *command, const struct cli_opt *o)
{
	if (o->kind == CLI_FLAG || o->hidden)
		return;
	/* "*" stands for any command, and is not quoted then. */
	antin_bytes_printf(b, "\t%s' --%s'", command, o->name);
	if (o->letter)
		antin_bytes_printf(b, "|%s' -%c'", command, o->letter);
	antin_bytes_text(b, ") ");
	if (o->kind == CLI_CHOICE) {
		antin_bytes_text(b, "words='");
		cli_choices_add(b, o->choices, " ");
		antin_bytes_byte(b, '\'');
	} else {
		antin_bytes_text(b, cli_value_is_file(o->value) ? "files=1" : "none=1");
	}
	antin_bytes_text(b, ";;\n");
}

static void
bash_values_add(struct antin_bytes *b, const char *command, const struct cli_opt *opts)
{
	char quoted[80];

	(void)snprintf(quoted, sizeof(quoted), *command == '*' ? "%s" : "'%s'", command);
	for (; opts && opts->name; opts++)
		bash_value_add(b, quoted, opts);
}

static void
bash_tables_add(struct antin_bytes *b, const struct cli_program *p)
{
	antin_bytes_text(b, "\tcase \"$cmd $opt\" in\n");
	for (size_t i = 0; p->commands[i]; i++)
		bash_values_add(b, p->commands[i]->name, p->commands[i]->opts);
	bash_values_add(b, "*", p->common);
	bash_values_add(b, "*", cli_global_opts);
	antin_bytes_text(b, "\tesac\n");
}

static void
bash_options_add(struct antin_bytes *b, const struct cli_program *p)
{
	antin_bytes_text(b, "\tcase \"$cmd\" in\n");
	for (size_t i = 0; p->commands[i]; i++) {
		antin_bytes_printf(b, "\t'%s') words='", p->commands[i]->name);
		option_words_add(b, p->commands[i]->opts);
		antin_bytes_text(b, "';;\n");
	}
	antin_bytes_text(b, "\tesac\n\twords+='");
	option_words_add(b, p->common);
	option_words_add(b, cli_global_opts);
	antin_bytes_text(b, "'\n");
}

/* The frame of the function.  Bash cuts words at "=", so "--level=b" arrives as three words. */
static const char bash_top[] =
        "\tlocal cur=${COMP_WORDS[COMP_CWORD]} opt=${COMP_WORDS[COMP_CWORD - 1]}\n"
        "\tlocal IFS=$' \\t\\n' i=1 w cmd= words= files= none= c\n"
        "\tlocal -a typed=()\n"
        "\tfor ((; i < COMP_CWORD; i++)); do\n"
        "\t\tw=${COMP_WORDS[i]}\n"
        "\t\tif [[ $w != -* ]]; then typed+=(\"$w\")\n"
        "\t\telif [[ ${COMP_WORDS[i + 1]} == = ]]; then ((i += 2))\n"
        "\t\telif [[ $takers == *\" $w \"* ]]; then ((i += 1)); fi\n"
        "\tdone\n"
        "\tfor c in \"${typed[0]} ${typed[1]}\" \"${typed[0]}\"; do\n"
        "\t\t[[ -n ${typed[0]} && \"|$commands|\" == *\"|$c|\"* ]] && { cmd=$c; break; }\n"
        "\tdone\n"
        "\tif [[ $cur == = ]]; then cur=\n"
        "\telif [[ $opt == = ]]; then opt=${COMP_WORDS[COMP_CWORD - 2]}; fi\n";

static const char bash_bottom[] =
        "\tif [[ -n $none ]]; then COMPREPLY=(); return; fi\n"
        "\tif [[ -n $files ]]; then mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return; fi\n"
        "\tif [[ -n $words ]]; then COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")); return; fi\n";

static const char bash_end[] =
        "\tif [[ -z $cmd && $cur != -* ]]; then\n"
        "\t\twords=$(local IFS='|'; for c in $commands; do\n"
        "\t\t\tif [[ -z ${typed[0]} ]]; then echo \"${c%% *}\"\n"
        "\t\t\telif [[ $c == \"${typed[0]} \"* ]]; then echo \"${c#* }\"; fi; done | sort -u)\n"
        "\telif [[ $cur != -* ]]; then\n"
        "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return\n"
        "\tfi\n"
        "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
        "}\n";

void
cli_bash_add(const struct cli_program *p, struct antin_bytes *b)
{
	antin_bytes_printf(b, "# Completion of %s for bash, made by --describe bash.\n", p->name);
	function_add(b, p->name);
	variables_add(b, p);
	antin_bytes_text(b, bash_top);
	bash_tables_add(b, p);
	antin_bytes_text(b, bash_bottom);
	bash_options_add(b, p);
	antin_bytes_text(b, bash_end);
	antin_bytes_text(b, "complete -o filenames -F ");
	function_add(b, p->name);
	antin_bytes_printf(b, " %s\n", p->name);
}

/* Text inside '...[...]' of a zsh option specification. */
static void
zsh_text_add(struct antin_bytes *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			antin_bytes_text(b, "'\\''");
		else if (strchr("[]:\\", *text))
			antin_bytes_printf(b, "\\%c", *text);
		else
			antin_bytes_byte(b, (uint8_t)*text);
	}
}

static void
zsh_spec_add(struct antin_bytes *b, const char *dashed, const struct cli_opt *o)
{
	antin_bytes_printf(b, "\t\t'%s%s%s[", o->kind == CLI_TEXTS ? "*" : "", dashed,
	                   o->kind == CLI_FLAG ? ""
	                   : dashed[1] == '-'  ? "="
	                                       : "+");
	zsh_text_add(b, o->help);
	antin_bytes_byte(b, ']');
	if (o->kind == CLI_CHOICE) {
		antin_bytes_text(b, ":value:(");
		cli_choices_add(b, o->choices, " ");
		antin_bytes_byte(b, ')');
	} else if (o->kind != CLI_FLAG) {
		antin_bytes_text(b, cli_value_is_file(o->value) ? ":file:_files" : ":value: ");
	}
	antin_bytes_text(b, "'\n");
}

static void
zsh_options_add(struct antin_bytes *b, const struct cli_opt *opts)
{
	for (; opts && opts->name; opts++) {
		ANTIN_SCOPED(antin_bytes) name = {0};
		char letter[3] = {'-', opts->letter, 0};

		if (opts->hidden)
			continue;
		antin_bytes_printf(&name, "--%s", opts->name);
		zsh_spec_add(b, antin_bytes_cstr(&name), opts);
		if (opts->letter)
			zsh_spec_add(b, letter, opts);
	}
}

static const char zsh_top[] =
        "\tlocal cmd= c\n"
        "\tlocal -a typed specs first\n"
        "\tinteger i\n"
        "\tfor ((i = 2; i < CURRENT; i++)); do\n"
        "\t\tif [[ $words[i] != -* ]]; then typed+=($words[i])\n"
        "\t\telif [[ $takers == *\" $words[i] \"* ]]; then ((i += 1)); fi\n"
        "\tdone\n"
        "\tfor c in \"$typed[1] $typed[2]\" \"$typed[1]\"; do\n"
        "\t\t[[ -n $typed[1] && \"|$commands|\" == *\"|$c|\"* ]] && { cmd=$c; break }\n"
        "\tdone\n"
        "\tcase \"$cmd\" in\n";

static const char zsh_end[] = "\tif [[ -z $cmd && $words[CURRENT] != -* ]]; then\n"
                              "\t\tfor c in ${(s:|:)commands}; do\n"
                              "\t\t\tif [[ -z $typed[1] ]]; then first+=(${c%% *})\n"
                              "\t\t\telif [[ $c == \"$typed[1] \"* ]]; then first+=(${c#* }); fi\n"
                              "\t\tdone\n"
                              "\t\tcompadd -- ${(u)first}\n"
                              "\telse\n"
                              "\t\t_arguments -s -S $specs '*:file:_files'\n"
                              "\tfi\n"
                              "}\n";

void
cli_zsh_add(const struct cli_program *p, struct antin_bytes *b)
{
	antin_bytes_printf(b, "#compdef %s\n# Completion for zsh, made by --describe zsh.\n",
	                   p->name);
	function_add(b, p->name);
	variables_add(b, p);
	antin_bytes_text(b, zsh_top);
	for (size_t i = 0; p->commands[i]; i++) {
		antin_bytes_printf(b, "\t'%s') specs=(\n", p->commands[i]->name);
		zsh_options_add(b, p->commands[i]->opts);
		antin_bytes_text(b, "\t\t);;\n");
	}
	antin_bytes_text(b, "\tesac\n\tspecs+=(\n");
	zsh_options_add(b, p->common);
	zsh_options_add(b, cli_global_opts);
	antin_bytes_text(b, "\t)\n");
	antin_bytes_text(b, zsh_end);
	function_add(b, p->name);
	antin_bytes_text(b, " \"$@\"\n");
}
