/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A number within a frame or a report, as a kit.yaml names it: `from: s16be@3`.
 *
 *     u16be@3              type, and the byte that it begins at, counted from 0
 *     u16le@4 bits 11..0   some bits of it; a signed type takes the highest of them as the sign
 *     u8@0 = 0x50          a condition: whether this frame is meant
 *     9, u8@2 + 5          a frame's length: a number, or what a field says and what comes on top
 *
 * Types: u8 s8, u16 s16 u24 s24 u32 s32 with be (high byte first) or le, f32be f32le (IEEE 754).
 * Shared by the families that cut bytes up. Readers of words are as in data/word.h: NULL, or what
 * was expected. Pure; no allocation; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELD_OFFSET_MOST = 1023, FIELD_FRAME_MOST = 1024 };

struct field {
	uint16_t offset; /* of its first byte */
	uint8_t size;    /* bytes, 1..4 */
	bool is_signed, is_little, is_real;
	uint8_t high, low; /* the bits it is made of; all: 8 * size - 1 and 0 */
};

struct field_condition {
	struct field field;
	int64_t equals;
};

struct field_length {
	size_t fixed;       /* 0: the field says it */
	struct field field; /* u8 or u16 */
	size_t plus;        /* on top of what the field says */
};

const char *field_read(const char *word, struct field *ret_field);
const char *field_read_condition(const char *word, struct field_condition *ret_condition);
const char *field_read_length(const char *word, struct field_length *ret_length);

/* Do n bytes hold all of it? The functions below want that answered. */
bool field_fits(const struct field *field, size_t n);

double field_value(const struct field *field, const uint8_t *bytes);  /* f32: may be no number */
int64_t field_whole(const struct field *field, const uint8_t *bytes); /* of what is_real is not */

/* False, too, when the bytes end before the field. */
bool field_holds(const struct field_condition *condition, const uint8_t *bytes, size_t n);

/* Bytes of the frame that begins here; 0: too few have come to say; more than FIELD_FRAME_MOST: this
 * is no frame (one that would end before its own length field is none either). */
size_t field_frame_length(const struct field_length *length, const uint8_t *bytes, size_t n);
