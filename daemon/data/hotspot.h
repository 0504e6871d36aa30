/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Wi-Fi of the board's own, for a class without a school's network: its name and password, as people, cameras
 * and NetworkManager read them. `kitlog hotspot on` makes it, and leaves DATA/hotspot.json while it is on, from
 * which the teacher's page shows it.
 *
 * Pure, but for hotspot_read, which reads that small file, and hotspot_keep. */
#pragma once

#include <stddef.h>

#include "base/text.h"

enum {
	HOTSPOT_NAME = 33,     /* IEEE 802.11: 32 bytes; with the NUL */
	HOTSPOT_PASSWORD = 64, /* WPA: 8 to 63 printable ASCII */
	HOTSPOT_PROFILE_TEXT = 1024,
};

/* Where the board is in it: RFC 1918, and what NetworkManager itself takes for a shared network. */
#define HOTSPOT_ADDRESS "10.42.0.1"

struct hotspot {
	char name[HOTSPOT_NAME], password[HOTSPOT_PASSWORD];
};

/* NULL, or what they must be. */
const char *hotspot_check_name(const char *name);
const char *hotspot_check_password(const char *password);

/* A password to read out and type on telephones: ten small letters and digits of which none looks like another,
 * 49 bits; `random`: ten bytes or more. */
void hotspot_new_password(const unsigned char *random, char ret_password[HOTSPOT_PASSWORD]);

/* "WIFI:T:WPA;S:...;P:...;;", what cameras of telephones understand (ZXing, "Barcode Contents", Wi-Fi). */
void hotspot_write_code(const struct hotspot *hotspot, struct text *text);

/* A keyfile of NetworkManager (nm-settings-keyfile(5)): an access point that shares what network the board has.
 * `device` NULL: any Wi-Fi adapter. */
void hotspot_write_profile(
	const struct hotspot *hotspot, const char *uuid, const char *device, struct text *text);

/* The one that is on, by DATA/hotspot.json. 0; -ENOENT: none is; -EBADMSG, other -errno. */
int hotspot_read(const char *directory, struct hotspot *ret_hotspot);

/* Notes that it is on, or off (NULL). The file is its folder's owner's alone. -errno. */
int hotspot_keep(const char *directory, const struct hotspot *hotspot);
