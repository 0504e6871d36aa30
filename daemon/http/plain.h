/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody is told who speaks plain HTTP to a port that speaks HTTPS: where it is. People type
 * "board:8080", and browsers make http:// of that. Pure; any thread. */
#pragma once

#include <stddef.h>

/* Of TLS the first byte is 22, a handshake (RFC 8446, 5.1); of HTTP a capital letter. */
enum { TLS_FIRST_BYTE = 22, PLAIN_HEAD = 4096 };

/* From the beginning of a request to the whole answer, with a NUL behind. A page is sent on to the
 * same place with https, for now only, since the board may have no certificate tomorrow; what
 * brings something is refused, because it must not be sent in the clear a second time. Returns the
 * length; 0: the head is not complete yet. A head longer than PLAIN_HEAD is refused. */
size_t plain_answer(const char *head, size_t n, char *ret_answer, size_t size);
