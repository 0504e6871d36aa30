/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* How well others reach it; 0: not at all. */
static unsigned worth_of(const struct ifaddrs *one)
{
	if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET ||
		(one->ifa_flags & IFF_LOOPBACK) || !(one->ifa_flags & IFF_UP))
		return 0;
	const struct sockaddr_in *address = (const struct sockaddr_in *)(void *)one->ifa_addr;
	bool is_given = ntohl(address->sin_addr.s_addr) >> 16 != (169 << 8 | 254);

	return 1U + (is_given ? 1 : 0) + (one->ifa_flags & IFF_RUNNING ? 2 : 0);
}

/* For people, who cannot open 0.0.0.0. */
static bool find_address(char *ret_text, size_t size)
{
	const struct ifaddrs *best = NULL;
	struct ifaddrs *all;
	bool is_found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *i = all; i; i = i->ifa_next)
		if (worth_of(i) > (best ? worth_of(best) : 0))
			best = i;
	if (best) {
		const struct sockaddr_in *address =
			(const struct sockaddr_in *)(void *)best->ifa_addr;

		is_found = inet_ntop(AF_INET, &address->sin_addr, ret_text, (socklen_t)size);
	}
	freeifaddrs(all);
	return is_found;
}

int address_write(
	const char *listen_at, unsigned port, bool is_secure, char *ret_address, size_t size)
{
	struct text text = text_over(ret_address, size);
	char found[INET6_ADDRSTRLEN];
	bool is_any = strcmp(listen_at, "0.0.0.0") == 0 || strcmp(listen_at, "::") == 0;
	bool is_alone = is_any && !find_address(found, sizeof found);

	if (is_any)
		listen_at = is_alone ? "127.0.0.1" : found;
	text_add(&text, is_secure ? "https://" : "http://");
	text_addf(&text, strchr(listen_at, ':') ? "[%s]:%u/" : "%s:%u/", listen_at, port);
	return is_alone ? -ENETDOWN : 0;
}

bool address_is_for_others(const char *address)
{
	return strncmp(address, "127.", 4) != 0 && strcmp(address, "::1") != 0 &&
		strncasecmp(address, "fe80:", 5) != 0;
}
