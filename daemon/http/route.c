/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of some twenty routes is walked from its start: dearer than a tree by nanoseconds and
 * readable as what it is, the list of everything the API has. */
#include "http/route.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/address.h"

static size_t segment_length(const char *at)
{
	return strcspn(at, "/");
}

bool route_fits(const char *pattern, const char *path, struct route_arguments *ret_arguments)
{
	size_t n = 0;

	memset(ret_arguments, 0, sizeof *ret_arguments);
	while (*pattern == '/' && *path == '/') {
		size_t wanted = segment_length(++pattern), given = segment_length(++path);

		if (*pattern == '{') {
			if (given == 0 || given >= ROUTE_ARGUMENT_TEXT || n == ROUTE_ARGUMENTS)
				return false;
			memcpy(ret_arguments->text[n++], path, given);
		} else if (wanted != given || memcmp(pattern, path, wanted) != 0) {
			return false;
		}
		pattern += wanted;
		path += given;
	}
	return *pattern == '\0' && *path == '\0';
}

const struct route *route_find(const struct route *routes, size_t n, const char *method,
	const char *path, struct route_arguments *ret_arguments, const char **ret_allowed)
{
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	*ret_allowed = NULL;
	for (size_t i = 0; i < n; i++) {
		if (!route_fits(routes[i].pattern, path, ret_arguments))
			continue;
		if (strcmp(routes[i].method, method) == 0)
			return &routes[i];
		*ret_allowed = routes[i].method;
	}
	return NULL;
}

static bool is_address(const char *name)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

/* "[::1]:8080" -> "::1", "board.local.:80" -> "board.local" */
static bool without_port(const char *host, char *ret_name, size_t size)
{
	size_t n;

	if (*host == '[') {
		n = strcspn(++host, "]");
		if (host[n] != ']' || (host[n + 1] != '\0' && host[n + 1] != ':'))
			return false;
	} else {
		n = strcspn(host, ":");
		if (n > 0 && host[n - 1] == '.')
			n--;
	}
	if (n == 0 || n >= size)
		return false;
	memcpy(ret_name, host, n);
	ret_name[n] = '\0';
	return true;
}

static bool is_name_of_board(const char *name, const char *board)
{
	char buffer[256];
	struct text local = text_over(buffer, sizeof buffer);

	text_addf(&local, "%s.local", board);
	return strcasecmp(name, board) == 0 || strcasecmp(name, local.at) == 0;
}

bool host_is_ours(const char *host, const char *board, char *const *names, size_t n_names)
{
	char name[256];

	if (!host || !without_port(host, name, sizeof name))
		return false;
	if (is_address(name) || strcasecmp(name, "localhost") == 0 || is_name_of_board(name, board))
		return true;
	for (size_t i = 0; i < n_names; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

bool host_is_for_others(const char *host, const char *board)
{
	char name[256];

	return host && without_port(host, name, sizeof name) &&
		strcasecmp(name, "localhost") != 0 && address_is_for_others(name) &&
		!is_name_of_board(name, board);
}
