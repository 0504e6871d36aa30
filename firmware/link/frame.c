/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames on the wire: COBS so that 00 occurs only between frames, and a CRC so that a frame is
 * whole or refused. Both run byte by byte: a small board needs no second buffer, and a receiver
 * that starts in the middle, or loses bytes, is right again after the next 00.
 */
#include "link/link.h"

#if LINK_BODY_MAX > 254 || LINK_BODY_MAX < 32
#error "LINK_BODY_MAX must be 32 … 254: COBS then costs one byte and counters fit in 8 bits"
#endif

#define CRC_START 0xFFFF
#define CRC_RESIDUE 0xF0B8 /* register after a body and its own CRC, whatever the body */
#define GROUP_FULL 0xFF    /* COBS code of 254 bytes with no zero behind them */

/* One byte at a time without a table: the eight shifts of the reflected 0x1021 folded together,
 * which is also the quickest form on an 8-bit core. */
static uint16_t crc_step(uint16_t crc, uint8_t byte)
{
	uint8_t x = (uint8_t)(byte ^ crc);

	x = (uint8_t)(x ^ (x << 4));
	return (uint16_t)((crc >> 8) ^ ((uint16_t)x << 8) ^ ((uint16_t)x << 3) ^ (x >> 4));
}

static uint16_t crc_run(uint16_t crc, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		crc = crc_step(crc, bytes[i]);
	return crc;
}

uint16_t link_crc16(const uint8_t *bytes, size_t size)
{
	return (uint16_t)~crc_run(CRC_START, bytes, size);
}

/* COBS on the way out: `code` is the place where the open group's length will be written. */
struct writer {
	uint8_t *code;
	uint8_t *next;
	uint16_t crc;
};

static void open_group(struct writer *writer)
{
	writer->code = writer->next++;
	*writer->code = 1;
}

static void put(struct writer *writer, uint8_t byte)
{
	writer->crc = crc_step(writer->crc, byte);
	if (*writer->code == GROUP_FULL)
		open_group(writer);
	if (byte == 0) {
		open_group(writer);
		return;
	}
	*writer->next++ = byte;
	(*writer->code)++;
}

size_t link_encode(const struct link_frame *frame, uint8_t *wire)
{
	struct writer writer = {.next = wire, .crc = CRC_START};
	uint16_t crc;

	if (frame->size > LINK_PAYLOAD_MAX)
		return 0;
	open_group(&writer);
	put(&writer, frame->type);
	put(&writer, frame->seq);
	put(&writer, frame->stream);
	for (uint8_t shift = 0; shift < 32; shift = (uint8_t)(shift + 8))
		put(&writer, (uint8_t)(frame->t_us >> shift));
	for (uint8_t i = 0; i < frame->size; i++)
		put(&writer, frame->payload[i]);
	crc = (uint16_t)~writer.crc;
	put(&writer, (uint8_t)crc);
	put(&writer, (uint8_t)(crc >> 8));
	*writer.next++ = 0;
	return (size_t)(writer.next - wire);
}

void link_decoder_reset(struct link_decoder *decoder)
{
	decoder->size = 0;
	decoder->left = 0;
	decoder->is_joint = false;
	decoder->is_started = false;
	decoder->is_too_long = false;
}

static void take(struct link_decoder *decoder, uint8_t byte)
{
	if (decoder->size == LINK_BODY_MAX)
		decoder->is_too_long = true;
	else
		decoder->body[decoder->size++] = byte;
}

static bool is_whole(const struct link_decoder *decoder)
{
	return !decoder->is_too_long && decoder->left == 0 && decoder->size >= LINK_BODY_MIN &&
		crc_run(CRC_START, decoder->body, decoder->size) == CRC_RESIDUE;
}

static uint32_t read_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
		(uint32_t)at[3] << 24;
}

bool link_decode(struct link_decoder *decoder, uint8_t byte, struct link_frame *ret_frame)
{
	const uint8_t *body = decoder->body;

	if (byte == 0) {
		bool has_frame = is_whole(decoder);

		if (has_frame) {
			ret_frame->type = body[0];
			ret_frame->seq = body[1];
			ret_frame->stream = body[2];
			ret_frame->t_us = read_u32(body + 3);
			ret_frame->payload = body + LINK_HEAD_SIZE;
			ret_frame->size = (uint8_t)(decoder->size - LINK_BODY_MIN);
		} else if (decoder->is_started && decoder->bad != UINT32_MAX) {
			decoder->bad++;
		}
		link_decoder_reset(decoder);
		return has_frame;
	}
	decoder->is_started = true;
	if (decoder->left > 0) {
		decoder->left--;
		take(decoder, byte);
		return false;
	}
	if (decoder->is_joint)
		take(decoder, 0);
	decoder->left = (uint8_t)(byte - 1);
	decoder->is_joint = byte != GROUP_FULL;
	return false;
}

uint64_t link_unwrap(uint64_t near_us, uint32_t t_us)
{
	int32_t step = (int32_t)(t_us - (uint32_t)near_us);

	/* Before the board's own zero there is nothing: a clock just started may look "earlier". */
	if (step < 0 && near_us < (uint64_t)(-(int64_t)step))
		return t_us;
	return near_us + (uint64_t)(int64_t)step;
}
