/* Libraries that only some processes need, opened by the first call into them.
 *
 * libmicrohttpd brings GnuTLS and eight more libraries, libcrypto 3 MB with twenty thousand relocations.
 * Every process would pay for both at its start: a driver, an executor and `stoker sql` a few milliseconds
 * each of the fifty that a whole statement may take, and some MB of memory. The functions below have the
 * libraries' own names and types, so that their callers are plain callers; the linker finds these first
 * and leaves the libraries out of the programs. */
#define ERR_STATE openssl_err_state /* a macro of OpenSSL's, a constant of ours */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#undef ERR_STATE

#include <dlfcn.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"

static void bind_one(void *lib, const char *name, void *slot)
{
	void *sym = dlsym(lib, name);

	if (!sym) {
		log_error("%s", dlerror());
		abort();               /* an installed library without a function of its headers */
	}
	memcpy(slot, &sym, sizeof sym);
}

/* ---- libmicrohttpd ---- */

#define MHD_FUNCTIONS(X) \
	X(start_daemon_va) X(stop_daemon) X(run) X(get_timeout) X(get_daemon_info) X(add_connection) \
	X(get_connection_info) X(get_connection_values) X(lookup_connection_value) X(suspend_connection) \
	X(resume_connection) X(create_response_from_buffer) X(add_response_header) X(queue_response) \
	X(destroy_response)

struct mhd {
#define X(name) __typeof__(MHD_##name) *name;
	MHD_FUNCTIONS(X)
#undef X
};

/* NULL when it is not installed; a daemon can then not be started, and nothing else is ever called. */
static const struct mhd *mhd(void)
{
	static struct mhd m;       /* kept for the life of the process */
	static void *lib;

	if (lib)
		return &m;
	lib = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		log_error("libmicrohttpd cannot be opened: %s", dlerror());
		return NULL;
	}
#define X(name) bind_one(lib, "MHD_" #name, &m.name);
	MHD_FUNCTIONS(X)
#undef X
	return &m;
}

struct MHD_Daemon *MHD_start_daemon(unsigned int flags, uint16_t port, MHD_AcceptPolicyCallback apc,
                                    void *apc_cls, MHD_AccessHandlerCallback dh, void *dh_cls, ...)
{
	const struct mhd *m = mhd();
	struct MHD_Daemon *d = NULL;
	va_list ap;

	va_start(ap, dh_cls);
	if (m)
		d = m->start_daemon_va(flags, port, apc, apc_cls, dh, dh_cls, ap);
	va_end(ap);
	return d;
}

void MHD_stop_daemon(struct MHD_Daemon *d)
{
	mhd()->stop_daemon(d);
}

enum MHD_Result MHD_run(struct MHD_Daemon *d)
{
	return mhd()->run(d);
}

enum MHD_Result MHD_get_timeout(struct MHD_Daemon *d, MHD_UNSIGNED_LONG_LONG *timeout)
{
	return mhd()->get_timeout(d, timeout);
}

/* Both take further arguments in their prototypes; no value of the enumerations in use has any. */
const union MHD_DaemonInfo *MHD_get_daemon_info(struct MHD_Daemon *d, enum MHD_DaemonInfoType type, ...)
{
	return mhd()->get_daemon_info(d, type);
}

const union MHD_ConnectionInfo *MHD_get_connection_info(struct MHD_Connection *c,
                                                        enum MHD_ConnectionInfoType type, ...)
{
	return mhd()->get_connection_info(c, type);
}

enum MHD_Result MHD_add_connection(struct MHD_Daemon *d, MHD_socket s, const struct sockaddr *addr,
                                   socklen_t len)
{
	return mhd()->add_connection(d, s, addr, len);
}

int MHD_get_connection_values(struct MHD_Connection *c, enum MHD_ValueKind kind, MHD_KeyValueIterator it,
                              void *cls)
{
	return mhd()->get_connection_values(c, kind, it, cls);
}

const char *MHD_lookup_connection_value(struct MHD_Connection *c, enum MHD_ValueKind kind, const char *key)
{
	return mhd()->lookup_connection_value(c, kind, key);
}

void MHD_suspend_connection(struct MHD_Connection *c)
{
	mhd()->suspend_connection(c);
}

void MHD_resume_connection(struct MHD_Connection *c)
{
	mhd()->resume_connection(c);
}

struct MHD_Response *MHD_create_response_from_buffer(size_t n, void *data, enum MHD_ResponseMemoryMode mode)
{
	return mhd()->create_response_from_buffer(n, data, mode);
}

enum MHD_Result MHD_add_response_header(struct MHD_Response *r, const char *name, const char *value)
{
	return mhd()->add_response_header(r, name, value);
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *c, unsigned int status, struct MHD_Response *r)
{
	return mhd()->queue_response(c, status, r);
}

void MHD_destroy_response(struct MHD_Response *r)
{
	mhd()->destroy_response(r);
}

/* ---- libcrypto ---- */

struct crypto {
	__typeof__(SHA256) *sha256;
	__typeof__(HMAC) *hmac;
	__typeof__(EVP_sha256) *evp_sha256;
	__typeof__(CRYPTO_memcmp) *memcmp;
};

/* A signature that cannot be computed must never look like one that was: without the library it ends. */
static const struct crypto *crypto(void)
{
	static struct crypto c;    /* kept for the life of the process */
	static void *lib;

	if (lib)
		return &c;
	lib = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	if (!lib) {
		log_error("libcrypto, which signs requests, cannot be opened: %s", dlerror());
		abort();
	}
	bind_one(lib, "SHA256", &c.sha256);
	bind_one(lib, "HMAC", &c.hmac);
	bind_one(lib, "EVP_sha256", &c.evp_sha256);
	bind_one(lib, "CRYPTO_memcmp", &c.memcmp);
	return &c;
}

unsigned char *SHA256(const unsigned char *d, size_t n, unsigned char *md)
{
	return crypto()->sha256(d, n, md);
}

unsigned char *HMAC(const EVP_MD *evp_md, const void *key, int key_len, const unsigned char *d, size_t n,
                    unsigned char *md, unsigned int *md_len)
{
	return crypto()->hmac(evp_md, key, key_len, d, n, md, md_len);
}

const EVP_MD *EVP_sha256(void)
{
	return crypto()->evp_sha256();
}

int CRYPTO_memcmp(const void *a, const void *b, size_t len)
{
	return crypto()->memcmp(a, b, len);
}
