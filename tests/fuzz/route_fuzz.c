/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any path and any Host: at most one route answers, with arguments that stood in the path; a name that is
 * neither the board's nor an address leads nowhere (DNS rebinding).
 *
 * Input: method, path, Host, each up to NUL. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/api.h"
#include "base/text.h"
#include "http/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { PART = 300, PARTS = 3 };

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "route_fuzz: %s: %s\n", what, shown);
	abort();
}

static void check_route(const char *method, const char *path)
{
	struct route_arguments arguments;
	const char *allowed;
	size_t n;
	const struct route *routes = api_routes(&n);
	const struct route *route = route_find(routes, n, method, path, &arguments, &allowed);

	must(!route || !strncmp(path, "/api/v1/", 8), "a route elsewhere", path);
	must(!route || !strcmp(route->method, method) || !strcmp(method, "HEAD"), "method", path);
	for (unsigned i = 0; route && i < ROUTE_ARGUMENTS; i++) {
		must(strstr(path, arguments.text[i]) != NULL, "an argument from nowhere", path);
		must(!strchr(arguments.text[i], '/'), "an argument of two parts", path);
	}
}

/* By its own arithmetic: the name without its port. */
static void check_host(const char *host)
{
	static char name[] = "lab.school.example", *names[] = {name};
	unsigned char address[16];
	char seen[PART];

	bool is_others = host_is_for_others(host, "kitlog");
	if (!host_is_ours(host, "kitlog", names, 1))
		return;
	(void)is_others;
	text_copy(seen, sizeof seen, host + (*host == '['));
	seen[strcspn(seen, *host == '[' ? "]" : ":")] = '\0';
	size_t n = strlen(seen);
	if (n && seen[n - 1] == '.')
		seen[n - 1] = '\0';
	must(!strcasecmp(seen, "kitlog") || !strcasecmp(seen, "kitlog.local") ||
			!strcasecmp(seen, name) || !strcasecmp(seen, "localhost") ||
			inet_pton(AF_INET, seen, address) == 1 ||
			inet_pton(AF_INET6, seen, address) == 1,
		"a Host that is not ours", host);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char parts[PARTS][PART] = {""};

	for (unsigned i = 0; i < PARTS; i++) {
		size_t length = strnlen((const char *)bytes, n);

		memcpy(parts[i], bytes, length < PART ? length : PART - 1);
		bytes += length + (length < n);
		n -= length + (length < n);
	}
	check_route(parts[0], parts[1]);
	check_host(parts[2]);
	return 0;
}
