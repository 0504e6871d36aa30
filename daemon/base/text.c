/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appending to a bounded buffer. Every append goes through text_add_bytes or text_addf, so there is
 * one place where "does it fit" is asked. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

struct text text_over(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct text){.at = buffer, .size = size};
}

void text_reset(struct text *text)
{
	text->at[0] = '\0';
	text->length = 0;
	text->is_cut = false;
}

void text_add_bytes(struct text *text, const void *bytes, size_t n)
{
	if (text->is_cut || n >= text->size - text->length) {
		text->is_cut = true;
		return;
	}
	memcpy(text->at + text->length, bytes, n);
	text->length += n;
	text->at[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
	text_add_bytes(text, &c, 1);
}

void text_add_int(struct text *text, int64_t value)
{
	char digits[NUMBER_TEXT];

	text_add_bytes(text, digits, number_from_int(value, digits));
}

void text_add_uint(struct text *text, uint64_t value)
{
	char digits[NUMBER_TEXT];

	text_add_bytes(text, digits, number_from_uint(value, digits));
}

void text_add_double(struct text *text, double value)
{
	char digits[NUMBER_TEXT];

	text_add_bytes(text, digits, number_from_double(value, digits));
}

/* For what is appended in pieces: all of them or nothing. */
static void undo_if_cut(struct text *text, size_t length)
{
	if (!text->is_cut)
		return;
	text->length = length;
	text->at[length] = '\0';
}

void text_add_hex(struct text *text, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = bytes;
	size_t before = text->length;

	for (size_t i = 0; i < n && !text->is_cut; i++) {
		text_add_char(text, digits[byte[i] >> 4]);
		text_add_char(text, digits[byte[i] & 15]);
	}
	undo_if_cut(text, before);
}

void text_addf(struct text *text, const char *format, ...)
{
	size_t room = text->size - text->length;
	va_list arguments;

	if (text->is_cut)
		return;
	va_start(arguments, format);
	int n = vsnprintf(text->at + text->length, room, format, arguments);
	va_end(arguments);
	if (n < 0 || (size_t)n >= room) {
		text->at[text->length] = '\0';
		text->is_cut = true;
		return;
	}
	text->length += (size_t)n;
}

static size_t utf8_promised(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xC2)
		return 0;
	return first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
}

/* Bytes of the UTF-8 character that starts here; 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	unsigned char first = s[0];
	size_t length = utf8_promised(first);

	if (length < 2)
		return length;
	if (length > n)
		return 0;

	/* The second byte alone tells overlong forms, surrogates and what is above U+10FFFF. */
	unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
	unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if (s[i] < 0x80 || s[i] > 0xBF)
			return 0;
	return length;
}

static void add_json_ascii(struct text *text, char c)
{
	static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: byte, letter */

	for (size_t i = 0; i + 1 < sizeof short_forms; i += 2) {
		if (c == short_forms[i]) {
			text_add_char(text, '\\');
			text_add_char(text, short_forms[i + 1]);
			return;
		}
	}
	if ((unsigned char)c < 0x20 || c == 0x7F || c == '<')
		text_addf(text, "\\u%04x", (unsigned)c);
	else
		text_add_char(text, c);
}

void text_add_json(struct text *text, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	size_t left = strlen(string), before = text->length;

	text_add_char(text, '"');
	while (left > 0 && !text->is_cut) {
		size_t n = utf8_length(s, left);

		if (n == 1)
			add_json_ascii(text, (char)*s);
		else if (n > 1)
			text_add_bytes(text, s, n);
		else
			text_add(text, "\xEF\xBF\xBD");
		s += n ? n : 1;
		left -= n ? n : 1;
	}
	text_add_char(text, '"');
	undo_if_cut(text, before);
}

void text_add_harmless(struct text *text, const char *string)
{
	const unsigned char *s = (const unsigned char *)string;
	size_t left = strlen(string);

	while (left > 0 && !text->is_cut) {
		size_t n = utf8_length(s, left);
		bool is_control = s[0] < 0x20 || s[0] == 0x7F ||
			(n == 2 && s[0] == 0xC2 && s[1] < 0xA0); /* C1 is C2 80 to C2 9F */

		if (n == 0 || is_control) {
			text_addf(text, "\\x%02x", s[0]);
			n = 1;
		} else {
			text_add_bytes(text, s, n);
		}
		s += n;
		left -= n;
	}
}

bool utf8_is_valid(const char *string, size_t n)
{
	const unsigned char *s = (const unsigned char *)string;

	while (n > 0) {
		size_t length = utf8_length(s, n);

		if (length == 0)
			return false;
		s += length;
		n -= length;
	}
	return true;
}

bool text_copy(char *ret_buffer, size_t size, const char *string)
{
	size_t n = strnlen(string, size);
	bool fits = n < size;

	if (!fits) {
		n = size - 1;
		/* No start within three steps back: then it is no UTF-8, and any cut is as good. */
		for (size_t back = 0; back <= 3 && back < n; back++) {
			if (((unsigned char)string[n - back] & 0xC0) != 0x80) {
				n -= back;
				break;
			}
		}
	}
	memcpy(ret_buffer, string, n);
	ret_buffer[n] = '\0';
	return fits;
}
