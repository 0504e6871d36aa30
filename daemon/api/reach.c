/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/reach.h"

#include <string.h>

#include "http/address.h"
#include "http/route.h"

/* An IPv4 address where it listens at "::". */
static const char IN_V6[] = "::ffff:";

enum { IP_TEXT = 64, ADDRESS_TEXT = 80 };

void reach_write(const struct parts *parts, const struct request *request, struct text *text)
{
	const char *host = request_header(request, "Host");
	char met[IP_TEXT], address[ADDRESS_TEXT];

	if (host_is_for_others(host, parts->board)) {
		text_addf(text, parts->tls ? "https://%s/" : "http://%s/", host);
		return;
	}
	request_met(request, met, sizeof met);
	const char *own = strncmp(met, IN_V6, sizeof IN_V6 - 1) == 0 ? met + sizeof IN_V6 - 1 : met;

	if (*own == '?' || !address_is_for_others(own))
		own = parts->config->http.listen;
	address_write(own, parts->port, parts->tls, address, sizeof address);
	text_add(text, address);
}
