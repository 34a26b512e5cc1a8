/* What must not be in a trail that others read. Secrets are found by the names they go by: members of the API,
 * properties of a configuration ("fs.s3a.secret.key"), arguments of a step ("--password=x", "--token" "x"). */
#include <ctype.h>
#include <strings.h>

#include "core/base/json.h"
#include "core/control/access/access.h"

#define HIDDEN "HIDDEN_DUE_TO_SECURITY_REASONS"    /* CloudTrail's own word */

bool redact_name(const char *name, size_t n)
{
	static const char *const words[] = { "secret", "password", "passwd", "credential", "apikey", "api_key", "api-key",
		"privatekey", "private_key", "private-key", "token", "authorization" };
	static const char *const harmless[] = { "clienttoken", "clientrequesttoken", "nexttoken" };
	char lower[128];

	n = n < sizeof lower ? n : sizeof lower - 1;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[n] = '\0';
	for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
		if (!strcmp(lower, harmless[i]))
			return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(lower, words[i]))
			return true;
	return false;
}

/* The name that a word says: "--password", "export TOKEN=x" by its second word, "'Authorization:". n: its length. */
static bool names_secret(const char *word, size_t n)
{
	size_t from = strspn(word, "-'\"`({[$,");

	return n > from && redact_name(word + from, n - from);
}

/* In a line of shell, of headers or of SQL: the value behind "NAME=", behind the option "--name", behind "name:" (of a
 * header: two words, "Bearer" and the token), and the quoted text behind "name". NULL: nothing to hide. */
static char *clean_words(const char *s)
{
	struct buf out = BUF_INIT;
	int hide = 0;
	bool any = false, quoted = false;

	for (const char *p = s; *p;) {
		size_t blank = strspn(p, " \t\n"), n = strcspn(p + blank, " \t\n");
		const char *word = p + blank, *eq = memchr(word, '=', n);
		buf_add(&out, p, blank);
		bool secret = n && names_secret(word, eq ? (size_t)(eq - word) : n);
		if (hide && n && (!quoted || *word == '\'' || *word == '"')) {
			buf_adds(&out, HIDDEN);
			any = true;
			hide--;
		} else if (secret && eq) {
			buf_addf(&out, "%.*s=" HIDDEN, (int)(eq - word), word);
			any = true;
			hide = 0;
		} else if (hide && n == 1 && *word == '=') {
			buf_addc(&out, '=');
		} else {
			buf_add(&out, word, n);
			quoted = word[0] != '-' && n && word[n - 1] != ':';
			hide = !secret ? 0 : n && word[n - 1] == ':' ? 2 : 1;
		}
		p = word + n;
	}
	if (any)
		return buf_steal(&out);
	buf_free(&out);
	return NULL;
}

/* "name=value" → "name=…" where the name says so; "https://user:password@host" loses the password. */
static char *clean_text(const char *s)
{
	const char *eq = strchr(s, '='), *scheme = strstr(s, "://");

	if (eq && !memchr(s, ' ', (size_t)(eq - s)) && redact_name(s, (size_t)(eq - s)))
		return xasprintf("%.*s=" HIDDEN, (int)(eq - s), s);
	const char *at = scheme ? strchr(scheme + 3, '@') : NULL;
	if (at && at < scheme + 3 + strcspn(scheme + 3, "/ ")) {
		const char *colon = memchr(scheme + 3, ':', (size_t)(at - scheme - 3));
		if (colon)
			return xasprintf("%.*s:" HIDDEN "%s", (int)(colon - s), s, at);
	}
	return strpbrk(s, " \t\n") ? clean_words(s) : NULL;
}

/* Whoever knows the address of a webhook may often use it: only its host is kept. */
char *redact_webhook(const char *url)
{
	const char *scheme = strstr(url, "://");
	size_t n = scheme ? (size_t)(scheme - url) + 3 + strcspn(scheme + 3, "/?") : 0;

	return scheme ? xasprintf("%.*s/" HIDDEN, (int)n, url) : xstrdup(HIDDEN);
}

/* The arguments of a command may be anything, a token as well: only its program is kept. */
char *redact_command(const char *line)
{
	size_t from = strspn(line, " \t\n"), n = strcspn(line + from, " \t\n;|&<>()'\"$`=");
	bool plain = n && line[from + n] != '=';    /* "TOKEN=x program" begins with none */

	return plain && !line[from + n] ? xstrdup(line + from)
	       : plain ? xasprintf("%.*s " HIDDEN, (int)n, line + from) : xstrdup(HIDDEN);
}

static void clean(cJSON *v);

static void replace(cJSON *v, char *text)
{
	if (text)
		cJSON_SetValuestring(v, text);
	free(text);
}

static void hide(cJSON *v)
{
	if (cJSON_IsString(v) || cJSON_IsNumber(v)) {
		cJSON *h = cJSON_CreateString(HIDDEN);
		free(v->valuestring);
		v->valuestring = h->valuestring;
		h->valuestring = NULL;
		v->type = cJSON_String;
		cJSON_Delete(h);
	} else {
		clean(v);
	}
}

/* In a list of arguments the word behind "--password" is one too. */
static void clean_list(cJSON *v)
{
	bool next = false;

	for (cJSON *i = v->child; i; i = i->next) {
		bool option = cJSON_IsString(i) && i->valuestring[0] == '-' && !strchr(i->valuestring, '=');
		if (next && !option)
			hide(i);
		else
			clean(i);
		next = option && redact_name(i->valuestring, strlen(i->valuestring));
	}
}

/* {Key, Value}: a property or a tag. */
static void clean_pair(cJSON *v)
{
	const char *key = json_str(v, "Key", "");
	cJSON *value = cJSON_GetObjectItemCaseSensitive(v, "Value");

	if (value && redact_name(key, strlen(key)))
		hide(value);
}

static void clean(cJSON *v)
{
	if (cJSON_IsString(v))
		replace(v, clean_text(v->valuestring));
	else if (cJSON_IsArray(v))
		clean_list(v);
	for (cJSON *m = cJSON_IsObject(v) ? v->child : NULL; m; m = m->next)
		if (redact_name(m->string, strlen(m->string)))
			hide(m);
		else if (!strcasecmp(m->string, "Webhook") && cJSON_IsString(m))
			replace(m, redact_webhook(m->valuestring));
		else if (!strcasecmp(m->string, "Command") && cJSON_IsString(m))
			replace(m, redact_command(m->valuestring));
		else
			clean(m);
	if (cJSON_IsObject(v))
		clean_pair(v);
}

cJSON *redact(const cJSON *v)
{
	cJSON *copy = cJSON_Duplicate(v, true);

	clean(copy);
	return copy;
}
