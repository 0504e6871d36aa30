/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room/keys.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "data/file.h"

#define LOG_TAG "room"
#define ADDRESS_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:"

enum { FILE_BYTES = KEYS_MOST * (2 * VISIT_CERTIFICATE + 1024) };

static bool take(char *ret_text, size_t size, const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text_copy(ret_text, size, text ? text : "");
}

/* "https://10.0.0.7:8080", as room's thread made it, and nothing that would be more in a URL. */
static bool is_address(const char *word)
{
	size_t scheme = strncmp(word, "http://", 7) == 0 ? 7
		: strncmp(word, "https://", 8) == 0      ? 8
							 : 0;
	size_t n = strlen(word);

	return scheme && n > scheme && n == scheme + strspn(word + scheme, ADDRESS_CHARACTERS);
}

static bool read_key(const json_t *told, struct key *ret_key)
{
	return take(ret_key->id, sizeof ret_key->id, told, "id") && *ret_key->id &&
		take(ret_key->name, sizeof ret_key->name, told, "name") &&
		take(ret_key->address, sizeof ret_key->address, told, "address") &&
		is_address(ret_key->address) &&
		take(ret_key->token, sizeof ret_key->token, told, "token") &&
		take(ret_key->certificate, sizeof ret_key->certificate, told, "certificate");
}

static void read_all(struct keys *keys, const char *bytes, size_t n)
{
	json_t *told = json_loadb(bytes, n, 0, NULL);
	const json_t *list = json_object_get(told, "boards"), *one;
	size_t i;

	json_array_foreach(list, i,
		one) if (keys->n < KEYS_MOST && read_key(one, &keys->all[keys->n])) keys->n++;
	json_decref(told);
}

int keys_open(struct keys *keys, const char *directory)
{
	char *bytes = malloc(FILE_BYTES);
	size_t n;

	*keys = (struct keys){.all = calloc(KEYS_MOST, sizeof *keys->all)};
	if (!bytes || !keys->all) {
		free(bytes);
		keys_close(keys);
		return -ENOMEM;
	}
	snprintf(keys->path, sizeof keys->path, "%s/boards", directory);
	if (file_read_plain(keys->path, bytes, FILE_BYTES, &n) == 0)
		read_all(keys, bytes, n);
	free(bytes);
	return 0;
}

void keys_close(struct keys *keys)
{
	free(keys->all);
	*keys = (struct keys){.all = NULL};
}

static struct key *find(const struct keys *keys, const char *id)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->all[i].id, id) == 0)
			return &keys->all[i];
	return NULL;
}

const struct key *keys_find(const struct keys *keys, const char *id)
{
	return find(keys, id);
}

bool keys_know_address(const struct keys *keys, const char *address)
{
	for (size_t i = 0; i < keys->n; i++)
		if (strcmp(keys->all[i].address, address) == 0)
			return true;
	return false;
}

static int write_all(const struct keys *keys)
{
	json_t *list = json_array(), *whole;
	bool is_whole = true;
	char *bytes;
	int r = -EINVAL; /* of what is no UTF-8; no memory is rarer */

	for (size_t i = 0; i < keys->n; i++) {
		const struct key *key = &keys->all[i];

		is_whole &= json_array_append_new(list,
				    json_pack("{ssssssssss}", "id", key->id, "name", key->name,
					    "address", key->address, "token", key->token,
					    "certificate", key->certificate)) == 0;
	}
	whole = json_pack("{so}", "boards", list);
	bytes = is_whole ? json_dumps(whole, JSON_INDENT(1)) : NULL;
	if (bytes)
		r = file_write_secret(keys->path, bytes, strlen(bytes));
	free(bytes);
	json_decref(whole);
	if (r < 0)
		log_err("%s: %s; after a restart other boards are joined as they were before",
			keys->path, strerror(-r));
	return r;
}

/* Whoever was joined there is there no more: an address is one board's. */
static void drop_others_at(struct keys *keys, const struct key *key)
{
	for (size_t i = keys->n; i-- > 0;)
		if (strcmp(keys->all[i].address, key->address) == 0 &&
			strcmp(keys->all[i].id, key->id) != 0)
			keys->all[i] = keys->all[--keys->n];
}

int keys_put(struct keys *keys, const struct key *key)
{
	struct key *place;

	if (!*key->id)
		return -EINVAL;
	if (!keys->all)
		return -ENOSPC;
	drop_others_at(keys, key);
	place = find(keys, key->id);
	if (!place && keys->n == KEYS_MOST)
		return -ENOSPC;
	if (!place)
		place = &keys->all[keys->n++];
	*place = *key;
	return write_all(keys);
}

int keys_remove(struct keys *keys, const char *id)
{
	struct key *place = find(keys, id);

	if (!place)
		return 0;
	*place = keys->all[--keys->n];
	return write_all(keys);
}
