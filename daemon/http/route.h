/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which handler answers a path, and whether a request is meant for this board at all. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct request;
typedef void route_handler(void *self, struct request *request);

struct route {
	const char *method; /* "GET", "POST", "DELETE" */
	const char *
		pattern; /* "/api/v1/runs/{id}/stop": {...} stands for one segment, at least one byte */
	bool needs_teacher;
	route_handler *handle;
};

enum { ROUTE_ARGUMENTS = 2, ROUTE_ARGUMENT_TEXT = 48 };
struct route_arguments {
	char text[ROUTE_ARGUMENTS][ROUTE_ARGUMENT_TEXT]; /* what stood for {...}, in order */
};

/* Does the path fit the pattern? ret_arguments is written in either case. */
bool route_fits(const char *pattern, const char *path, struct route_arguments *ret_arguments);

/* The route of method and path (HEAD counts as GET), or NULL. Then *ret_allowed is NULL when no
 * route has the path, else a method that would do: 404 and 405. */
const struct route *route_find(const struct route *routes, size_t n, const char *method,
	const char *path, struct route_arguments *ret_arguments, const char **ret_allowed);

/* May a browser call us by this Host? "localhost", a literal IP address, the board's name, that
 * with ".local", and the given names; a port behind is ignored. Anything else is how DNS rebinding
 * looks: a foreign page whose name has been made to point here. */
bool host_is_ours(const char *host, const char *board, char *const *names, size_t n_names);

/* Does a Host that is ours lead others here, too? Not "localhost" and loopback's addresses, nor the board's own
 * name, which many telephones do not find. */
bool host_is_for_others(const char *host, const char *board);
