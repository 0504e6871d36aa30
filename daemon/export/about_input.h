/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How run.json is read: each member is asked for by name, type and range, and the first that is wrong is named.
 * A member that is absent or null says nothing, and what is to be filled stays. Functions that return bool:
 * false, when the fault has been written. Inside export/about_read*.c only. */
#pragma once

#include "export/about.h"

/* Longer than any board lives, and far from where an int64 of nanoseconds ends. */
#define ABOUT_MOST_US 4e15

struct about_input {
	struct about *about;
	struct about_fault *fault;
	char place[96]; /* "streams[2].channels[0]."; empty: the whole */
	bool is_out_of_memory;
};

/* "In run.json, streams[2].kit is wrong: expected EN." Always false, as is the next. */
bool about_blame(struct about_input *in, const char *member, const char *zh, const char *en);
bool about_lacks_memory(struct about_input *in);
/* What is asked for next lies in outer.list[index]. */
void about_enter(struct about_input *in, const char *outer, const char *list, size_t index);

const json_t *about_member(const json_t *object, const char *name); /* NULL: absent or null */
bool about_take_text(struct about_input *in, const json_t *object, const char *name, char *ret_text,
	size_t size);
bool about_take_number(struct about_input *in, const json_t *object, const char *name, double low,
	double high, double *ret_value);
bool about_take_us(struct about_input *in, const json_t *object, const char *name, double low,
	int64_t *ret_ns); /* microseconds, with a fraction */
bool about_take_ns(struct about_input *in, const json_t *object, const char *name, int64_t *ret_ns);
bool about_take_count(struct about_input *in, const json_t *object, const char *name, uint32_t most,
	uint32_t *ret_value);
bool about_take_words(
	struct about_input *in, const json_t *object, char *ret_zh, char *ret_en); /* `name` */
/* The list and room for its elements, zeroed; none, when it is absent. */
bool about_take_list(struct about_input *in, const json_t *object, const char *name, size_t most,
	size_t size, const json_t **ret_list, void *ret_room);

/* about_read_streams.c: `streams` of the whole. */
bool about_read_streams(struct about_input *in, const json_t *root);
