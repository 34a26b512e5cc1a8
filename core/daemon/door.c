#include "core/daemon/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/api/emr/emr.h"
#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/daemon/door_cloudwatch.h"
#include "core/daemon/door_other.h"
#include "core/net/http_server.h"
#include "core/net/sigv4.h"

#define REFUSALS_TOLD 60     /* lines of the log a minute */

struct door {
	struct control *control;
	/* Each has connections of its own: a stranger who takes all of TCP's does not lock the owner out. */
	struct http_server *local, *tcp;
	struct log_gate refusals;
	struct sigv4_keys *keys;
	char *api_token;
};

static void reply_json(struct http_request *r, int status, const char *error_type, const char *body,
                       size_t len)
{
	if (error_type)
		http_reply_header(r, "x-amzn-ErrorType", error_type);
	http_reply(r, status, EMR_CONTENT_TYPE, body, len);
}

static void reply_error(struct http_request *r, int status, const char *code, const char *message)
{
	struct buf b = BUF_INIT;
	struct error e = ERROR_INIT;
	char id[37];

	if (cloudwatch_speaks(r)) {
		cloudwatch_error(r, id_uuid(id, sizeof id), code, message);
		return;
	}
	error_set(&e, ERR_INVALID, "%s", message);
	error_class(&e, code, NULL);
	emr_error_reply(&e, &b);
	reply_json(r, status, code, buf_str(&b), b.len);
	buf_free(&b);
}

static void on_answer(const struct control_reply *a, void *ctx)
{
	reply_json(ctx, a->status, a->error_type, a->body, a->len);
}

/* ---- who asks ---- */

static const char *header_of(void *ctx, const char *name)
{
	return http_request_header(ctx, name);
}

/* Who signs, as sigv4_verify finds him. */
struct signer {
	struct door *door;
	struct sigv4_identity id;
	const char *user;
};

/* Keys are for ever or until they are disabled: there are no sessions here, so no token of one is good. */
static const char *secret_of(void *ctx, const char *access_key, const char *token)
{
	struct signer *s = ctx;

	return token ? NULL : control_secret(s->door->control, access_key, &s->user);
}

#define CLOUDWATCH_TARGET "GraniteServiceVersion20100801."

/* A signature is for one service: it opens no other one. What is stoker's own is signed as EMR is. */
static const char *service_of(const char *target)
{
	return !strncmp(target, EMR_TARGET_PREFIX, strlen(EMR_TARGET_PREFIX)) ? "elasticmapreduce" :
	       !strncmp(target, CLOUDWATCH_TARGET, strlen(CLOUDWATCH_TARGET)) ? "monitoring" :
	       !strncmp(target, "AWSGlue.", 8) ? "glue" :
	       !strncmp(target, "Stoker.", 7) ? "elasticmapreduce" : NULL;
}

static int check_service(const struct sigv4_identity *id, const struct http_request *r, struct error *err)
{
	const char *target = cloudwatch_speaks(r) ? CLOUDWATCH_TARGET : http_request_header(r, "x-amz-target");
	const char *want = target && !other_speaks(r, id->service) ? service_of(target) : NULL;

	if (!want || !strcmp(want, id->service))
		return 0;
	error_set(err, ERR_AUTH, "Credential should be scoped to correct service: '%s'. ", want);
	error_class(err, "InvalidSignatureException", NULL);
	return ERR_AUTH;
}

static bool signed_well(struct door *d, struct http_request *r, struct signer *who)
{
	size_t len;
	const char *body = http_request_body(r, &len);
	struct sigv4_verifier v = { secret_of, who, d->keys };
	struct sigv4_request s = { http_request_method(r), http_request_target(r), header_of, r, body, len };
	struct error err = ERROR_INIT;

	who->door = d;
	if (http_request_is_unix(r) ||
	    (!sigv4_verify(&s, &v, clock_now_ms(), &who->id, &err) &&
	     !check_service(&who->id, r, &err)))
		return true;
	if (log_gate(&d->refusals, REFUSALS_TOLD, "refused signatures"))
		log_info("refused: %s: %s", err.class_, err.message);
	reply_error(r, 400, err.class_[0] ? err.class_ : "AccessDeniedException", err.message);
	return false;
}

/* Takes equally long wherever the difference is. */
static bool same_secret(const char *a, const char *b, size_t n)
{
	unsigned char diff = 0;

	for (size_t i = 0; i < n; i++)
		diff |= (unsigned char)(a[i] ^ b[i]);
	return !diff;
}

