/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What browsers may ask the API, and whatever they may send it: through the door, at a board with a class
 * (support/fuzz_site.h). An answer is JSON where it says so, a refusal has its sentence in both languages,
 * nobody but the teacher gets at what is the teacher's.
 *
 * Input: up to four requests, NUL between them. A request is a letter for who asks (t, g: a group, else
 * nobody), method, path, and behind a line's end its body, as `tPOST /api/v1/marks\n{"text":"开窗"}`. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "support/fuzz_site.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 400;

enum { REQUESTS = 4, REQUEST_BYTES = 20000 };

/* What no request line can hold is escaped, as browsers do. */
static void add_path(struct text *text, const char *path, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (path[i] > ' ' && path[i] < 0x7f && path[i] != '#')
			text_add_char(text, path[i]);
		else
			text_addf(text, "%%%02X", (unsigned char)path[i]);
}

static const char *method_of(const char *request)
{
	static const char *const methods[] = {"GET", "POST", "DELETE", "HEAD", "PUT", "OPTIONS"};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strncmp(request, methods[i], strlen(methods[i])) == 0)
			return methods[i];
	return "POST";
}

/* Whatever the words are: who is not the teacher is answered by nothing that is the teacher's. */
static void check_right(
	const char *method, const char *path, enum fuzz_who who, const struct fuzz_answer *answer)
{
	struct route_arguments arguments;
	const char *allowed;
	size_t n;
	const struct route *routes = api_routes(&n);
	const struct route *route = route_find(routes, n, method, path, &arguments, &allowed);

	if (route && route->needs_teacher && who != FUZZ_TEACHER && answer->status &&
		answer->status < 400) {
		fprintf(stderr, "api_fuzz: anybody may %s %s\n", method, path);
		abort();
	}
}

static void ask(const char *request, size_t n)
{
	static char buffer[REQUEST_BYTES];
	struct text text = text_over(buffer, sizeof buffer), path;
	char path_buffer[1200];
	enum fuzz_who who = *request == 't' ? FUZZ_TEACHER
		: *request == 'g'           ? FUZZ_GROUP
					    : FUZZ_NOBODY;
	const char *method = method_of(request + 1);
	const char *end = memchr(request, '\n', n), *slash;
	size_t head_n = end ? (size_t)(end - request) : n, body_n = end ? n - head_n - 1 : 0;

	slash = memchr(request, '/', head_n);
	if (!slash)
		return;
	path = text_over(path_buffer, sizeof path_buffer);
	add_path(&path, slash, head_n - (size_t)(slash - request));
	text_addf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", method,
		path.at, fuzz_site_cookie(who));
	if (body_n || strcmp(method, "POST") == 0)
		text_addf(
			&text, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body_n);
	text_add(&text, "\r\n");
	if (end)
		text_add_bytes(&text, end + 1, body_n);
	if (text.is_cut)
		return;
	struct fuzz_answer answer = fuzz_site_send(text.at, text.length);

	fuzz_site_check(&answer);
	path.at[strcspn(path.at, "?")] = '\0';
	check_right(method, path.at, who, &answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *requests = malloc(n + 1), *at = requests;

	if (!requests)
		abort();
	memcpy(requests, bytes, n);
	requests[n] = '\0';
	fuzz_site_begin();
	for (unsigned i = 0; i < REQUESTS && at < requests + n; i++) {
		size_t length = strlen(at);

		if (length > 1)
			ask(at, length);
		at += length + 1;
	}
	free(requests);
	return 0;
}
