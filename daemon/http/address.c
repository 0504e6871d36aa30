/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* The first address of the board that others can reach; for people, who cannot open 0.0.0.0. */
static bool find_address(char *ret_text, size_t size)
{
	struct ifaddrs *all;
	bool is_found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *i = all; i && !is_found; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
			(i->ifa_flags & IFF_LOOPBACK) || !(i->ifa_flags & IFF_UP))
			continue;
		const struct sockaddr_in *address = (const struct sockaddr_in *)(void *)i->ifa_addr;

		is_found = inet_ntop(AF_INET, &address->sin_addr, ret_text, (socklen_t)size);
	}
	freeifaddrs(all);
	return is_found;
}

void address_write(const char *listen_at, unsigned port, char *ret_address, size_t size)
{
	struct text text = text_over(ret_address, size);
	char found[INET6_ADDRSTRLEN];
	bool is_any = strcmp(listen_at, "0.0.0.0") == 0 || strcmp(listen_at, "::") == 0;

	if (is_any)
		listen_at = find_address(found, sizeof found) ? found : "127.0.0.1";
	text_addf(&text, strchr(listen_at, ':') ? "http://[%s]:%u/" : "http://%s:%u/", listen_at,
		port);
}
