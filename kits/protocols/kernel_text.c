/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line by line; nothing is kept between readings. */
#include "kits/protocols/kernel_text.h"

#include <errno.h>
#include <string.h>

#include "base/number.h"

static int channel_of(const struct model *model, const char *name, size_t n)
{
	for (size_t i = 0; i < model->n_channels; i++)
		if (strlen(model->channels[i].from) == n &&
			memcmp(model->channels[i].from, name, n) == 0)
			return (int)i;
	return -1;
}

static bool take_line(struct kit *kit, const double *factors, const char *line, size_t n)
{
	const char *space = memchr(line, ' ', n);
	int channel = space ? channel_of(kit_model(kit), line, (size_t)(space - line)) : -1;
	size_t n_value = channel < 0 ? 0 : n - (size_t)(space + 1 - line);
	double value;

	if (n_value == 0 || number_to_double(space + 1, n_value, &value) != n_value)
		return false;
	kit_put(kit, (unsigned)channel, value * factors[channel]);
	return true;
}

void kernel_text_take(struct kit *kit, const double *factors, const uint8_t *bytes, size_t n)
{
	const char *at = (const char *)bytes, *end = at + n;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		if (!take_line(kit, factors, at, (size_t)(stop - at)))
			kit_reject(kit);
		at = newline ? newline + 1 : end;
	}
	kit_emit(kit, kit_arrival(kit, 0));
}

void kernel_text_answer(struct kit *kit, void *state, int error, const uint8_t *bytes, size_t n)
{
	(void)state;
	(void)bytes;
	(void)n;
	switch (error) {
	case -EAGAIN:
	case -EBUSY:
		kit_unanswered(kit, KIT_WHOLE, "busy");
		break;
	case -ENODEV:
	case -ENOENT:
		kit_unanswered(kit, KIT_WHOLE, "gone");
		break;
	default:
		kit_unanswered(kit, KIT_WHOLE, "bus");
	}
}
