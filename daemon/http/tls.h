/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTPS for the pages, by the certificate and the key that a school gives the board: TLS 1.2 and
 * newer, by GnuTLS, which libmicrohttpd speaks.
 *
 * A class must not stand before a board without pages because a file was renewed with other rights
 * last night, nor type its PIN in the clear: files that cannot be used are told, and meanwhile the
 * certificate of before serves on, or at the start one that the board makes for itself, of which
 * browsers warn. A certificate that has run out is used, too, and told.
 *
 * Main thread. Reads small files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <microhttpd.h>

#include "http/connection.h"

struct tls;

/* Both are paths of PEM files; they live longer. Fails with -ENOMEM only, and -EIO when GnuTLS does
 * not work at all. */
int tls_open(const char *certificate, const char *key, struct tls **ret_tls);
void tls_close(struct tls *tls); /* after the server */

/* Reads the files again. Whoever is connected stays so; who comes now has the new ones. */
void tls_reread(struct tls *tls);

/* From time to time: reads the files again while they cannot be used, for somebody may have put them
 * right, and logs when they have run out. */
void tls_watch(struct tls *tls, time_t now);

/* Is something wrong? One sentence that names the file and the next step, or "". `now`: in
 * seconds since 1970; 0: nobody knows. Lives until the next call. */
const char *tls_problem(struct tls *tls, time_t now);

/* As tls_problem of these files, for --check-config. malloc'ed; NULL when memory is short. */
char *tls_check(const char *certificate, const char *key, time_t now);

/* What MHD_start_daemon needs: MHD_USE_TLS, and these options. */
const struct MHD_OptionItem *tls_options(void);

/* A connection has come: it gets the certificate, and if it speaks plain HTTP, an answer
 * (http/plain.h). */
void tls_greet(struct tls *tls, struct MHD_Connection *mhd, struct connection *connection);
