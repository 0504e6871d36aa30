/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The link: how a kitlog board and the daemon talk over a byte line (UART, USB serial, pty).
 * This very file is compiled into every board, the daemon and the tests, so a mismatch is a
 * compile or test failure. LINK.md is the specification with byte-exact examples.
 *
 *   wire = COBS(body) 00          body = type seq stream t_us payload crc16
 *
 * Pure C99: no allocation, no state but what the caller holds, no libc beyond <string.h>.
 * Every function may be called from any thread on its own objects. Any byte sequence is safe.
 *
 * To send:                                             To receive:
 *   uint8_t payload[LINK_PAYLOAD_MAX];                   struct link_decoder decoder = {0};
 *   uint8_t wire[LINK_WIRE_MAX];                         struct link_frame frame;
 *   struct link_frame frame = {                          while (a byte comes)
 *           .type = LINK_PING, .seq = seq++,                     if (link_decode(&decoder, byte, &frame))
 *           .stream = LINK_NO_STREAM,                                    switch (frame.type)
 *           .payload = payload,                                          case LINK_PONG:
 *           .size = link_write_ping(nonce, payload),                             link_read_pong(&frame, &pong)
 *   };
 *   size_t n = link_encode(&frame, wire);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LINK_PROTOCOL 1

/* The longest body this build can send or receive. 254 keeps COBS at exactly one extra byte;
 * small boards compile with less and say so in HELLO. */
#ifndef LINK_BODY_MAX
#define LINK_BODY_MAX 254
#endif
#define LINK_HEAD_SIZE 7 /* type, seq, stream, t_us */
#define LINK_CRC_SIZE 2
#define LINK_BODY_MIN (LINK_HEAD_SIZE + LINK_CRC_SIZE)
#define LINK_PAYLOAD_MAX (LINK_BODY_MAX - LINK_BODY_MIN)
#define LINK_WIRE_MAX (LINK_BODY_MAX + 2)
#define LINK_TEXT_MAX 31 /* bytes of one name, quantity or unit */

/* Direction: B = board to host, H = host to board. */
enum link_type {
	LINK_HELLO = 1,    /* B who I am; H (empty payload) who are you? */
	LINK_DESC = 2,     /* B one stream head, or one channel of it */
	LINK_DATA = 3,     /* B samples of one stream */
	LINK_PING = 4,     /* H clock question */
	LINK_PONG = 5,     /* B clock answer */
	LINK_SET = 6,      /* H stream on or off, and its period */
	LINK_ACK = 7,      /* B done; carries the value now in force */
	LINK_ERR = 8,      /* B not done, and why */
	LINK_STAT = 9,     /* B what went wrong since power-on, once a second */
	LINK_IDENTIFY = 10 /* H blink, so that people see which board it is */
};

/* The stream byte of frames that concern the whole board. Streams count from 0. */
#define LINK_NO_STREAM 0xFF

/* A frame, its payload still encoded. `seq` counts all frames of one sender modulo 256, so a
 * jump tells how many were lost. `t_us` is the board's clock, modulo 2^32 (71.6 minutes): in
 * DATA the instant of the first sample, in other frames of a board about the instant of
 * sending; 0 from a host. */
struct link_frame {
	uint8_t type; /* enum link_type, or a value this version does not know */
	uint8_t seq;
	uint8_t stream;
	uint32_t t_us;
	const uint8_t *payload;
	uint8_t size; /* of the payload */
};

/* Frames ---------------------------------------------------------------------------------- */

/* CRC-16/X-25 (also CRC-16/IBM-SDLC): CCITT polynomial 0x1021 reflected, initial value
 * 0xFFFF, result inverted; 0x906E for the nine characters "123456789". */
uint16_t link_crc16(const uint8_t *bytes, size_t size);

/* Writes the frame's wire form, closing 00 included, to `wire` (LINK_WIRE_MAX bytes).
 * Returns its size, or 0 if the payload is longer than LINK_PAYLOAD_MAX. */
size_t link_encode(const struct link_frame *frame, uint8_t *wire);

