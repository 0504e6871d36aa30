/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board on this machine is known by its certificate's file: nobody else has the key to it, so
 * neither the name by which it is asked nor an authority nor the date has to be right. That is
 * libcurl's pinned key, which is checked also where it does not look at the rest.
 *
 * Any other board is verified as everywhere, by this machine's authorities. */
#include <gnutls/x509.h>
#include <nettle/base64.h>
#include <stdlib.h>
#include <string.h>

#include "data/config.h"
#include "data/file.h"
#include "tools/kitlog/board_inside.h"

enum { PEM_BYTES = 128 * 1024, SHA256_BYTES = 32 };

/* "sha256//<base64 of the hash of the public key>", as libcurl wants it. */
static int pin_of(const gnutls_datum_t *pem, char *ret_pin, size_t size)
{
	gnutls_x509_crt_t certificate;
	unsigned char hash[SHA256_BYTES];
	char base64[BASE64_ENCODE_RAW_LENGTH(SHA256_BYTES) + 1];
	size_t n = sizeof hash;
	int r = gnutls_x509_crt_init(&certificate);

	if (r < 0)
		return r;
	r = gnutls_x509_crt_import(certificate, pem, GNUTLS_X509_FMT_PEM);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, hash, &n);
	gnutls_x509_crt_deinit(certificate);
	if (r < 0)
		return r;
	base64_encode_raw(base64, sizeof hash, hash);
	base64[sizeof base64 - 1] = '\0';
	snprintf(ret_pin, size, "sha256//%s", base64);
	return 0;
}

void board_learn_key(struct board *board, const struct config *config)
{
	char *bytes;
	size_t n;

	if (!config->http.certificate || !(bytes = calloc(1, PEM_BYTES + 1)))
		return;
	if (file_read_plain(config->http.certificate, bytes, PEM_BYTES, &n) == 0) {
		gnutls_datum_t pem = {(unsigned char *)bytes, (unsigned)n};

		if (pin_of(&pem, board->key, sizeof board->key) < 0)
			board->key[0] = '\0';
	}
	free(bytes);
}

void board_trust(const struct board *board, CURL *curl)
{
	if (!*board->key)
		return;
	curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, board->key);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}
