/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pins of large boards beyond the sixteenth analog channel need "extended analog", which nothing here
 * asks for: they are left out. */
#include "kits/protocols/firmata_message.h"

#include <string.h>

enum { IS_COMMAND = 0x80, PLAIN_BYTES = 3 };

static size_t data_bytes(const uint8_t *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && !(bytes[i] & IS_COMMAND))
		i++;
	return i;
}

static void read_sysex(const uint8_t *bytes, size_t n, struct firmata_message *message)
{
	size_t data = data_bytes(bytes + 1, n - 1), end = 1 + data;

	if (data > FIRMATA_SYSEX_MOST || (end < n && bytes[end] != FIRMATA_END_SYSEX)) {
		message->length = end;
		return;
	}
	if (end == n) {
		message->kind = FIRMATA_WAIT;
		return;
	}
	message->length = end + 1;
	if (data == 0)
		return;
	message->kind = FIRMATA_SYSEX;
	message->number = bytes[1];
	message->data = bytes + 2;
	message->n = data - 1;
}

static enum firmata_kind kind_of(uint8_t command)
{
	if ((command & 0xf0) == FIRMATA_ANALOG_MESSAGE)
		return FIRMATA_VALUE;
	if ((command & 0xf0) == FIRMATA_DIGITAL_MESSAGE)
		return FIRMATA_PORT;
	return command == FIRMATA_VERSION ? FIRMATA_IS_VERSION : FIRMATA_NOTHING;
}

static void read_plain(const uint8_t *bytes, size_t n, struct firmata_message *message)
{
	enum firmata_kind kind = kind_of(bytes[0]);
	size_t data = data_bytes(bytes + 1, n < PLAIN_BYTES ? n - 1 : PLAIN_BYTES - 1);

	if (kind == FIRMATA_NOTHING)
		return;
	if (1 + data == n && n < PLAIN_BYTES) {
		message->kind = FIRMATA_WAIT;
		return;
	}
	message->length = 1 + data;
	if (1 + data < PLAIN_BYTES)
		return;
	message->kind = kind;
	message->number = bytes[0] & 0x0f;
	message->value = (uint16_t)(bytes[2] << 7 | bytes[1]);
	if (kind == FIRMATA_IS_VERSION) {
		message->number = bytes[1];
		message->value = bytes[2];
	}
}

void firmata_read(const uint8_t *bytes, size_t n, struct firmata_message *ret_message)
{
	*ret_message = (struct firmata_message){.kind = FIRMATA_NOTHING, .length = 1};
	if (bytes[0] == FIRMATA_START_SYSEX)
		read_sysex(bytes, n, ret_message);
	else if (bytes[0] & IS_COMMAND)
		read_plain(bytes, n, ret_message);
	else
		ret_message->length = data_bytes(bytes, n);
}

void firmata_take_analog_map(const uint8_t *data, size_t n, struct firmata_pins *pins)
{
	memset(pins->pin, FIRMATA_NO_CHANNEL, sizeof(pins->pin));
	for (size_t pin = 0; pin < n && pin < FIRMATA_NO_CHANNEL; pin++)
		if (data[pin] < FIRMATA_CHANNELS)
			pins->pin[data[pin]] = (uint8_t)pin;
}

static void note_bits(struct firmata_pins *pins, size_t pin, uint8_t bits)
{
	for (unsigned i = 0; i < FIRMATA_CHANNELS; i++)
		if (pins->pin[i] == pin && bits <= 14)
			pins->bits[i] = bits;
}

void firmata_take_capabilities(const uint8_t *data, size_t n, struct firmata_pins *pins)
{
	size_t pin = 0;

	for (size_t i = 0; i < n && pin < FIRMATA_NO_CHANNEL;) {
		if (data[i] == FIRMATA_NO_CHANNEL) { /* ends a pin's list of pairs */
			pin++;
			i++;
			continue;
		}
		if (data[i] == FIRMATA_ANALOG && i + 1 < n)
			note_bits(pins, pin, data[i + 1]);
		i += 2;
	}
}
