/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grammar of a line, read strictly: a recording is a test, and a word that is passed over in
 * silence would be a test of nothing. */
#include "sense/recording_event.h"

#include <errno.h>
#include <string.h>

#include "base/number.h"

static const char expected_event[] =
	"an event such as < 01 A2, > 01 A2, <f, >f, >c, <c, edge LINE up, pulse LINE 10, plug, "
	"unplug or note TEXT";
static const char expected_bytes[] = "bytes such as 01 A2 FF, or text and then characters";

static const struct {
	const char *word;
	int error;
} errors[] = {
	{"refused", -EPIPE},
	{"timeout", -ETIMEDOUT},
	{"gone", -ENODEV},
	{"busy", -EBUSY},
	{"failed", -EIO},
};

enum { N_ERRORS = sizeof errors / sizeof *errors };

/* --- words --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789ABCDEF0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* Exactly `digits` of them; *at moves behind. */
static bool take_hex(const char **at, int digits, unsigned *ret_value)
{
	unsigned value = 0;

	for (int i = 0; i < digits; i++) {
		int digit = hex_digit((*at)[i]);

		if (digit < 0)
			return false;
		value = value * 16 + (unsigned)digit;
	}
	*at += digits;
	*ret_value = value;
	return true;
}

static bool take_space(const char **at)
{
	if (**at != ' ')
		return false;
	while (**at == ' ')
		++*at;
	return true;
}

static bool take_word(const char **at, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*at, word, n) != 0 || ((*at)[n] != ' ' && (*at)[n] != '\0'))
		return false;
	*at += n;
	return true;
}

static bool take_count(const char **at, int64_t most, int64_t *ret_value)
{
	int64_t value;
	size_t used = is_digit(**at) ? number_to_int(*at, strlen(*at), &value) : 0;

	if (used == 0 || value > most)
		return false;
	*at += used;
	*ret_value = value;
	return true;
}

static bool take_time(const char **at, int64_t *ret_ns)
{
	enum { MOST_S = 100000000, DECIMALS = 9 };
	int64_t seconds, ns = 0, unit = NS_PER_S;

	if (!take_count(at, MOST_S, &seconds))
		return false;
	if (**at == '.') {
		for (++*at; is_digit(**at) && unit > 1; ++*at) {
			unit /= 10;
			ns += (**at - '0') * unit;
		}
		if (unit == NS_PER_S)
			return false;
	}
	*ret_ns = seconds * NS_PER_S + ns;
	return take_space(at);
}

/* --- bytes --- */

static bool take_escape(const char **at, uint8_t *ret_byte)
{
	static const char letters[] = "rnt\\", meant[] = "\r\n\t\\";
	const char *letter = **at ? strchr(letters, **at) : NULL;
	unsigned value;

	if (letter) {
		*ret_byte = (uint8_t)meant[letter - letters];
		++*at;
		return true;
	}
	if (**at != 'x')
		return false;
	++*at;
	if (!take_hex(at, 2, &value))
		return false;
	*ret_byte = (uint8_t)value;
	return true;
}

static const char *take_text(const char **at, struct recording_event *event)
{
	for (; **at; event->n++) {
		if (event->n == RECORDING_BYTES)
			return "at most 4096 bytes; make two events of it";
		if (**at != '\\') {
			event->bytes[event->n] = (uint8_t) * (*at)++;
			continue;
		}
		++*at;
		if (!take_escape(at, &event->bytes[event->n])) {
			--*at;
			return "one of \\r \\n \\t \\\\ \\x41";
		}
	}
	return NULL;
}

static const char *take_bytes(const char **at, struct recording_event *event)
{
	event->n = 0;
	if (take_word(at, "text") && **at == ' ') {
		++*at; /* one only: others may be meant */
		event->is_text = true;
		return **at ? take_text(at, event) : expected_bytes;
	}
	while (**at) {
		unsigned value;

		if (event->n == RECORDING_BYTES)
			return "at most 4096 bytes; make two events of it";
		if (!take_hex(at, 2, &value) || (**at && !take_space(at)))
			return expected_bytes;
		event->bytes[event->n++] = (uint8_t)value;
	}
	return event->n > 0 ? NULL : expected_bytes;
}

/* --- events --- */

static const char *take_answer(const char **at, struct recording_event *event)
{
	if (take_word(at, "error")) {
		take_space(at);
		for (size_t i = 0; i < N_ERRORS; i++) {
			if (!take_word(at, errors[i].word))
				continue;
			event->error = errors[i].error;
			return **at ? "the end of the line" : NULL;
		}
		return "refused, timeout, gone, busy or failed";
	}
	return **at ? take_bytes(at, event) : NULL;
}

