/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listening socket: ours and not libmicrohttpd's, so that a taken port is a sentence and not a
 * guess. */
#pragma once

#include <stddef.h>

/* Listens on an IPv4 or IPv6 address, or "localhost"; port 0: a free one. The descriptor is
 * non-blocking and the caller's. On failure returns -errno and a sentence with the next step:
 * "http: 127.0.0.1:8080 is taken by another program; choose another http.port, or stop that
 * program". */
int listener_open(const char *address, unsigned port, int *ret_fd, unsigned *ret_port,
	char *ret_why, size_t size);
