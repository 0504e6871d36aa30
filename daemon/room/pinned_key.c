/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/pinned_key.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <nettle/base64.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SHA256_BYTES = 32 };

int pinned_key_of(const char *pem, char ret_key[PINNED_KEY_TEXT])
{
	const gnutls_datum_t bytes = {
		(unsigned char *)(uintptr_t)pem, (unsigned)strlen(pem)}; /* only read */
	unsigned char hash[SHA256_BYTES];
	char base64[BASE64_ENCODE_RAW_LENGTH(SHA256_BYTES) + 1];
	gnutls_x509_crt_t certificate;
	size_t n = sizeof hash;
	int r = gnutls_x509_crt_init(&certificate);

	if (r < 0)
		return -ENOMEM;
	r = gnutls_x509_crt_import(certificate, &bytes, GNUTLS_X509_FMT_PEM);
	if (r == 0)
		r = gnutls_x509_crt_get_key_id(certificate, GNUTLS_KEYID_USE_SHA256, hash, &n);
	gnutls_x509_crt_deinit(certificate);
	if (r < 0)
		return -EINVAL;
	base64_encode_raw(base64, sizeof hash, hash);
	base64[sizeof base64 - 1] = '\0';
	snprintf(ret_key, PINNED_KEY_TEXT, "sha256//%s", base64);
	return 0;
}
