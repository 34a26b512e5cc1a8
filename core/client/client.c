#include "core/client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/client/start.h"

#define CALL_TIMEOUT_MS 30000
#define START_TIMEOUT_MS 10000

struct client {
	uv_loop_t *loop;
	bool own_loop, local, may_start;
	char *name, *home, *region;
	struct transport *transport;
	struct client_request *pending;   /* doubly linked */
};

struct client_request {
	struct client *client;
	struct client_request *next, **link;
	void *handle;
	client_done done;
	void *arg;
	int64_t sent_us;
	char target[64];
};

static const char *env_or(const char *value, const char *a, const char *b, const char *def)
{
	if (value)
		return value;
	const char *v = getenv(a);
	if ((!v || !*v) && b)
		v = getenv(b);
	return v && *v ? v : def;
}

static char *remote_name(const char *url)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	return xstrndup(host, strcspn(host, "/"));
}

static int open_remote(struct client *c, const struct client_options *o, struct error *err)
{
	struct transport_http_options t = {
		.region = env_or(o->region, "AWS_REGION", "AWS_DEFAULT_REGION", "us-east-1"),
		.access_key = env_or(o->access_key, "AWS_ACCESS_KEY_ID", NULL, NULL),
		.secret_key = env_or(o->secret_key, "AWS_SECRET_ACCESS_KEY", NULL, NULL),
		.session_token = env_or(o->session_token, "AWS_SESSION_TOKEN", NULL, NULL),
	};
	if (!t.access_key || !t.secret_key) {
		error_set(err, ERR_AUTH, "no access keys for %s", o->endpoint);
		error_hint(err, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
		           "or leave the endpoint out to use the cluster of this machine");
		return ERR_AUTH;
	}
	bool aws = !strcmp(o->endpoint, "aws");
	char *url = aws ? xasprintf("https://elasticmapreduce.%s.amazonaws.com", t.region)
	                : xstrdup(o->endpoint);
	c->name = aws ? xasprintf("aws/%s", t.region) : remote_name(url);
	char *monitoring = aws ? xasprintf("https://monitoring.%s.amazonaws.com", t.region) : NULL;
	t.url = url;
	c->region = xstrdup(t.region);
	t.monitoring_url = monitoring;
	int rc = transport_http(c->loop, &t, &c->transport, err);
	free(monitoring);
	free(url);
	return rc;
}

static int open_local(struct client *c, const struct client_options *o, struct error *err)
{
	char *path = xasprintf("%s/run/api.sock", c->home);
	const char *region = env_or(o->region, "AWS_REGION", "AWS_DEFAULT_REGION", NULL);
	struct transport_http_options t = { .unix_path = path, .region = region };
	c->local = true;
	c->region = xstrdup(region ? region : "us-east-1");
	c->may_start = !o->no_start;
	c->name = region && strcmp(region, "us-east-1") ? xasprintf("local/%s", region) : xstrdup("local");
	int rc = transport_http(c->loop, &t, &c->transport, err);
	free(path);
	return rc;
}

static struct client *client_new(uv_loop_t *loop)
{
	struct client *c = xcalloc(1, sizeof *c);
	c->loop = loop;
	if (!loop) {
		c->own_loop = true;
		c->loop = xcalloc(1, sizeof *c->loop);
		uv_loop_init(c->loop);
	}
	return c;
}

int client_open(uv_loop_t *loop, const struct client_options *o, struct client **out, struct error *err)
{
	struct client *c = client_new(loop);
	c->home = xstrdup(o->home ? o->home : fs_home());
	int rc = o->endpoint ? open_remote(c, o, err) : open_local(c, o, err);
	if (rc) {
		client_close(c);
		return rc;
	}
	*out = c;
	return 0;
}

struct client *client_open_with(uv_loop_t *loop, struct transport *t)
{
	struct client *c = client_new(loop);
	c->transport = t;
	c->name = xstrdup("test");
	c->home = xstrdup("");
	c->region = xstrdup("us-east-1");
	return c;
}

static void request_unlink(struct client_request *r)
{
	*r->link = r->next;
	if (r->next)
		r->next->link = r->link;
}

void client_cancel(struct client_request *r)
{
	if (!r)
		return;
	request_unlink(r);
	r->client->transport->ops->cancel(r->client->transport, r->handle);
	free(r);
}

