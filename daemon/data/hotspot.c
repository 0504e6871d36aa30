/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/hotspot.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/file.h"

enum { FILE_BYTES = 1024 };

/* --- name and password --- */

const char *hotspot_check_name(const char *name)
{
	if (!*name || strlen(name) >= HOTSPOT_NAME || !utf8_is_valid(name, strlen(name)))
		return "a name of 1 to 32 bytes, such as kitlog-3B2";
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7F)
			return "a name in one line";
	return NULL;
}

const char *hotspot_check_password(const char *password)
{
	size_t n = strlen(password);

	for (const char *at = password; *at; at++)
		if (*at <= ' ' || *at > '~')
			return "a password of ASCII letters, digits and signs";
	return n < 8 || n >= HOTSPOT_PASSWORD ? "a password of 8 to 63 signs" : NULL;
}

void hotspot_new_password(const unsigned char *random, char ret_password[HOTSPOT_PASSWORD])
{
	/* Without 0 o, 1 l i, and u, which v looks like. */
	static const char signs[] = "abcdefghjkmnpqrstvwxyz23456789";
	char *to = ret_password;

	for (int i = 0; i < 10; i++) {
		if (i == 5)
			*to++ = '-';
		*to++ = signs[random[i] % (sizeof signs - 1)];
	}
	*to = '\0';
}

/* --- as cameras read it --- */

static void add_escaped(struct text *text, const char *word)
{
	for (; *word; word++) {
		if (strchr("\\;,\":", *word))
			text_add_char(text, '\\');
		text_add_char(text, *word);
	}
}

void hotspot_write_code(const struct hotspot *hotspot, struct text *text)
{
	text_add(text, "WIFI:T:WPA;S:");
	add_escaped(text, hotspot->name);
	text_add(text, ";P:");
	add_escaped(text, hotspot->password);
	text_add(text, ";;");
}

/* --- as NetworkManager reads it --- */

/* As bytes, which every name is in a keyfile; what is plain stays readable. */
static void add_name(struct text *text, const char *name)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (name[strspn(name, plain)] == '\0') {
		text_add(text, name);
		return;
	}
	for (; *name; name++)
		text_addf(text, "%u;", (unsigned char)*name);
}

/* Of GKeyFile: a backslash is escaped. There are no spaces in a password. */
static void add_word(struct text *text, const char *word)
{
	for (; *word; word++) {
		if (*word == '\\')
			text_add_char(text, '\\');
		text_add_char(text, *word);
	}
}

void hotspot_write_profile(
	const struct hotspot *hotspot, const char *uuid, const char *device, struct text *text)
{
	text_addf(text,
		"# kitlog hotspot on made this; kitlog hotspot off switches it off.\n"
		"[connection]\nid=kitlog-hotspot\nuuid=%s\ntype=wifi\nautoconnect=true\n"
		/* before a network that the board knows from elsewhere */
		"autoconnect-priority=100\n",
		uuid);
	if (device)
		text_addf(text, "interface-name=%s\n", device);
	text_add(text, "\n[wifi]\nmode=ap\nband=bg\nssid=");
	add_name(text, hotspot->name);
	/* WPA2 with AES alone: what every telephone of a class speaks, and nothing weaker. */
	text_add(text,
		"\n\n[wifi-security]\nkey-mgmt=wpa-psk\nproto=rsn;\npairwise=ccmp;\ngroup=ccmp;\n"
		"psk=");
	add_word(text, hotspot->password);
	text_add(text,
		"\n\n[ipv4]\nmethod=shared\naddress1=" HOTSPOT_ADDRESS
		"/24\n\n[ipv6]\nmethod=disabled\n");
}

/* --- the note that it is on --- */

static int note_path(const char *directory, char ret_path[PATH_MAX])
{
	return snprintf(ret_path, PATH_MAX, "%s/hotspot.json", directory) >= PATH_MAX
		? -ENAMETOOLONG
		: 0;
}

int hotspot_read(const char *directory, struct hotspot *ret_hotspot)
{
	char path[PATH_MAX], bytes[FILE_BYTES];
	size_t n;
	int r = note_path(directory, path);

	if (r == 0)
		r = file_read_plain(path, bytes, sizeof bytes, &n);
	if (r < 0)
		return r;
	json_t *json = json_loadb(bytes, n, 0, NULL);
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *password = json_string_value(json_object_get(json, "password"));

	r = name && password && !hotspot_check_name(name) && !hotspot_check_password(password)
		? 0
		: -EBADMSG;
	if (r == 0) {
		text_copy(ret_hotspot->name, sizeof ret_hotspot->name, name);
		text_copy(ret_hotspot->password, sizeof ret_hotspot->password, password);
	}
	json_decref(json);
	return r;
}

int hotspot_keep(const char *directory, const struct hotspot *hotspot)
{
	char path[PATH_MAX];
	int r = note_path(directory, path);

	if (r < 0)
		return r;
	if (!hotspot)
		return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
	json_t *json = json_pack("{ss ss}", "name", hotspot->name, "password", hotspot->password);
	char *bytes = json ? json_dumps(json, JSON_COMPACT) : NULL;

	/* Root writes it, the daemon reads it. */
	r = bytes ? file_write_secret_of(path, directory, bytes, strlen(bytes)) : -ENOMEM;
	free(bytes);
	json_decref(json);
	return r;
}