/* A receiver's state: zero it, or link_decoder_reset, to start. Only `bad` is for reading. */
struct link_decoder {
	uint32_t bad; /* frames refused: cut, too long, wrong COBS or CRC */
	uint8_t body[LINK_BODY_MAX];
	uint8_t size;     /* bytes of body so far */
	uint8_t left;     /* bytes until the next COBS code byte */
	bool is_joint;    /* the next COBS group begins with a zero */
	bool is_started;  /* at least one byte since the last 00 */
	bool is_too_long; /* wait for 00, then count it as bad */
};

/* Forgets a half-received frame without counting it (a port was reopened). Keeps `bad`. */
void link_decoder_reset(struct link_decoder *decoder);

/* Takes the next byte of the line. True when it completes a valid frame, which is then in
 * *ret_frame; its payload points into the decoder until the next call. After any loss or
 * noise the first frame that follows a 00 is received again. Two 00 in a row are no error. */
bool link_decode(struct link_decoder *decoder, uint8_t byte, struct link_frame *ret_frame);

/* The instant nearest to `near_us` whose low 32 bits are `t_us`: unwraps a board's clock as
 * long as it is heard (or extrapolated) within 35 minutes. */
uint64_t link_unwrap(uint64_t near_us, uint32_t t_us);

/* Payloads -------------------------------------------------------------------------------- *
 * link_write_x puts a payload into `payload` (LINK_PAYLOAD_MAX bytes) and returns its size, or
 * 0 if it does not fit. link_read_x is false, and *ret untouched, if the frame has another
 * type or its payload is not valid. Bytes behind the known fields are ignored, so that later
 * versions may add some. Texts point into the frame's payload: copy them before the next byte
 * is decoded. */

/* UTF-8 without closing zero, at most LINK_TEXT_MAX bytes. Control characters are refused
 * when read; whether it is valid UTF-8 is for the reader to check. */
struct link_text {
	const char *text;
	uint8_t size;
};

/* A string constant as an initialiser of a link_text. */
#define LINK_TEXT(constant) \
	{ \
		constant, sizeof(constant) - 1 \
	}

/* A C string as a link_text; cut at LINK_TEXT_MAX bytes. */
static inline struct link_text link_text(const char *string)
{
	size_t size = strlen(string);
	struct link_text text = {string, (uint8_t)(size < LINK_TEXT_MAX ? size : LINK_TEXT_MAX)};
	return text;
}

/* Copies a text as a C string into `room` bytes, cut if too long. */
void link_text_copy(struct link_text text, char *ret_string, size_t room);

/* HELLO from a board. An empty payload (frame.size == 0) is the host's question instead. */
struct link_hello {
	uint8_t protocol;    /* LINK_PROTOCOL of the sender */
	uint8_t firmware[3]; /* major, minor, patch */
	uint8_t max_body;    /* longest body the board sends and accepts */
	uint8_t streams;     /* numbered 0 … streams-1 */
	uint8_t uid[8];      /* the same at every power-on, different on every board */
	struct link_text model;
};
uint8_t link_write_hello(const struct link_hello *hello, uint8_t *payload);
bool link_read_hello(const struct link_frame *frame, struct link_hello *ret);

/* DESC comes in parts, one frame each: part 0 is the stream's head, part n its n-th channel. */
#define LINK_PART_STREAM 0

/* Sent again, unasked, when its flags change. */
struct link_stream {
	uint8_t channels; /* ≥ 1 */
	uint8_t flags;    /* LINK_STREAM_… */
	uint32_t period_us;
	uint32_t period_min_us; /* SET accepts periods from here … */
	uint32_t period_max_us; /* … to here */
	struct link_text name;
};
/* Flags: it is sending now; its sensor answers (if not, samples are LINK_MISSING_…); the sensor
 * sets the pace (period_us is only nominal, every sample has a frame, so an instant, of its
 * own). */
#define LINK_STREAM_ON 0x01
#define LINK_STREAM_PRESENT 0x02
#define LINK_STREAM_SELF_PACED 0x04
uint8_t link_write_stream(const struct link_stream *stream, uint8_t *payload);
bool link_read_stream(const struct link_frame *frame, struct link_stream *ret);