void client_close(struct client *c)
{
	if (!c)
		return;
	while (c->pending)
		client_cancel(c->pending);
	if (c->transport)
		c->transport->ops->free(c->transport);
	if (c->own_loop) {
		uv_run(c->loop, UV_RUN_DEFAULT);
		uv_loop_close(c->loop);
		free(c->loop);
	}
	free(c->name);
	free(c->region);
	free(c->home);
	free(c);
}

const char *client_name(const struct client *c)
{
	return c->name;
}

bool client_is_local(const struct client *c)
{
	return c->local;
}

bool client_may_start(const struct client *c)
{
	return c->local && c->may_start;
}

const char *client_region(const struct client *c)
{
	return c->region;
}

const char *client_home(const struct client *c)
{
	return c->home;
}

uv_loop_t *client_loop(const struct client *c)
{
	return c->loop;
}

/* "…#ValidationException" and "com.amazonaws…#X:http://…" → X. */
static void wire_class(const char *type, char *out, size_t size)
{
	const char *hash = strrchr(type, '#');
	const char *name = hash ? hash + 1 : type;
	snprintf(out, size, "%.*s", (int)strcspn(name, ":"), name);
}

static int class_code(const char *class, int status)
{
	static const struct {
		const char *class;
		int code;
	} known[] = {
		{ "UnknownOperationException", ERR_UNSUPPORTED },
		{ "ThrottlingException", ERR_FULL },
		{ "TooManyRequestsException", ERR_FULL },
		{ "AccessDeniedException", ERR_AUTH },
		{ "UnrecognizedClientException", ERR_AUTH },
		{ "InvalidSignatureException", ERR_AUTH },
		{ "IncompleteSignatureException", ERR_AUTH },
		{ "MissingAuthenticationTokenException", ERR_AUTH },
		{ "ExpiredTokenException", ERR_AUTH },
		{ "ServiceUnavailableException", ERR_UNAVAILABLE },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i].class, class))
			return known[i].code;
	if (status == 401 || status == 403)
		return ERR_AUTH;
	if (status == 429)
		return ERR_FULL;
	return status >= 500 ? ERR_UNAVAILABLE : ERR_INVALID;
}

static int refused(const char *target, int status, const cJSON *reply, struct error *err)
{
	struct error scratch;
	if (!err)
		err = &scratch;
	char class[64];
	wire_class(json_str(reply, "__type", ""), class, sizeof class);
	const char *text = json_str(reply, "message", json_str(reply, "Message", ""));
	int code = class_code(class, status);
	if (*text)
		error_set(err, code, "%s", text);
	else if (*class)
		error_set(err, code, "%s was refused: %s", target, class);
	else
		error_set(err, code, "%s was answered with HTTP status %d", target, status);
	error_class(err, class, NULL);
	if (json_str(reply, "Detail", NULL))
		error_detail(err, "%s", json_str(reply, "Detail", ""));
	if (json_str(reply, "Hint", NULL))
		error_hint(err, "%s", json_str(reply, "Hint", ""));
	return code;
}

int client_parse_reply(const char *target, int status, const char *body, size_t len, cJSON **out,
                       struct error *err)
{
	cJSON *reply = NULL;
	*out = NULL;
	if (len) {
		reply = json_parse(body, len, err);
		if (!reply && status < 300) {
			error_prefix(err, "%s: ", target);
			return ERR_INVALID;
		}
	}
	if (status >= 200 && status < 300) {
		*out = reply ? reply : cJSON_CreateObject();
		return 0;
	}
	int rc = refused(target, status, reply, err);
	cJSON_Delete(reply);
	return rc;
}

static void on_answer(void *arg, int status, const char *body, size_t len, const struct error *why)
{
	struct client_request *r = arg;
	cJSON *reply = NULL;
	struct error err = ERROR_INIT;
	if (!status)
		err = *why;
	else
		client_parse_reply(r->target, status, body, len, &reply, &err);
	double ms = (double)(clock_mono_us() - r->sent_us) / 1000;
	request_unlink(r);
	r->done(r->arg, reply, reply ? NULL : &err, ms);
	cJSON_Delete(reply);
	free(r);
}

