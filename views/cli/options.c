/* Options from tables, by getopt_long: the tables are also what help and completions are made of. */
#include "views/cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_VALUE 1000  /* getopt's value of table entry i is FIRST_VALUE + i: never a character */

struct parser {
	VEC(struct option) longs;
	VEC(const struct cli_option *) table;
	char shorts[128];
};

static void parser_add(struct parser *p, const struct cli_option *options)
{
	size_t n = strlen(p->shorts);

	for (; options && options->name; options++) {
		struct option o = { options->name, options->arg ? required_argument : no_argument, NULL,
		                    FIRST_VALUE + (int)p->table.len };
		vec_push(&p->longs, o);
		vec_push(&p->table, options);
		if (options->letter && n + 3 < sizeof p->shorts) {
			p->shorts[n++] = options->letter;
			if (options->arg)
				p->shorts[n++] = ':';
			p->shorts[n] = 0;
		}
	}
}

static const struct cli_option *parser_find(const struct parser *p, int got)
{
	if (got >= FIRST_VALUE && (size_t)(got - FIRST_VALUE) < p->table.len)
		return p->table.items[got - FIRST_VALUE];
	for (size_t i = 0; i < p->table.len; i++)
		if (p->table.items[i]->letter == got)
			return p->table.items[i];
	return NULL;
}

/* "--na" may be short for one option; getopt refuses it when it is short for none or for several. */
static int unknown_option(const struct parser *p, const char *word, struct error *err)
{
	const char *name = word + strspn(word, "-"), *first = NULL;
	size_t n = strcspn(name, "=");
	char *bare = xstrndup(name, n), guess[CLI_GUESS];
	struct near near = { .wanted = bare };
	int rc = 0;

	for (size_t i = 0; i < p->table.len && !rc; i++) {
		const char *o = p->table.items[i]->name;
		near_offer(&near, o);
		if (strncmp(o, bare, n))
			continue;
		if (first)
			rc = error_set(err, ERR_INVALID, "%s is short for several: --%s and --%s", word, first, o);
		first = o;
	}
	if (!rc)
		rc = error_set(err, ERR_INVALID, "there is no option %s%s", word, cli_guess(&near, "--", guess));
	free(bare);
	return rc;
}

/* optopt tells a short option or a known long one; an unknown long one is only to be seen in argv. */
static int parse_error(const struct parser *p, int got, char **argv, struct error *err)
{
	const struct cli_option *o = optopt ? parser_find(p, optopt) : NULL;

	if (got == ':' && o)
		return error_set(err, ERR_INVALID, "--%s needs a value (%s)", o->name, o->arg);
	if (o)
		return error_set(err, ERR_INVALID, "--%s takes no value", o->name);
	if (optopt && optopt < 256)
		return error_set(err, ERR_INVALID, "there is no option -%c", optopt);
	return unknown_option(p, argv[optind - 1], err);
}

int cli_parse(int argc, char **argv, const struct cli_option *own, const struct cli_option *common,
              struct cli_args *out, struct error *err)
{
	struct parser p = { .shorts = ":" };
	int got, words = 1, rc = 0;

	memset(out, 0, sizeof *out);
	parser_add(&p, own);
	parser_add(&p, common);
	vec_push(&p.longs, (struct option){ 0 });
	/* getopt would move "--" about; the words on its two sides mean different things here. */
	while (words < argc && strcmp(argv[words], "--"))
		words++;
	if (words < argc) {
		out->rest = argv + words + 1;
		out->n_rest = argc - words - 1;
	}
	optind = 0;
	opterr = 0;
	while (!rc && (got = getopt_long(words, argv, p.shorts, p.longs.items, NULL)) != -1) {
		const struct cli_option *o = parser_find(&p, got);
		if (got == '?' || got == ':' || !o)
			rc = parse_error(&p, got, argv, err);
		else
			vec_push(&out->values, ((struct cli_value){ o, o->arg ? optarg : NULL }));
	}
	out->argv = argv + optind;
	out->argc = words - optind;
	vec_free(&p.longs);
	vec_free(&p.table);
	return rc;
}

void cli_args_free(struct cli_args *a)
{
	vec_free(&a->values);
}

const char *cli_opt(const struct cli_args *a, const char *name)
{
	for (size_t i = a->values.len; i-- > 0;)
		if (!strcmp(a->values.items[i].option->name, name))
			return a->values.items[i].value;
	return NULL;
}

bool cli_flag(const struct cli_args *a, const char *name)
{
	for (size_t i = 0; i < a->values.len; i++)
		if (!strcmp(a->values.items[i].option->name, name))
			return true;
	return false;
}

int cli_opt_int(const struct cli_args *a, const char *name, int def, int min, int max, int *out,
                struct error *err)
{
	const char *s = cli_opt(a, name);
	char *end;
	long v;

	*out = def;
	if (!s)
		return 0;
	errno = 0;
	v = strtol(s, &end, 10);
	if (errno || end == s || *end || v < min || v > max)
		return error_set(err, ERR_INVALID, "--%s: \"%s\" is not a number from %d to %d", name, s, min, max);
	*out = (int)v;
	return 0;
}

int64_t cli_parse_span(const char *s)
{
	static const struct { char unit; int64_t ms; } units[] = {
		{ 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 }, { 'd', 86400000 },
	};
	char *end;
	double v;

	if (!s || !(isdigit((unsigned char)*s) || *s == '.'))
		return -1;
	v = strtod(s, &end);
	if (end == s || v < 0 || v > 1e9)
		return -1;
	if (!*end)
		return (int64_t)(v * 1000);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (*end == units[i].unit && !end[1])
			return (int64_t)(v * (double)units[i].ms);
	return -1;
}
