/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/certificate.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "data/file.h"

enum { PEM_BYTES = 128 * 1024 };

/* --- from files to credentials --- */

struct pem {
	char *bytes; /* with a NUL behind */
	size_t n;
};

static void pem_free(struct pem *pem)
{
	if (pem->bytes)
		explicit_bzero(pem->bytes, pem->n);
	free(pem->bytes);
	pem->bytes = NULL;
}

static gnutls_datum_t datum_of(const struct pem *pem)
{
	return (gnutls_datum_t){(unsigned char *)pem->bytes, (unsigned)pem->n};
}

static int pem_read(const char *path, struct pem *ret_pem, struct text *why)
{
	char *bytes = calloc(1, PEM_BYTES + 1);
	int failed = bytes ? file_read_plain(path, bytes, PEM_BYTES, &ret_pem->n) : -ENOMEM;

	ret_pem->bytes = bytes;
	if (failed == -EISDIR)
		text_addf(why, "%s: is no file; name a file in PEM form", path);
	else if (failed)
		text_addf(why,
			"%s: %s; check the name, and let kitlogd read it (chgrp kitlog, chmod 640)",
			path, strerror(-failed));
	return failed;
}

/* When the first certificate of a chain ends. */
static int end_of(const gnutls_datum_t *pem, time_t *ret_ends)
{
	gnutls_x509_crt_t certificate;
	int r = gnutls_x509_crt_init(&certificate);

	if (r < 0)
		return r;
	r = gnutls_x509_crt_import(certificate, pem, GNUTLS_X509_FMT_PEM);
	if (r == 0)
		*ret_ends = gnutls_x509_crt_get_expiration_time(certificate);
	gnutls_x509_crt_deinit(certificate);
	return r;
}

static bool is_key(const gnutls_datum_t *pem)
{
	gnutls_x509_privkey_t key;
	bool is_good = false;

	if (gnutls_x509_privkey_init(&key) < 0)
		return false;
	is_good = gnutls_x509_privkey_import2(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0) == 0;
	gnutls_x509_privkey_deinit(key);
	return is_good;
}

void certificate_free(struct certificate *it)
{
	if (it && it->credentials)
		gnutls_certificate_free_credentials(it->credentials);
	free(it);
}

static int certificate_new(const gnutls_datum_t *certificate, const gnutls_datum_t *key,
	struct certificate **ret_certificate)
{
	struct certificate *it = calloc(1, sizeof *it + certificate->size);
	int r = GNUTLS_E_MEMORY_ERROR;

	if (!it)
		return r;
	it->n = certificate->size;
	memcpy(it->bytes, certificate->data, certificate->size);
	r = gnutls_certificate_allocate_credentials(&it->credentials);
	if (r >= 0)
		r = gnutls_certificate_set_x509_key_mem2(
			it->credentials, certificate, key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (r >= 0)
		r = end_of(certificate, &it->ends);
	if (r < 0)
		certificate_free(it);
	else
		*ret_certificate = it;
	return r < 0 ? r : 0;
}

/* -EINVAL with the reason, else -errno with it. */
int certificate_take(const char *certificate_path, const char *key_path,
	struct certificate **ret_certificate, char *ret_why, size_t size)
{
	struct text why = text_over(ret_why, size);
	struct pem certificate = {0}, key = {0};
	time_t ends;
	int failed = pem_read(certificate_path, &certificate, &why);

	if (!failed)
		failed = pem_read(key_path, &key, &why);
	if (failed)
		goto done;
	gnutls_datum_t chain = datum_of(&certificate), secret = datum_of(&key);

	failed = -EINVAL;
	if (end_of(&chain, &ends) < 0)
		text_addf(&why, "%s: holds no certificate; name the chain in PEM form",
			certificate_path);
	else if (!is_key(&secret))
		text_addf(&why,
			"%s: holds no key that opens; name the private key in PEM form, without a password",
			key_path);
	else if (certificate_new(&chain, &secret, ret_certificate) < 0)
		text_addf(&why, "%s: is not the key of %s; name the two that were made together",
			key_path, certificate_path);
	else
		failed = 0;
done:
	pem_free(&certificate);
	pem_free(&key);
	return failed;
}

/* --- a certificate of the board's own --- */

int64_t certificate_stand_in_end(size_t time_bytes)
{
	/* Of 2049. In 32 bits, as Debian 12 has on armhf, it would be one of 1912, and GnuTLS tells this
	 * last hour of 2037 of whatever ends later. */
	static const int64_t until = 2493072000, until_32 = 2145914603;

	return time_bytes > sizeof(int32_t) ? until : until_32;
}

static int sign_oneself(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
	/* From 2000, since a board may not know the hour. */
	static const time_t from = 946684800;
	const time_t until = (time_t)certificate_stand_in_end(sizeof(time_t));
	static const unsigned char serial[] = {1};
	static const char name[] = "kitlog";
	int r = gnutls_x509_privkey_generate(
		key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);

	if (r >= 0)
		r = gnutls_x509_crt_set_version(certificate, 3);
	if (r >= 0)
		r = gnutls_x509_crt_set_serial(certificate, serial, sizeof serial);
	if (r >= 0)
		r = gnutls_x509_crt_set_activation_time(certificate, from);
	if (r >= 0)
		r = gnutls_x509_crt_set_expiration_time(certificate, until);
	if (r >= 0)
		r = gnutls_x509_crt_set_dn_by_oid(
			certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, sizeof name - 1);
	if (r >= 0)
		r = gnutls_x509_crt_set_key(certificate, key);
	if (r >= 0)
		r = gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
	return r;
}

int certificate_make(struct certificate **ret_certificate)
{
	gnutls_x509_crt_t certificate = NULL;
	gnutls_x509_privkey_t key = NULL;
	gnutls_datum_t chain = {NULL, 0}, secret = {NULL, 0};
	int r = gnutls_x509_crt_init(&certificate);

	if (r >= 0)
		r = gnutls_x509_privkey_init(&key);
	if (r >= 0)
		r = sign_oneself(certificate, key);
	if (r >= 0)
		r = gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &chain);
	if (r >= 0)
		r = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &secret);
	if (r >= 0)
		r = certificate_new(&chain, &secret, ret_certificate);
	if (r == 0)
		(*ret_certificate)->is_stand_in = true;
	gnutls_free(chain.data);
	if (secret.data)
		explicit_bzero(secret.data, secret.size);
	gnutls_free(secret.data);
	if (certificate)
		gnutls_x509_crt_deinit(certificate);
	if (key)
		gnutls_x509_privkey_deinit(key);
	return r < 0 ? -EIO : 0;
}

/* --- its end --- */

void certificate_write_end(
	struct text *text, const char *path, const struct certificate *certificate, time_t now)
{
	time_t ends = certificate->ends;
	struct tm day;
	char date[16];

	if (ends == (time_t)-1 || ends > now || !gmtime_r(&ends, &day))
		return;
	strftime(date, sizeof date, "%Y-%m-%d", &day);
	text_addf(text, "%s: ended on %s, so that browsers warn; renew it, then reload kitlogd",
		path, date);
}
