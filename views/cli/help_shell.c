/* Completions for bash and zsh. Both ask `stoker help --names` for what only the server knows; it is never
 * started for that. */
#include <string.h>

#include "views/cli/help.h"

static void names(FILE *f)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);

	for (size_t i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? " " : "", all[i]->name);
}

static void option_words(FILE *f, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		fprintf(f, " --%s", o->name);
		if (o->letter)
			fprintf(f, " -%c", o->letter);
	}
}

void help_bash(FILE *f)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);

	fputs("# Completion for stoker; made by `stoker help --bash`.\n"
	      "_stoker() {\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
	      "\tlocal options='' kinds='' kind='' cluster='' at=0 i\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W '", f);
	names(f);
	fputs("' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $command in\n", f);
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "\t%s%s%s)\n\t\toptions='", all[i]->name, all[i]->alias ? "|" : "",
		        all[i]->alias ? all[i]->alias : "");
		option_words(f, all[i]->options);
		if (!all[i]->pass)
			option_words(f, cli_common_options);
		fprintf(f, "' kinds='%s' ;;\n", all[i]->words);
	}
	fputs("\tesac\n"
	      "\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in -*) ;; *) at=$((at + 1)); [ $at = 1 ] && cluster=${COMP_WORDS[i]} ;; esac\n"
	      "\tdone\n"
	      "\tset -- $kinds\n"
	      "\t[ $at -lt $# ] || at=$(($# - 1))\n"
	      "\tkind=''\n"
	      "\t[ $# = 0 ] || { shift $at; kind=$1; }\n"
	      "\tcase $cur in -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")); return ;; esac\n"
	      "\tcase $kind in\n"
	      "\t'' | file) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	      "\tcommand) COMPREPLY=($(compgen -W '", f);
	names(f);
	fputs("' -- \"$cur\")) ;;\n"
	      "\tcluster) COMPREPLY=($(compgen -W \"$(stoker help --names clusters 2>/dev/null)\" -- \"$cur\")) ;;\n"
	      "\tstep) COMPREPLY=($(compgen -W \"$(stoker help --names steps \"$cluster\" 2>/dev/null)\" -- \"$cur\")) ;;\n"
	      "\tgroup) COMPREPLY=($(compgen -W 'core= task=' -- \"$cur\")); compopt -o nospace 2>/dev/null ;;\n"
	      "\t*) COMPREPLY=($(compgen -W \"${kind//|/ }\" -- \"$cur\")) ;;\n"
	      "\tesac\n"
	      "}\n"
	      "complete -o filenames -F _stoker stoker\n", f);
}

/* In single quotes for zsh, with the characters that _arguments gives a meaning escaped. */
static void zsh_text(FILE *f, const char *s)
{
	for (; *s; s++)
		if (*s == '\'')
			fputs("'\\''", f);
		else if (strchr(":[]\\", *s))
			fprintf(f, "\\%c", *s);
		else
			fputc(*s, f);
}

static void zsh_options(FILE *f, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		for (int pass = o->letter ? 0 : 1; pass < 2; pass++) {
			if (pass == 0)
				fprintf(f, " \\\n\t\t\t'*-%c[", o->letter);
			else
				fprintf(f, " \\\n\t\t\t'*--%s[", o->name);
			zsh_text(f, o->help);
			fputc(']', f);
			if (o->arg) {
				fputc(':', f);
				zsh_text(f, o->arg);
				fputs(strstr(o->arg, "FILE") ? ":_files" : ":", f);
			}
			fputc('\'', f);
		}
	}
}

static void zsh_words(FILE *f, const char *words)
{
	char copy[256], *word, *save = NULL;
	int i = 0;

	snprintf(copy, sizeof copy, "%s", words);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		i++;
		if (strchr(word, '|')) {
			for (char *c = word; *c; c++)
				if (*c == '|')
					*c = ' ';
			fprintf(f, " \\\n\t\t\t'%d: :(%s)'", i, word);
		} else if (!strcmp(word, "file")) {
			fprintf(f, " \\\n\t\t\t'%d: :_files'", i);
		} else if (!strcmp(word, "group")) {
			fprintf(f, " \\\n\t\t\t'*: :(core= task=)'");
		} else if (!strcmp(word, "command")) {
			fprintf(f, " \\\n\t\t\t'%d: :_stoker_commands'", i);
		} else {
			fprintf(f, " \\\n\t\t\t'%d:%s:_stoker_%ss'", i, word, word);
		}
	}
}

void help_zsh(FILE *f)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);

	fputs("#compdef stoker\n# Completion for stoker; made by `stoker help --zsh`.\n"
	      "_stoker_clusters() { compadd -- ${(f)\"$(stoker help --names clusters 2>/dev/null)\"} }\n"
	      "_stoker_steps() { compadd -- ${(f)\"$(stoker help --names steps ${words[2]} 2>/dev/null)\"} }\n"
	      "_stoker_commands() {\n\tlocal -a commands=(", f);
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "\n\t\t'%s:", all[i]->name);
		zsh_text(f, all[i]->summary);
		fputc('\'', f);
	}
	fputs("\n\t)\n\t_describe command commands\n}\n"
	      "_stoker() {\n"
	      "\tif ((CURRENT == 2)); then\n\t\t_stoker_commands\n\t\treturn\n\tfi\n"
	      "\tshift words\n\t((CURRENT--))\n"
	      "\tcase ${words[1]} in\n", f);
	for (size_t i = 0; i < n; i++) {
		if (all[i]->pass)
			continue;
		fprintf(f, "\t%s%s%s)\n\t\t_arguments -s -S", all[i]->name, all[i]->alias ? "|" : "",
		        all[i]->alias ? all[i]->alias : "");
		zsh_options(f, all[i]->options);
		zsh_options(f, cli_common_options);
		zsh_words(f, all[i]->words);
		fputs(" ;;\n", f);
	}
	fputs("\t*) _files ;;\n\tesac\n}\n_stoker \"$@\"\n", f);
}
