/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stranger says in the clear to a port that speaks HTTPS: nothing of it gets into the answer but a place of
 * one line, and a head that is not over is waited for only so long. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/plain.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "plain_fuzz: %s\n", what);
	abort();
}

/* Lines end with CR LF, and hold nothing that ends one. */
static void check_head(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	must(end != NULL, "a head that does not end");
	for (const char *at = answer; at < end; at++)
		must(((unsigned char)*at >= ' ' && *at != 0x7f) ||
				(at[0] == '\r' && at[1] == '\n') ||
				(at[0] == '\n' && at > answer && at[-1] == '\r'),
			"a control character");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static char answer[PLAIN_HEAD + 1024];
	char *head;

	if (n > PLAIN_HEAD)
		n = PLAIN_HEAD;
	head = calloc(n ? n : 1, 1); /* its own size, so that what is read behind it is found */
	must(head != NULL, "no memory");
	if (n)
		memcpy(head, bytes, n);
	size_t length = plain_answer(head, n, answer, sizeof answer);

	free(head);
	must(length > 0 || n < PLAIN_HEAD, "waited for more than there is room for");
	if (length == 0)
		return 0;
	must(length < sizeof answer && length == strlen(answer), "another length");
	must(!strncmp(answer, "HTTP/1.1 307 ", 13) || !strncmp(answer, "HTTP/1.1 426 ", 13),
		"another answer");
	check_head(answer);
	return 0;
}
