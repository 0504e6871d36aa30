/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes on a socket of the pages' server (support/fuzz_site.h): request lines, headers, cookies, chunks, files, several
 * requests in one go. Whatever comes back is an answer; a Host that is not the board's leads nowhere.
 *
 * Input: as sent, but for the bytes 1 and 2, in whose place the teacher's and a group's cookie stand, which
 * nobody can guess. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fuzz_site.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 400;

enum { COOKIE_BYTES = 100 };

/* "Cookie: kitlog=...\r\n" without its end. */
static size_t add_cookie(uint8_t *to, enum fuzz_who who)
{
	size_t n = strcspn(fuzz_site_cookie(who), "\r");

	if (n > COOKIE_BYTES)
		abort();
	memcpy(to, fuzz_site_cookie(who), n);
	return n;
}

static size_t put_cookies(const uint8_t *bytes, size_t n, uint8_t *to)
{
	size_t length = 0;

	for (size_t i = 0; i < n; i++)
		if (bytes[i] == 1 || bytes[i] == 2)
			length +=
				add_cookie(to + length, bytes[i] == 1 ? FUZZ_TEACHER : FUZZ_GROUP);
		else
			to[length++] = bytes[i];
	return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint8_t *sent = malloc(n * COOKIE_BYTES + 1);

	if (!sent)
		abort();
	fuzz_site_begin();
	size_t n_sent = put_cookies(bytes, n, sent), from = 0;
	struct fuzz_answer answer = fuzz_site_send(sent, n_sent);

	while (from < n_sent && (sent[from] == '\r' || sent[from] == '\n'))
		from++;
	/* What is behind the head of such an answer is the next one. */
	if (n_sent - from < 4 || memcmp(sent + from, "HEAD", 4) != 0)
		fuzz_site_check(&answer);
	free(sent);
	return 0;
}
