/* Sockets on this machine: Unix stream sockets with paths of any length, and loopback TCP listeners.
 *
 * Every descriptor given out is non-blocking and close-on-exec and belongs to the caller.
 * A Unix path longer than sun_path (107 bytes) is reached through /proc/self/fd/<folder>/<name>; only
 * the file name itself is then limited (80 bytes). */
#ifndef CORE_NET_SOCKET_H
#define CORE_NET_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"

/* Bind and listen at path, mode 0600. A socket file that nobody answers at is replaced; a live one is
 * ERR_EXISTS ("a server is already running"); anything that is not a socket is never removed. The check
 * and the bind are one step under a lock file beside the socket, so two servers cannot both win. */
int socket_listen_unix(const char *path, int *fd, struct error *err);

/* Nobody there (no file, or nobody answers) is ERR_UNAVAILABLE; a server of another user is ERR_AUTH. */
int socket_connect_unix(const char *path, int *fd, struct error *err);

/* A name of at most 107 bytes for the socket at path, for libraries that take only such. *dir is a folder
 * that must stay open as long as the name is used (-1: none). */
int socket_short_path(const char *path, char *out, size_t size, int *dir, struct error *err);

/* End a listener: shut fd down (the caller closes it) and remove its file, unless a successor answers there. */
void socket_unlink_unix(const char *path, int fd);

/* Listen on 127.0.0.1 (or, ipv6, ::1). port 0 lets the system choose. *bound gets the port. */
int socket_listen_tcp(uint16_t port, bool ipv6, int *fd, uint16_t *bound, struct error *err);

/* The next connection of a listener, or -1 when there is none now. Unix peers of another user are turned
 * away inside. Out of descriptors, it says so once in the log (*full remembers) and takes a millisecond,
 * since the waiting connection would wake the loop again at once. */
int socket_accept(int listener, bool *full);

/* Credentials of the peer of a connected Unix socket. */
int socket_peer(int fd, uid_t *uid, pid_t *pid, struct error *err);

#endif
