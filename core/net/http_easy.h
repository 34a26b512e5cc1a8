/* What the asynchronous and the blocking use of libcurl share: one transfer. Internal to core/net. */
#ifndef CORE_NET_HTTP_EASY_H
#define CORE_NET_HTTP_EASY_H

#include "core/net/curl_api.h"
#include "core/net/http_client.h"

struct http_easy {
	const struct curl_api *api;
	CURL *easy;
	struct curl_slist *headers;
	char *body;
	size_t max_reply;
	struct http_result result;
	int64_t started_us;
	char reason[CURL_ERROR_SIZE];
};

/* unix_path must fit sun_path. The struct must not move afterwards. */
int http_easy_init(struct http_easy *e, const struct curl_api *api, const struct http_send *s,
                   const char *unix_path);
/* Fill result from how the transfer ended. */
void http_easy_finish(struct http_easy *e, CURLcode code);
void http_easy_free(struct http_easy *e);       /* also the result */

#endif
