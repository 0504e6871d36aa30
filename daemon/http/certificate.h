/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A certificate and its key as GnuTLS takes them: of two PEM files, or made on the spot. What is wrong
 * with files is a sentence for people, which has its Chinese (data/chinese.h).
 *
 * Main thread. Reads small files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <gnutls/gnutls.h>

#include "base/text.h"

struct certificate {
	struct certificate *before; /* whoever keeps several */
	gnutls_certificate_credentials_t credentials;
	time_t ends;
	bool is_stand_in; /* made on the spot */
	size_t n;
	unsigned char bytes[]; /* of the certificate's file */
};

/* 0, or -errno and why: "FILE: what is wrong; the next step". */
int certificate_take(const char *certificate_path, const char *key_path,
	struct certificate **ret_certificate, char *ret_why, size_t size);

/* One that the board signs itself, of which browsers warn. -EIO: GnuTLS cannot. */
int certificate_make(struct certificate **ret_certificate);

/* When that one ends, with a time_t of so many bytes. */
int64_t certificate_stand_in_end(size_t time_bytes);

void certificate_free(struct certificate *certificate); /* NULL is well */

/* Adds a sentence when it has run out by `now` (0: nobody knows the hour). */
void certificate_write_end(
	struct text *text, const char *path, const struct certificate *certificate, time_t now);
