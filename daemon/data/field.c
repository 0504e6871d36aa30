/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what a field is from a word, and a value from bytes. */
#include "data/field.h"

#include <string.h>

#include "data/word.h"

static const struct type {
	const char *name;
	uint8_t size;
	bool is_signed, is_little, is_real;
} types[] = {
	{"u8", 1, false, false, false},
	{"s8", 1, true, false, false},
	{"u16be", 2, false, false, false},
	{"u16le", 2, false, true, false},
	{"s16be", 2, true, false, false},
	{"s16le", 2, true, true, false},
	{"u24be", 3, false, false, false},
	{"u24le", 3, false, true, false},
	{"s24be", 3, true, false, false},
	{"s24le", 3, true, true, false},
	{"u32be", 4, false, false, false},
	{"u32le", 4, false, true, false},
	{"s32be", 4, true, false, false},
	{"s32le", 4, true, true, false},
	{"f32be", 4, true, false, true},
	{"f32le", 4, true, true, true},
};

static const struct type *type_of(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strlen(types[i].name) == n && memcmp(types[i].name, name, n) == 0)
			return &types[i];
	return NULL;
}

/* Up to `most`, in plain digits; steps behind them. -1: no number, or too large. */
static int take_number(const char **at, int most)
{
	const char *digits = *at;
	int value = 0;

	while (**at >= '0' && **at <= '9' && value <= most)
		value = 10 * value + *(*at)++ - '0';
	return *at == digits || value > most ? -1 : value;
}

static bool take_word(const char **at, const char *word)
{
	size_t n = strlen(word);

	*at += strspn(*at, " ");
	if (strncmp(*at, word, n) != 0)
		return false;
	*at += n;
	return true;
}

/* "bits 11..0". Nothing of the sort leaves all bits. */
static bool take_bits(const char **at, struct field *field)
{
	int most = field->high;

	if (!take_word(at, "bits "))
		return true;
	*at += strspn(*at, " ");
	int high = take_number(at, most);

	if (high < 0 || strncmp(*at, "..", 2) != 0)
		return false;
	*at += 2;
	int low = take_number(at, high);

	if (low < 0 || field->is_real)
		return false;
	field->high = (uint8_t)high;
	field->low = (uint8_t)low;
	return true;
}

/* Steps behind the field and the spaces that follow. */
static bool take_field(const char **at, struct field *ret_field)
{
	const char *sign = strchr(*at, '@');
	const struct type *type = sign ? type_of(*at, (size_t)(sign - *at)) : NULL;

	if (!type)
		return false;
	*at = sign + 1;
	int offset = take_number(at, FIELD_OFFSET_MOST);

	if (offset < 0)
		return false;
	*ret_field = (struct field){
		.offset = (uint16_t)offset,
		.size = type->size,
		.is_signed = type->is_signed,
		.is_little = type->is_little,
		.is_real = type->is_real,
		.high = (uint8_t)(8 * type->size - 1),
	};
	if (!take_bits(at, ret_field))
		return false;
	*at += strspn(*at, " ");
	return true;
}

const char *field_read(const char *word, struct field *ret_field)
{
	struct field field;

	if (!take_field(&word, &field) || *word)
		return "a type and an offset such as u16be@3 (u8 s8 u16 s16 u24 s24 u32 s32 f32, "
		       "from 16 bits on with be or le); bits 11..0 may follow";
	*ret_field = field;
	return NULL;
}

/* What the bits of the field can say. */
static bool is_possible(const struct field *field, int64_t value)
{
	unsigned bits = (unsigned)(field->high - field->low) + 1;
	int64_t all = (int64_t)1 << bits;

	if (field->is_signed)
		return value >= -all / 2 && value < all / 2;
	return value >= 0 && value < all;
}

const char *field_read_condition(const char *word, struct field_condition *ret_condition)
{
	struct field_condition condition;

	if (!take_field(&word, &condition.field) || condition.field.is_real ||
		!take_word(&word, "=") || word_whole(word + strspn(word, " "), &condition.equals))
		return "a field and its value such as u8@0 = 0x50";
	if (!is_possible(&condition.field, condition.equals))
		return "a field and a value that fits into it, such as u8@0 = 0x50";
	*ret_condition = condition;
	return NULL;
}

const char *field_read_length(const char *word, struct field_length *ret_length)
{
	static const char expected[] =
		"a number of bytes such as 9 (up to 1024), or a length field such as u8@2 + 5";
	struct field_length length = {0};
	int64_t whole;

	if (!word_whole(word, &whole)) {
		if (whole < 1 || whole > FIELD_FRAME_MOST)
			return expected;
		length.fixed = (size_t)whole;
		*ret_length = length;
		return NULL;
	}
	if (!take_field(&word, &length.field) || length.field.is_signed || length.field.size > 2)
		return expected;
	if (*word) {
		if (!take_word(&word, "+") || word_whole(word + strspn(word, " "), &whole) ||
			whole < 0 || whole > FIELD_FRAME_MOST)
			return expected;
		length.plus = (size_t)whole;
	}
	*ret_length = length;
	return NULL;
}

bool field_fits(const struct field *field, size_t n)
{
	return (size_t)field->offset + field->size <= n;
}

static uint32_t all_bits(const struct field *field, const uint8_t *bytes)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < field->size; i++)
		value = value << 8 |
			bytes[field->offset + (field->is_little ? field->size - 1U - i : i)];
	return value;
}

int64_t field_whole(const struct field *field, const uint8_t *bytes)
{
	unsigned bits = (unsigned)(field->high - field->low) + 1;
	int64_t all = (int64_t)1 << bits;
	int64_t value = (int64_t)(all_bits(field, bytes) >> field->low) & (all - 1);

	return field->is_signed && value >= all / 2 ? value - all : value;
}

double field_value(const struct field *field, const uint8_t *bytes)
{
	if (!field->is_real)
		return (double)field_whole(field, bytes);
	uint32_t bits = all_bits(field, bytes);
	float real;

	memcpy(&real, &bits, sizeof real);
	return (double)real;
}

bool field_holds(const struct field_condition *condition, const uint8_t *bytes, size_t n)
{
	return field_fits(&condition->field, n) &&
		field_whole(&condition->field, bytes) == condition->equals;
}

size_t field_frame_length(const struct field_length *length, const uint8_t *bytes, size_t n)
{
	if (length->fixed)
		return length->fixed;
	if (!field_fits(&length->field, n))
		return 0;
	size_t said = (size_t)field_whole(&length->field, bytes) + length->plus;

	/* A frame that ends before its own length is none; 0 would mean "wait for more". */
	return field_fits(&length->field, said) ? said : FIELD_FRAME_MOST + 1;
}
