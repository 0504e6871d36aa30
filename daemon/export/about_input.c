/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/about_input.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool about_blame(struct about_input *in, const char *member, const char *zh, const char *en)
{
	snprintf(in->fault->zh, sizeof in->fault->zh, "run.json 里的 %s%s 不对，应当是%s。",
		in->place, member, zh);
	snprintf(in->fault->en, sizeof in->fault->en, "In run.json, %s%s is wrong: expected %s.",
		in->place, member, en);
	return false;
}

bool about_lacks_memory(struct about_input *in)
{
	in->is_out_of_memory = true;
	return false;
}

const json_t *about_member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

bool about_take_text(
	struct about_input *in, const json_t *object, const char *name, char *ret_text, size_t size)
{
	const json_t *value = about_member(object, name);
	const char *text = json_string_value(value);

	if (!value)
		return true;
	if (!text || json_string_length(value) >= size ||
		strlen(text) != json_string_length(value)) {
		char zh[48], en[48];

		snprintf(zh, sizeof zh, "文字，最多 %zu 个字节", size - 1);
		snprintf(en, sizeof en, "text of at most %zu bytes", size - 1);
		return about_blame(in, name, zh, en);
	}
	return text_copy(ret_text, size, text);
}

bool about_take_number(struct about_input *in, const json_t *object, const char *name, double low,
	double high, double *ret_value)
{
	const json_t *value = about_member(object, name);
	double number = json_number_value(value);

	if (!value)
		return true;
	if (!json_is_number(value) || !(number >= low && number <= high)) {
		char zh[80], en[80];

		snprintf(zh, sizeof zh, "数，从 %.15g 到 %.15g", low, high);
		snprintf(en, sizeof en, "a number from %.15g to %.15g", low, high);
		return about_blame(in, name, zh, en);
	}
	*ret_value = number;
	return true;
}

bool about_take_us(
	struct about_input *in, const json_t *object, const char *name, double low, int64_t *ret_ns)
{
	double us = NAN;

	if (!about_take_number(in, object, name, low, ABOUT_MOST_US, &us))
		return false;
	if (!isnan(us))
		*ret_ns = llrint(us) * NS_PER_US + llrint((us - rint(us)) * NS_PER_US);
	return true;
}

bool about_take_ns(struct about_input *in, const json_t *object, const char *name, int64_t *ret_ns)
{
	const json_t *value = about_member(object, name);
	int64_t ns = json_integer_value(value);

	if (!value)
		return true;
	if (!json_is_integer(value) || ns > INT64_MAX / 4 || ns < INT64_MIN / 4)
		return about_blame(in, name, "整数（纳秒）", "a whole number of nanoseconds");
	*ret_ns = ns;
	return true;
}

bool about_take_count(struct about_input *in, const json_t *object, const char *name, uint32_t most,
	uint32_t *ret_value)
{
	double value = *ret_value;

	if (!about_take_number(in, object, name, 0, most, &value))
		return false;
	*ret_value = (uint32_t)value;
	return value == *ret_value || about_blame(in, name, "整数", "a whole number");
}

bool about_take_words(struct about_input *in, const json_t *object, char *ret_zh, char *ret_en)
{
	const json_t *words = about_member(object, "name");

	if (!words)
		return true;
	if (!json_is_object(words))
		return about_blame(in, "name", "{\"zh\":…,\"en\":…}", "{\"zh\":…,\"en\":…}");
	return about_take_text(in, words, "zh", ret_zh, NAME_TEXT) &&
		about_take_text(in, words, "en", ret_en, NAME_TEXT);
}

bool about_take_list(struct about_input *in, const json_t *object, const char *name, size_t most,
	size_t size, const json_t **ret_list, void *ret_room)
{
	const json_t *list = about_member(object, name);
	size_t n = json_array_size(list);
	char zh[64], en[64];

	*ret_list = list;
	*(void **)ret_room = NULL;
	if (list && (!json_is_array(list) || n > most)) {
		snprintf(zh, sizeof zh, "列表，最多 %zu 项", most);
		snprintf(en, sizeof en, "a list of at most %zu", most);
		return about_blame(in, name, zh, en);
	}
	if (n == 0)
		return true;
	*(void **)ret_room = calloc(n, size);
	return *(void **)ret_room || about_lacks_memory(in);
}

void about_enter(struct about_input *in, const char *outer, const char *list, size_t index)
{
	struct text place = text_over(in->place, sizeof in->place);

	text_addf(&place, "%s%s[%zu].", outer, list, index);
}