struct client_request *client_send(struct client *c, const char *target, const cJSON *in, int timeout_ms,
                                   client_done done, void *arg, struct error *err)
{
	struct buf body = BUF_INIT;
	struct client_request *r = xcalloc(1, sizeof *r);
	r->client = c;
	r->done = done;
	r->arg = arg;
	r->sent_us = clock_mono_us();
	snprintf(r->target, sizeof r->target, "%s", target);
	if (in)
		json_print_to(&body, in);
	else
		buf_adds(&body, "{}");
	r->handle = c->transport->ops->send(c->transport, target, body.data, body.len, timeout_ms,
	                                    on_answer, r, err);
	buf_free(&body);
	if (!r->handle) {
		free(r);
		return NULL;
	}
	r->next = c->pending;
	r->link = &c->pending;
	if (r->next)
		r->next->link = &r->next;
	c->pending = r;
	return r;
}

/* ---- waiting ---- */

struct wait {
	bool done;
	cJSON *reply;
	struct error err;
};

static void wait_done(void *arg, const cJSON *reply, const struct error *err, double ms)
{
	struct wait *w = arg;
	(void)ms;
	w->done = true;
	if (reply)
		w->reply = cJSON_Duplicate(reply, 1);
	else
		w->err = *err;
}

/* The transport's own way to wait, which needs no loop and, on this machine, no libcurl. */
static int call_direct(struct client *c, const char *target, const cJSON *in, cJSON **out,
                       struct error *err)
{
	struct buf body = BUF_INIT, answer = BUF_INIT;
	cJSON *reply = NULL;
	int status = 0;
	if (in)
		json_print_to(&body, in);
	else
		buf_adds(&body, "{}");
	int rc = c->transport->ops->call(c->transport, target, body.data, body.len, CALL_TIMEOUT_MS,
	                                 &status, &answer, err);
	if (!rc)
		rc = client_parse_reply(target, status, buf_str(&answer), answer.len, &reply, err);
	if (!rc && out)
		*out = reply;
	else
		cJSON_Delete(reply);
	buf_free(&body);
	buf_free(&answer);
	return rc;
}

static int call_once(struct client *c, const char *target, const cJSON *in, cJSON **out,
                     struct error *err)
{
	if (c->transport->ops->call)
		return call_direct(c, target, in, out, err);
	struct wait w = { 0 };
	struct error why = ERROR_INIT;
	if (!client_send(c, target, in, CALL_TIMEOUT_MS, wait_done, &w, &why)) {
		if (err)
			*err = why;
		return why.code ? why.code : ERR_INTERNAL;
	}
	while (!w.done)
		uv_run(c->loop, UV_RUN_ONCE);
	if (!w.reply) {
		if (err)
			*err = w.err;
		return w.err.code;
	}
	if (out)
		*out = w.reply;
	else
		cJSON_Delete(w.reply);
	return 0;
}

int client_call(struct client *c, const char *target, cJSON *in, cJSON **out, struct error *err)
{
	int rc = call_once(c, target, in, out, err);
	if (rc != ERR_UNAVAILABLE || !client_may_start(c))
		return rc;
	rc = client_start_server_wait(c, START_TIMEOUT_MS, err);
	return rc ? rc : call_once(c, target, in, out, err);
}

/* ---- the local server ---- */

int client_start_server(struct client *c, struct error *err)
{
	if (!c->local)
		return error_set(err, ERR_UNSUPPORTED, "only the server of this machine can be started");
	return start_server(c->home, NULL, err);
}

int client_start_server_wait(struct client *c, int timeout_ms, struct error *err)
{
	if (!c->local)
		return error_set(err, ERR_UNSUPPORTED, "only the server of this machine can be started");
	pid_t pid = 0;
	int rc = start_server(c->home, &pid, err);
	if (rc)
		return rc;
	int64_t until = clock_mono_us() + (int64_t)timeout_ms * 1000;
	do {
		if (!call_once(c, "Stoker.GetServerStatus", NULL, NULL, err))
			return 0;
		if (!start_alive(pid) && !call_once(c, "Stoker.GetServerStatus", NULL, NULL, err))
			return 0;
		uv_sleep(10);
	} while (clock_mono_us() < until && start_alive(pid));
	/* Another console's server may have won the race: then ours has ended, and that one answers. */
	if (!call_once(c, "Stoker.GetServerStatus", NULL, NULL, err))
		return 0;
	return start_failed(c->home, err);
}