static const char *take_control(const char **at, struct recording_event *event)
{
	static const char expected[] =
		"type, request, value and index in hex such as C0 04 03F4 0000, then bytes or get N";
	unsigned type, request, value, index;
	int64_t n;

	if (!take_hex(at, 2, &type) || !take_space(at) || !take_hex(at, 2, &request) ||
		!take_space(at) || !take_hex(at, 4, &value) || !take_space(at) ||
		!take_hex(at, 4, &index))
		return expected;
	event->control = (struct kit_control){
		(uint8_t)type, (uint8_t)request, (uint16_t)value, (uint16_t)index};
	if (**at && !take_space(at))
		return expected;
	if (!take_word(at, "get"))
		return **at ? take_bytes(at, event) : NULL;
	event->is_get = true;
	if (!take_space(at) || !take_count(at, KIT_CONTROL_BYTES, &n) || **at)
		return "get and how many bytes are wanted, at most 64";
	event->n = (size_t)n;
	return NULL;
}

static bool take_id(const char **at, char *ret_id, size_t size)
{
	size_t n = strcspn(*at, " ");

	if (n == 0 || n >= size)
		return false;
	memcpy(ret_id, *at, n);
	ret_id[n] = '\0';
	*at += n;
	return take_space(at);
}

static const char *take_edge(const char **at, struct recording_event *event)
{
	static const char expected[] = "LINE up or LINE down, and perhaps lost 2";
	int64_t n_lost;

	if (!take_id(at, event->id, sizeof event->id))
		return expected;
	event->is_up = take_word(at, "up");
	if (!event->is_up && !take_word(at, "down"))
		return expected;
	if (!**at)
		return NULL;
	if (!take_space(at) || !take_word(at, "lost") || !take_space(at) ||
		!take_count(at, UINT32_MAX, &n_lost) || **at)
		return expected;
	event->n_lost = (uint32_t)n_lost;
	return NULL;
}

static const char *take_pulse(const char **at, struct recording_event *event)
{
	enum { MOST_US = 50 };
	int64_t us;

	if (!take_id(at, event->id, sizeof event->id) || !take_count(at, MOST_US, &us) || **at)
		return "LINE and the length in microseconds such as 10";
	event->us = (unsigned)us;
	return NULL;
}

static const char *take_note(const char **at, struct recording_event *event)
{
	size_t n = strlen(*at);

	if (n == 0 || n > RECORDING_BYTES || !utf8_is_valid(*at, n))
		return "a short text in UTF-8";
	memcpy(event->bytes, *at, n);
	event->n = n;
	return NULL;
}

static const struct {
	const char *word;
	enum recording_kind kind;
	const char *(*take)(const char **at, struct recording_event *event); /* NULL: nothing */
} grammar[] = {
	{"<", RECORDING_RECEIVED, take_bytes},
	{">", RECORDING_SENT, take_bytes},
	{"<f", RECORDING_FEATURE_RECEIVED, take_answer},
	{">f", RECORDING_FEATURE_SENT, take_bytes},
	{">c", RECORDING_CONTROL, take_control},
	{"<c", RECORDING_ANSWER, take_answer},
	{"edge", RECORDING_EDGE, take_edge},
	{"pulse", RECORDING_PULSE, take_pulse},
	{"plug", RECORDING_PLUG, NULL},
	{"unplug", RECORDING_UNPLUG, NULL},
	{"note", RECORDING_NOTE, take_note},
};

enum { N_KINDS = sizeof grammar / sizeof *grammar };

static void start_event(struct recording_event *event, enum recording_kind kind)
{
	int64_t at_ns = event->at_ns;

	memset(event, 0,
		offsetof(struct recording_event, bytes)); /* 4 KiB are not cleared in vain */
	event->at_ns = at_ns;
	event->kind = kind;
}

static const char *take_event(const char **at, struct recording_event *event)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		if (!take_word(at, grammar[i].word))
			continue;
		start_event(event, grammar[i].kind);
		if (**at)
			++*at; /* one space: a note may begin with more */
		if (!grammar[i].take)
			return **at ? "the end of the line" : NULL;
		return grammar[i].take(at, event);
	}
	return expected_event;
}

const char *recording_read_event(
	const char *line, struct recording_event *ret_event, const char **ret_word, int *ret_column)
{
	const char *at = line, *expected = NULL;

	if (!take_time(&at, &ret_event->at_ns)) {
		at = line;
		expected = "a time in seconds such as 0.001250000 and a space";
	} else {
		expected = take_event(&at, ret_event);
	}
	if (expected) {
		*ret_word = at;
		*ret_column = (int)(at - line) + 1;
	}
	return expected;
}

const char *recording_kind_word(enum recording_kind kind)
{
	return grammar[kind].word;
}

const char *recording_error_word(int error)
{
	for (size_t i = 0; i < N_ERRORS; i++)
		if (errors[i].error == error)
			return errors[i].word;
	return "failed";
}
