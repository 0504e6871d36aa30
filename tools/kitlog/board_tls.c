/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board on this machine is known by its certificate's file: nobody else has the key to it, so
 * neither the name by which it is asked nor an authority nor the date has to be right. That is
 * libcurl's pinned key, which is checked also where it does not look at the rest.
 *
 * Files that cannot be used are no key of anybody's: kitlogd then shows the certificate of before, or one
 * that it makes for itself, and it is now that somebody asks `kitlog status` what is wrong. On the loopback
 * address, and only there, whatever is shown is taken: nothing of it is on a network, where another could
 * stand in between, and who listens at the port of a board has an account there. That is what plain HTTP
 * gives on the same address.
 *
 * Any other board is verified as everywhere, by this machine's authorities. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "data/config.h"
#include "data/file.h"
#include "http/certificate.h"
#include "room/pinned_key.h"
#include "tools/kitlog/board_inside.h"

enum { PEM_BYTES = 128 * 1024 };

/* A name may be anybody's, whatever it is usually. */
static bool is_loopback(const char *listen)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, listen, &four) == 1)
		return four.s_addr == INADDR_ANY ||
			ntohl(four.s_addr) >> IN_CLASSA_NSHIFT == IN_LOOPBACKNET;
	return inet_pton(AF_INET6, listen, &six) == 1 &&
		(IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six));
}

/* kitlogd does not serve by these files once it starts anew. Who may not read the key cannot know. */
static bool are_unusable(const struct config *config)
{
	struct certificate *it = NULL;
	char why[512];
	int failed =
		certificate_take(config->http.certificate, config->http.key, &it, why, sizeof why);

	certificate_free(it);
	return failed && failed != -EACCES && failed != -EPERM && failed != -ENOMEM;
}

void board_learn_key(struct board *board, const struct config *config)
{
	char *bytes;
	size_t n;

	if (!config->http.certificate || !(bytes = calloc(1, PEM_BYTES + 1)))
		return;
	if (file_read_plain(config->http.certificate, bytes, PEM_BYTES, &n) == 0 &&
		pinned_key_of(bytes, board->key) < 0)
		board->key[0] = '\0';
	free(bytes);
	board->is_any_key_good = is_loopback(config->http.listen) && are_unusable(config);
}

void board_trust(const struct board *board, CURL *curl)
{
	if (!*board->key && !board->is_any_key_good)
		return;
	if (!board->is_any_key_good)
		curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, board->key);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}
