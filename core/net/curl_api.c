#include "core/net/curl_api.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

static bool find(void *lib, const char *name, void *slot, struct error *err)
{
	void *sym = dlsym(lib, name);
	if (!sym)
		error_set(err, ERR_UNSUPPORTED, "this libcurl has no %s", name);
	memcpy(slot, &sym, sizeof sym);
	return sym;
}

const struct curl_api *curl_api_get(struct error *err)
{
	static struct curl_api api;
	static bool ready;
	if (ready)
		return &api;
	void *lib = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		error_set(err, ERR_UNSUPPORTED, "libcurl is not installed");
		error_detail(err, "%s", dlerror());
		error_hint(err, "install the package libcurl4");
		return NULL;
	}
	bool ok = true;
#define X(name) ok = ok && find(lib, "curl_" #name, &api.name, err);
	CURL_API_FUNCTIONS(X)
#undef X
	if (ok && api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		ok = error_set(err, ERR_INTERNAL, "libcurl does not start") == 0;
	if (!ok) {
		dlclose(lib);
		return NULL;
	}
	ready = true;
	return &api;
}
