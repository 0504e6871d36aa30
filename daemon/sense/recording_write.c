/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as lines: what recording_event.c reads back to the same. */
#include <inttypes.h>
#include <string.h>

#include "sense/recording.h"
#include "sense/recording_event.h"

bool recording_is_text(const uint8_t *bytes, size_t n)
{
	enum { ENOUGH = 8 };

	if (n == 0 || (n < ENOUGH && bytes[n - 1] != '\n') ||
		!utf8_is_valid((const char *)bytes, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((bytes[i] < 0x20 && !strchr("\r\n\t", bytes[i])) || bytes[i] == 0 ||
			bytes[i] == 0x7f || (bytes[i] == 0xc2 && bytes[i + 1] < 0xa0))
			return false;
	return true;
}

static void write_text(struct text *text, const uint8_t *bytes, size_t n)
{
	text_add(text, " text ");
	for (size_t i = 0; i < n; i++) {
		static const char meant[] = "\r\n\t\\", letters[] = "rnt\\";
		const char *special = bytes[i] ? strchr(meant, bytes[i]) : NULL;

		if (special)
			text_addf(text, "\\%c", letters[special - meant]);
		else if (bytes[i] < 0x20 || bytes[i] == 0x7f || (bytes[i] == ' ' && i + 1 == n))
			text_addf(text, "\\x%02X", bytes[i]); /* editors eat a last space */
		else
			text_add_char(text, (char)bytes[i]);
	}
}

static void write_bytes(struct text *text, const struct recording_event *event)
{
	static const char digits[] = "0123456789ABCDEF";

	if (event->is_text) {
		write_text(text, event->bytes, event->n);
		return;
	}
	for (size_t i = 0; i < event->n; i++) {
		char pair[3] = {' ', digits[event->bytes[i] >> 4], digits[event->bytes[i] & 15]};

		text_add_bytes(text, pair, sizeof pair);
	}
}

static void write_answer(struct text *text, const struct recording_event *event)
{
	if (event->error)
		text_addf(text, " error %s", recording_error_word(event->error));
	else
		write_bytes(text, event);
}

static void write_control(struct text *text, const struct recording_event *event)
{
	const struct kit_control *control = &event->control;

	text_addf(text, " %02X %02X %04X %04X", control->type, control->request, control->value,
		control->index);
	if (event->is_get)
		text_addf(text, " get %zu", event->n);
	else
		write_bytes(text, event);
}

void recording_write_time(struct text *text, int64_t ns)
{
	uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	text_addf(text, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", size / NS_PER_S,
		size % NS_PER_S);
}

void recording_write(struct text *text, const struct recording_event *event)
{
	recording_write_time(text, event->at_ns);
	text_addf(text, " %s", recording_kind_word(event->kind));
	switch (event->kind) {
	case RECORDING_RECEIVED:
	case RECORDING_SENT:
	case RECORDING_FEATURE_SENT:
		write_bytes(text, event);
		break;
	case RECORDING_FEATURE_RECEIVED:
	case RECORDING_ANSWER:
		write_answer(text, event);
		break;
	case RECORDING_CONTROL:
		write_control(text, event);
		break;
	case RECORDING_EDGE:
		text_addf(text, " %s %s", event->id, event->is_up ? "up" : "down");
		if (event->n_lost > 0)
			text_addf(text, " lost %" PRIu32, event->n_lost);
		break;
	case RECORDING_PULSE:
		text_addf(text, " %s %u", event->id, event->us);
		break;
	case RECORDING_NOTE:
		text_add_char(text, ' ');
		text_add_bytes(text, event->bytes, event->n);
		break;
	case RECORDING_PLUG:
	case RECORDING_UNPLUG:
		break;
	}
	text_add_char(text, '\n');
}
