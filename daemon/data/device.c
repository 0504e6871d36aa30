/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When two streams are one, and how a label on a wire becomes an id. */
#include "data/device.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"

static bool channel_is_same(const struct channel *a, const struct channel *b)
{
	/* Not the names nor the range: a better translation does not make other numbers. */
	return strcmp(a->id, b->id) == 0 && strcmp(a->quantity, b->quantity) == 0 &&
		strcmp(a->unit, b->unit) == 0 && a->resolution == b->resolution;
}

const char *stamp_source_name(enum stamp_source source)
{
	switch (source) {
	case STAMP_DEVICE:
		return "device";
	case STAMP_KERNEL:
		return "kernel";
	case STAMP_ARRIVAL:
		break;
	}
	return "arrival";
}

bool stream_is_same(const struct stream *a, const struct stream *b)
{
	if (strcmp(a->name, b->name) != 0 || a->kind != b->kind || a->stamps != b->stamps ||
		a->n_channels != b->n_channels)
		return false;
	for (uint32_t i = 0; i < a->n_channels; i++)
		if (!channel_is_same(&a->channels[i], &b->channels[i]))
			return false;
	return true;
}

/* A text goes in with its closing NUL, so that "ab","c" is not "a","bc". */
static uint64_t mix(uint64_t hash, const char *text)
{
	return hash_add(hash, text, strlen(text) + 1);
}

static uint64_t mix_number(uint64_t hash, double value)
{
	char text[NUMBER_TEXT + 1];

	/* Plus zero: -0.0 is equal to 0.0 and is written in another way. */
	text[number_from_double(value + 0.0, text)] = '\0';
	return mix(hash, text);
}

uint64_t stream_fingerprint(const struct stream *stream)
{
	uint64_t hash = mix(HASH_START, stream->name);

	hash = mix_number(hash, stream->kind);
	hash = mix_number(hash, stream->stamps);
	for (uint32_t i = 0; i < stream->n_channels; i++) {
		const struct channel *channel = &stream->channels[i];

		hash = mix(hash, channel->id);
		hash = mix(hash, channel->quantity);
		hash = mix(hash, channel->unit);
		hash = mix_number(hash, channel->resolution);
	}
	return hash;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

void id_from_text(const char *text, unsigned number, char *ret_id, unsigned size)
{
	unsigned n = 0;
	bool is_apart = false; /* something stood here that an id cannot hold: one '_' */

	for (; *text && n + 1 < size; text++) {
		if (!is_letter(*text) && !is_digit(*text)) {
			is_apart = true;
			continue;
		}
		if (n == 0 && is_digit(*text)) {
			ret_id[n++] = 'c';
		} else if (n > 0 && is_apart) {
			ret_id[n++] = '_';
		}
		is_apart = false;
		if (n + 1 < size)
			ret_id[n++] = lower(*text);
	}
	if (n > 0 && ret_id[n - 1] == '_')
		n--;
	if (n > 0)
		ret_id[n] = '\0';
	else
		snprintf(ret_id, size, "c%u", number);
}
