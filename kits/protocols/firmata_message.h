/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of the Firmata protocol, from the board to us (github.com/firmata/protocol, 2.8):
 *
 *     E0+channel low high          an analog value: 14 bits, 7 in a byte
 *     90+port    low high          eight digital pins
 *     F9 major minor               the protocol's version
 *     F0 id data ... F7            "system exclusive": 79 firmware, 6A analog map, 6C capabilities
 *
 * A byte from 80 on begins a message, all others are data: so after damage the next such byte is a
 * beginning again, within a sysex, too. Pure; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	FIRMATA_ANALOG_MESSAGE = 0xe0,
	FIRMATA_DIGITAL_MESSAGE = 0x90,
	FIRMATA_REPORT_ANALOG = 0xc0,
	FIRMATA_REPORT_DIGITAL = 0xd0,
	FIRMATA_START_SYSEX = 0xf0,
	FIRMATA_SET_PIN_MODE = 0xf4,
	FIRMATA_END_SYSEX = 0xf7,
	FIRMATA_VERSION = 0xf9,

	/* ids of sysex */
	FIRMATA_ASK_ANALOG_MAP = 0x69,
	FIRMATA_ANALOG_MAP = 0x6a,
	FIRMATA_ASK_CAPABILITIES = 0x6b,
	FIRMATA_CAPABILITIES = 0x6c,
	FIRMATA_FIRMWARE = 0x79,
	FIRMATA_INTERVAL = 0x7a,

	/* modes of a pin */
	FIRMATA_INPUT = 0x00,
	FIRMATA_ANALOG = 0x02,

	FIRMATA_SYSEX_MOST = 1024, /* capabilities of a large board: 70 pins, some 10 bytes each */
	FIRMATA_NO_CHANNEL = 0x7f,
};

enum firmata_kind {
	FIRMATA_WAIT,    /* begins like one; more bytes are to come */
	FIRMATA_NOTHING, /* no message begins here, or one that broke off */
	FIRMATA_VALUE,   /* an analog value */
	FIRMATA_PORT,    /* digital pins */
	FIRMATA_IS_VERSION,
	FIRMATA_SYSEX,
};

struct firmata_message {
	enum firmata_kind kind;
	size_t length;       /* bytes to go on by: of the message, or of what is none */
	uint8_t number;      /* channel, port, major version, sysex id */
	uint16_t value;      /* 14 bits; of a port 8; minor version */
	const uint8_t *data; /* of a sysex behind its id */
	size_t n;
};

/* What begins at the head of n (1 or more) bytes. */
void firmata_read(const uint8_t *bytes, size_t n, struct firmata_message *ret_message);

/* What the board's pins can do, of its 6A and 6C. */
enum { FIRMATA_CHANNELS = 16 }; /* analog ones that E0..EF can name */
struct firmata_pins {
	uint8_t pin[FIRMATA_CHANNELS]; /* of an analog channel; FIRMATA_NO_CHANNEL: there is none */
	uint8_t bits[FIRMATA_CHANNELS]; /* of its converter; 0: not said */
};

void firmata_take_analog_map(const uint8_t *data, size_t n, struct firmata_pins *pins);
/* Only what concerns the channels of the map, which must be there already. */
void firmata_take_capabilities(const uint8_t *data, size_t n, struct firmata_pins *pins);
