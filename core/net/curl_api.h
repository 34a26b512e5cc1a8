/* The functions of libcurl, opened at run time (see http_client.h for why). */
#ifndef CORE_NET_CURL_API_H
#define CORE_NET_CURL_API_H

#include <curl/curl.h>

#include "core/base/error.h"

#define CURL_API_FUNCTIONS(X) \
	X(global_init) X(slist_append) X(slist_free_all) \
	X(easy_init) X(easy_setopt) X(easy_getinfo) X(easy_perform) X(easy_cleanup) X(easy_strerror) \
	X(multi_init) X(multi_setopt) X(multi_add_handle) X(multi_remove_handle) X(multi_cleanup) \
	X(multi_socket_action) X(multi_assign) X(multi_info_read)

struct curl_api {
#define X(name) __typeof__(curl_##name) *name;
	CURL_API_FUNCTIONS(X)
#undef X
};

/* NULL when libcurl is not installed. The first success is kept for the life of the process. */
const struct curl_api *curl_api_get(struct error *err);

#endif
