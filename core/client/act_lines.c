/* Lines of a plan made from a request: what differs from what was, and the command that does the same. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"

void act_diff(struct act *a, const cJSON *was, const struct act_member *members, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const cJSON *old = cJSON_GetObjectItemCaseSensitive(was, members[i].member);
		const cJSON *now = cJSON_GetObjectItemCaseSensitive(a->in, members[i].member);
		char before[400], after[400];
		record_value(old, before, sizeof before);
		record_value(now, after, sizeof after);
		if (!*before && !*after)
			continue;
		bool same = !strcmp(before, after) || !was;
		act_line(a, members[i].label, same ? NULL : *before ? before : "none", "%s", *after ? after : "none");
	}
}

/* "JobFlowId" → "job-flow-id", "EC2KeyName" → "ec2-key-name". */
static void flag_of(struct buf *out, const char *member)
{
	for (const char *p = member; *p; p++) {
		bool upper = isupper((unsigned char)*p) != 0;
		bool begins = p > member && (islower((unsigned char)p[1]) || islower((unsigned char)p[-1]) ||
		                             (isdigit((unsigned char)p[-1]) && isupper((unsigned char)p[1])));
		if (upper && begins)
			buf_addc(out, '-');
		buf_addc(out, (char)tolower((unsigned char)*p));
	}
}

static void add_words(struct buf *out, const cJSON *list)
{
	const cJSON *x;
	cJSON_ArrayForEach(x, list) {
		char text[512];
		buf_addc(out, ' ');
		act_shell_word(out, record_value(x, text, sizeof text));
	}
}

static bool is_plain_list(const cJSON *v)
{
	return cJSON_IsArray(v) && v->child && !cJSON_IsObject(v->child) && !cJSON_IsArray(v->child);
}

static void add_flag(struct buf *out, const cJSON *v)
{
	buf_adds(out, cJSON_IsFalse(v) ? " --no-" : " --");
	flag_of(out, v->string);
	if (cJSON_IsBool(v))
		return;
	if (is_plain_list(v)) {
		add_words(out, v);
		return;
	}
	char *text = cJSON_IsString(v) ? xstrdup(v->valuestring) : json_print(v);
	buf_addc(out, ' ');
	act_shell_word(out, text);
	free(text);
}

void act_aws_line(struct act *a, const char *words)
{
	struct buf b = BUF_INIT;
	const cJSON *v;
	buf_addf(&b, "aws %s", words);
	cJSON_ArrayForEach(v, a->in)
		add_flag(&b, v);
	free(a->cli);
	a->cli = buf_steal(&b);
}

void act_stoker_words(struct act *a, ...)
{
	struct buf b = BUF_INIT;
	const char *word;
	va_list ap;
	buf_adds(&b, a->cli ? a->cli : "stoker");
	va_start(ap, a);
	while ((word = va_arg(ap, const char *))) {
		buf_addc(&b, ' ');
		act_shell_word(&b, word);
	}
	va_end(ap);
	free(a->cli);
	a->cli = buf_steal(&b);
}

void act_stoker_line(struct act *a)
{
	struct buf b = BUF_INIT;
	char *text = json_print(a->in);
	buf_addf(&b, "stoker call %s ", a->target);
	act_shell_word(&b, text);
	free(text);
	free(a->cli);
	a->cli = buf_steal(&b);
}
