/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hashes of a package's files, beside them as SHA256SUMS: lines as sha256sum(1) writes and checks them. They say
 * whether a file is still what was written; who changes one on purpose can write its hash anew, for it is no signature. */
#pragma once

#include <stddef.h>
#include <nettle/sha2.h>

#include "base/text.h"
#include "export/about.h"

#define SUMS_FILE "SHA256SUMS"

enum { SUMS_LINE = 2 * SHA256_DIGEST_SIZE + 4 + ABOUT_FILE };

/* While files are written, one after the other. One that is all zero is ready. */
struct sums {
	char file[ABOUT_FILE]; /* that is hashed; "": none */
	struct sha256_ctx hash;
	char room[(ABOUT_STREAMS + 4) * SUMS_LINE];
	size_t length; /* of the lines so far */
};

/* The next file; what is added from now on is in it. */
void sums_begin(struct sums *sums, const char *file);
void sums_add(struct sums *sums, const void *bytes, size_t n);
/* The last file is over. The lines of all, which are in `sums` until the next begins; ret_n 0: there was no file. */
const char *sums_end(struct sums *sums, size_t *ret_n);

/* Are the files of `folder` those of its SHA256SUMS? One that is not there is passed over: a folder need not have all. 0: they
 * are, or nobody wrote any; -EBADMSG with the fault, which names the file behind `within` ("", "run-3/"); other -errno: the
 * card. Work thread. */
int sums_check(const char *folder, const char *within, struct about_fault *ret_fault);
