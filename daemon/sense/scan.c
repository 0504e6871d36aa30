/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a type, laying out a record, taking a value out of it. */
#include "sense/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/kernel_sensor.h"

int scan_read_type(const char *type, struct scan_element *ret_element)
{
	char end[3], sign;
	unsigned bits, storage, shift;
	int n = 0;

	if (sscanf(type, "%2[bel]:%c%2u/%2u>>%2u%n", end, &sign, &bits, &storage, &shift, &n) !=
			5 ||
		type[n] != '\0')
		return -EINVAL;
	if ((strcmp(end, "be") != 0 && strcmp(end, "le") != 0) || (sign != 's' && sign != 'u') ||
		(storage != 8 && storage != 16 && storage != 32 && storage != 64) || bits == 0 ||
		bits + shift > storage)
		return -EINVAL;
	ret_element->is_big = end[0] == 'b';
	ret_element->is_signed = sign == 's';
	ret_element->bits = bits;
	ret_element->storage = storage;
	ret_element->shift = shift;
	return 0;
}

static int by_index(const void *a, const void *b)
{
	const struct scan_element *const *left = a, *const *right = b;

	return ((*left)->index > (*right)->index) - ((*left)->index < (*right)->index);
}

int scan_lay_out(struct scan_layout *layout)
{
	struct scan_element *order[MODEL_CHANNELS + 1];
	size_t n = 0, offset = 0, largest = 1;

	for (size_t i = 0; i < layout->n_elements; i++)
		order[n++] = &layout->elements[i];
	if (layout->stamp.bits)
		order[n++] = &layout->stamp;
	qsort(order, n, sizeof *order, by_index);
	for (size_t i = 0; i < n; i++) {
		size_t size = order[i]->storage / 8;

		if (i > 0 && order[i]->index == order[i - 1]->index)
			return -EINVAL;
		offset = (offset + size - 1) / size * size;
		order[i]->offset = offset;
		offset += size;
		largest = size > largest ? size : largest;
	}
	layout->bytes = (offset + largest - 1) / largest * largest;
	return layout->bytes <= SCAN_BYTES ? 0 : -EMSGSIZE;
}

static int read_element(const char *folder, const char *channel, struct scan_element *ret_element)
{
	char path[128], word[32];
	int failed;

	snprintf(path, sizeof path, "scan_elements/%.80s_type", channel);
	failed = kernel_sensor_word(folder, path, word, sizeof word);
	if (!failed)
		failed = scan_read_type(word, ret_element);
	if (failed)
		return failed;
	snprintf(path, sizeof path, "scan_elements/%.80s_index", channel);
	failed = kernel_sensor_word(folder, path, word, sizeof word);
	if (!failed)
		ret_element->index = (unsigned)strtoul(word, NULL, 10);
	return failed;
}

static bool is_on(const char *folder, const char *channel)
{
	char path[128], word[8];

	snprintf(path, sizeof path, "scan_elements/%.80s_en", channel);
	return kernel_sensor_word(folder, path, word, sizeof word) == 0 && strcmp(word, "1") == 0;
}

int scan_read_layout(const char *folder, const struct model *model, struct scan_layout *ret_layout)
{
	struct scan_layout layout = {.n_elements = model->n_channels};
	int failed = 0;

	for (size_t i = 0; i < model->n_channels && !failed; i++) {
		struct scan_element *element = &layout.elements[i];

		failed = read_element(folder, model->channels[i].from, element);
		kernel_sensor_scale(
			folder, model->channels[i].from, &element->scale, &element->scale_offset);
	}
	if (!failed &&
		(!is_on(folder, "in_timestamp") ||
			read_element(folder, "in_timestamp", &layout.stamp) < 0))
		layout.stamp.bits = 0;
	if (!failed)
		failed = scan_lay_out(&layout);
	if (!failed)
		*ret_layout = layout;
	return failed;
}

int64_t scan_raw(const struct scan_element *element, const uint8_t *record)
{
	size_t size = element->storage / 8;
	uint64_t word = 0;

	for (size_t i = 0; i < size; i++) {
		size_t at = element->is_big ? i : size - 1 - i;

		word = word << 8 | record[element->offset + at];
	}
	word >>= element->shift;
	if (element->bits == 64)
		return (int64_t)word;
	word &= ((uint64_t)1 << element->bits) - 1;
	if (element->is_signed && word >> (element->bits - 1))
		word |= ~(uint64_t)0 << element->bits;
	return (int64_t)word;
}

double scan_value(const struct scan_element *element, const uint8_t *record)
{
	return ((double)scan_raw(element, record) + element->scale_offset) * element->scale;
}