/* value = (raw * mantissa + offset) * 10^exp10, in `unit`: an exact decimal number. */
struct link_channel {
	uint8_t part;  /* 1 … channels, in the order in which samples are packed */
	uint8_t width; /* bytes of a raw value on the wire, signed: 2 or 4 */
	int32_t mantissa;
	int8_t exp10;
	int32_t offset;
	int32_t min, max;                      /* raw values the sensor can truly give */
	uint16_t step;                         /* resolution in raw counts, ≥ 1 */
	struct link_text name, quantity, unit; /* unit in UCUM, "1" if it has none */
};
uint8_t link_write_channel(const struct link_channel *channel, uint8_t *payload);
bool link_read_channel(const struct link_frame *frame, struct link_channel *ret);

/* Raw value that says: this sample was due, and the sensor did not answer. */
#define LINK_MISSING_2 INT16_MIN
#define LINK_MISSING_4 INT32_MIN

/* Samples of one stream without a hole: `index` is the number of the first one since the
 * stream was switched on. Sample k of the frame was taken at t_us + k * period_us. Indices
 * that no frame carries were lost: by the board (STAT counts them) or on the line (seq). */
struct link_data {
	uint32_t index;
	const uint8_t *samples; /* all channels of a sample, then the next sample */
	uint8_t size;           /* bytes; the sum of the channels' widths divides it */
};
uint8_t link_write_data(const struct link_data *data, uint8_t *payload);
bool link_read_data(const struct link_frame *frame, struct link_data *ret);

/* One raw value, `width` bytes (2 or 4), little endian. */
int32_t link_read_raw(const uint8_t *at, uint8_t width);
void link_write_raw(int32_t raw, uint8_t width, uint8_t *at);

/* PING is padded to PONG's size, so that the line's share of the delay is the same both ways
 * and (t_rx + t_tx) / 2 lies in the middle of the host's sending and receiving. */
struct link_pong {
	uint32_t nonce; /* that of the PING */
	uint32_t t_rx;  /* when the PING's last byte had come in */
	uint32_t t_tx;  /* when the PONG's first byte began to leave */
};
uint8_t link_write_ping(uint32_t nonce, uint8_t *payload);
bool link_read_ping(const struct link_frame *frame, uint32_t *ret_nonce);
uint8_t link_write_pong(const struct link_pong *pong, uint8_t *payload);
bool link_read_pong(const struct link_frame *frame, struct link_pong *ret);

/* SET for frame.stream. Switching on an already running stream with its own period changes
 * nothing, its index included; any other change starts at index 0. All DATA of the old
 * setting comes before the ACK, all of the new one behind it. */
struct link_set {
	bool is_on;
	uint32_t period_us; /* 0: as it is */
};
uint8_t link_write_set(const struct link_set *set, uint8_t *payload);
bool link_read_set(const struct link_frame *frame, struct link_set *ret);

enum link_code {
	LINK_OK = 0,
	LINK_UNKNOWN_TYPE = 1,
	LINK_MALFORMED = 2, /* the payload is too short or makes no sense */
	LINK_NO_SUCH_STREAM = 3,
	LINK_BAD_PERIOD = 4, /* outside period_min_us … period_max_us */
};

/* ACK (code LINK_OK) and ERR (any other): the answer to the host's frame with that type and
 * seq. `value` is the period now in force for SET, the tenths for IDENTIFY. */
struct link_reply {
	uint8_t type, seq;
	uint8_t code;   /* enum link_code; not on the wire in an ACK */
	uint32_t value; /* 0 in an ERR, and not on the wire there */
};
uint8_t link_write_ack(const struct link_reply *reply, uint8_t *payload);
uint8_t link_write_err(const struct link_reply *reply, uint8_t *payload);
bool link_read_reply(const struct link_frame *frame, struct link_reply *ret); /* either one */

/* Counters since power-on; they stop at their greatest value instead of starting anew. */
struct link_stat {
	uint32_t uptime_s;
	uint32_t lost_samples; /* due, but the board or the line was too busy; indices jump */
	uint32_t bad_frames;   /* received from the host and refused */
	uint32_t lost_bytes;   /* from the host, no room to receive them */
};
uint8_t link_write_stat(const struct link_stat *stat, uint8_t *payload);
bool link_read_stat(const struct link_frame *frame, struct link_stat *ret);

/* Blink for so many tenths of a second; 0 stops. */
uint8_t link_write_identify(uint16_t tenths, uint8_t *payload);
bool link_read_identify(const struct link_frame *frame, uint16_t *ret_tenths);
