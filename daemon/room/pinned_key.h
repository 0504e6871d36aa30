/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another board's certificate is known by: its public key, which nobody else has the other half of. Names, dates
 * and authorities need not be right then: boards have none that anybody knows, and often no hour. Pure; any thread. */
#pragma once

enum { PINNED_KEY_TEXT = 64 };

/* "sha256//<base64 of the hash of the public key>" of a PEM, as libcurl wants it (CURLOPT_PINNEDPUBLICKEY). 0; -ENOMEM;
 * or -EINVAL: it cannot be read. */
int pinned_key_of(const char *pem, char ret_key[PINNED_KEY_TEXT]);