/* The bearer token, in its header or as the first part of the path; *path then is what follows. */
static bool has_token(struct door *d, struct http_request *r, const char **path)
{
	const char *auth = http_request_header(r, "authorization"), *p = http_request_path(r);
	size_t n = strlen(d->api_token);

	if (p[0] == '/' && strlen(p) > n && same_secret(p + 1, d->api_token, n) &&
	    (p[n + 1] == '/' || !p[n + 1])) {
		*path = p[n + 1] ? p + n + 1 : "/";
		return true;
	}
	*path = p;
	if (http_request_is_unix(r))
		return true;
	return auth && !strncmp(auth, "Bearer ", 7) && strlen(auth + 7) == n &&
	       same_secret(auth + 7, d->api_token, n);
}

/* ---- requests ---- */

static void on_get(struct door *d, struct http_request *r)
{
	const char *path;
	bool allowed = has_token(d, r, &path);

	if (strcmp(path, "/metrics")) {
		reply_error(r, 404, "NotFoundException", "There is nothing at this path");
		return;
	}
	if (!allowed) {
		http_reply_header(r, "WWW-Authenticate", "Bearer");
		reply_error(r, 401, "MissingAuthenticationTokenException",
		            "Send the token of `stoker env` as a bearer token or as the first part of the path");
		return;
	}
	char *text = control_prometheus(d->control);
	http_reply(r, 200, "text/plain; version=0.0.4; charset=utf-8", text, strlen(text));
	free(text);
}

static void call(struct door *d, struct http_request *r, const struct signer *by, const char *request_id,
                 const char *target, const char *body, size_t len)
{
	bool local = http_request_is_unix(r);
	char unix_peer[32];
	struct control_caller who = {
		.local = local, .user = local ? "owner" : by->user, .access_key = by->id.access_key,
		.region = local ? http_request_header(r, "x-stoker-region") : by->id.region,
		.source = local ? unix_peer : http_request_peer(r),
		.user_agent = http_request_header(r, "user-agent"), .request_id = request_id,
	};

	snprintf(unix_peer, sizeof unix_peer, "unix:%u", (unsigned)http_request_uid(r));
	if (other_speaks(r, by->id.service))
		other_call(r, by->id.service, &who, body, len);
	else if (cloudwatch_speaks(r))
		cloudwatch_call(d->control, r, &who, body, len);
	else
		control_call(d->control, target, body, len, &who, on_answer, r);
}

static void on_request(struct http_request *r, void *ctx)
{
	struct door *d = ctx;
	const char *method = http_request_method(r), *target = http_request_header(r, "x-amz-target");
	size_t len;
	const char *body = http_request_body(r, &len);
	struct signer who = { 0 };
	char id[37];

	http_reply_header(r, "x-amzn-requestid", id_uuid(id, sizeof id));
	if (!d->control) {
		reply_error(r, 503, "ServiceUnavailableException", "The server is about to stop");
		return;
	}
	if (!strcmp(method, "GET") || !strcmp(method, "HEAD")) {
		on_get(d, r);
	} else if (strcmp(method, "POST")) {
		reply_error(r, 405, "UnknownOperationException", "Only POST and GET are answered");
	} else if (!signed_well(d, r, &who)) {
		return;
	} else if (!target && !cloudwatch_speaks(r)) {
		reply_error(r, 400, "UnknownOperationException",
		            "The X-Amz-Target header is missing: it names the operation");
	} else {
		call(d, r, &who, id, target, body, len);
	}
}

int door_open(uv_loop_t *loop, const struct door_options *o, struct door **out, struct error *err)
{
	struct door *d = xcalloc(1, sizeof *d);
	struct http_server_options so = { .on_request = on_request, .ctx = d };
	int ret = http_server_new(loop, &so, &d->local, err);

	if (!ret)
		ret = http_server_new(loop, &so, &d->tcp, err);

	d->control = o->control;
	d->keys = sigv4_keys_new();
	d->api_token = xstrdup(o->api_token);
	if (ret)
		door_close(d);
	else
		*out = d;
	return ret;
}

int door_listen(struct door *d, int fd, struct error *err)
{
	int domain = 0;
	socklen_t n = sizeof domain;

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n);
	return http_server_listen(domain == AF_UNIX ? d->local : d->tcp, fd, err);
}

void door_close(struct door *d)
{
	if (!d)
		return;
	d->control = NULL;
	http_server_close(d->local);
	http_server_close(d->tcp);
	sigv4_keys_free(d->keys);
	free(d->api_token);
	free(d);
}
