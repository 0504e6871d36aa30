/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounded text: the one way to build a line, a path, a message or a body here.
 *
 * A `struct text` borrows a buffer and remembers when something did not fit, so that a writer can
 * append without looking and ask once at the end. It is always a valid C string. Numbers are
 * written independently of the locale. Any thread; no allocation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;      /* the buffer; always closed by NUL */
	size_t length; /* bytes before the NUL */
	size_t size;   /* of the buffer */
	bool is_cut;   /* sticky: something did not fit and nothing was written since */
};

/* A text over `size` bytes at `buffer` (size >= 1), empty. */
struct text text_over(char *buffer, size_t size);

/* Empties it and forgets the cut. */
void text_reset(struct text *text);

/* Appends. What does not fit whole is left out and marks the text as cut; later appends do
 * nothing. */
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const void *bytes, size_t n);
void text_add_char(struct text *text, char c);
void text_add_int(struct text *text, int64_t value);
void text_add_uint(struct text *text, uint64_t value);
/* The shortest that reads back; "nan", "inf", "-inf" for those. */
void text_add_double(struct text *text, double value);
void text_add_hex(struct text *text, const void *bytes, size_t n); /* lower case, no separator */
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends as a JSON string with its quotes: control characters, quote and backslash escaped, bytes
 * that are not UTF-8 replaced by U+FFFD; '<' as \u003c so that it may stand in a page. */
void text_add_json(struct text *text, const char *string);

/* Appends what may come from anywhere as something that cannot start a second line or speak to a
 * terminal: control characters (C0, DEL, C1) and bytes that are not UTF-8 as \x1b. As much as
 * fits. */
void text_add_harmless(struct text *text, const char *string);

/* Is this valid UTF-8 (no overlong forms, no surrogates, at most U+10FFFF)? */
bool utf8_is_valid(const char *string, size_t n);

/* Copies at most size-1 bytes without cutting a UTF-8 character in the middle; always NUL-closed.
 * Returns false when it did not fit whole. */
bool text_copy(char *ret_buffer, size_t size, const char *string);
