/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the frames say: each payload's fields, one writer and one reader per frame type, both in
 * the order of LINK.md. Little endian throughout. Bounds are checked in one place, the cursor,
 * whose verdict is sticky; a reader asks for it once, at its end.
 */
#include "link/link.h"

#define PING_PADDING 8 /* makes PING as long as PONG */
#define EXP10_LIMIT 18 /* beyond it a 64-bit integer cannot hold the decimal */

/* Writing: what does not fit clears `is_good`. */
struct writer {
	uint8_t *at;
	uint8_t left;
	bool is_good;
};

static struct writer writer_on(uint8_t *payload)
{
	struct writer writer = {payload, LINK_PAYLOAD_MAX, true};
	return writer;
}

static void put_bytes(struct writer *writer, const void *bytes, uint8_t size)
{
	if (size > writer->left) {
		writer->is_good = false;
		return;
	}
	memcpy(writer->at, bytes, size);
	writer->at += size;
	writer->left = (uint8_t)(writer->left - size);
}

static void put_u8(struct writer *writer, uint8_t value)
{
	put_bytes(writer, &value, 1);
}

static void put_u16(struct writer *writer, uint16_t value)
{
	put_u8(writer, (uint8_t)value);
	put_u8(writer, (uint8_t)(value >> 8));
}

static void put_u32(struct writer *writer, uint32_t value)
{
	put_u16(writer, (uint16_t)value);
	put_u16(writer, (uint16_t)(value >> 16));
}

static void put_text(struct writer *writer, struct link_text text)
{
	if (text.size > LINK_TEXT_MAX)
		writer->is_good = false;
	put_u8(writer, text.size);
	put_bytes(writer, text.text, text.size);
}

static uint8_t written(const struct writer *writer)
{
	return writer->is_good ? (uint8_t)(LINK_PAYLOAD_MAX - writer->left) : 0;
}

/* Reading: past the end everything is 0 and `is_good` is false. */
struct reader {
	const uint8_t *at;
	uint8_t left;
	bool is_good;
};

static struct reader reader_on(const struct link_frame *frame, uint8_t type)
{
	struct reader reader = {frame->payload, frame->size, frame->type == type};
	return reader;
}

static const uint8_t *get_bytes(struct reader *reader, uint8_t size)
{
	const uint8_t *bytes = reader->at;

	if (size > reader->left) {
		reader->is_good = false;
		return NULL;
	}
	reader->at += size;
	reader->left = (uint8_t)(reader->left - size);
	return bytes;
}

static uint8_t get_u8(struct reader *reader)
{
	const uint8_t *byte = get_bytes(reader, 1);

	return byte ? *byte : 0;
}

static uint16_t get_u16(struct reader *reader)
{
	uint8_t low = get_u8(reader);

	return (uint16_t)(low | get_u8(reader) << 8);
}

static uint32_t get_u32(struct reader *reader)
{
	uint16_t low = get_u16(reader);

	return low | (uint32_t)get_u16(reader) << 16;
}

static struct link_text get_text(struct reader *reader)
{
	struct link_text text = {"", 0};
	uint8_t size = get_u8(reader);
	const uint8_t *bytes = get_bytes(reader, size);

	if (!bytes || size > LINK_TEXT_MAX) {
		reader->is_good = false;
		return text;
	}
	for (uint8_t i = 0; i < size; i++)
		if (bytes[i] < 0x20 || bytes[i] == 0x7F)
			reader->is_good = false;
	text.text = (const char *)bytes;
	text.size = size;
	return text;
}

void link_text_copy(struct link_text text, char *ret_string, size_t room)
{
	size_t size = text.size;

	if (room == 0)
		return;
	if (size > room - 1)
		size = room - 1;
	memcpy(ret_string, text.text, size);
	ret_string[size] = '\0';
}

uint8_t link_write_hello(const struct link_hello *hello, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u8(&writer, hello->protocol);
	put_bytes(&writer, hello->firmware, sizeof(hello->firmware));
	put_u8(&writer, hello->max_body);
	put_u8(&writer, hello->streams);
	put_bytes(&writer, hello->uid, sizeof(hello->uid));
	put_text(&writer, hello->model);
	return written(&writer);
}

bool link_read_hello(const struct link_frame *frame, struct link_hello *ret)
{
	struct reader reader = reader_on(frame, LINK_HELLO);
	struct link_hello hello = {.protocol = get_u8(&reader)};
	const uint8_t *bytes;

	bytes = get_bytes(&reader, sizeof(hello.firmware));
	if (bytes)
		memcpy(hello.firmware, bytes, sizeof(hello.firmware));
	hello.max_body = get_u8(&reader);
	hello.streams = get_u8(&reader);
	bytes = get_bytes(&reader, sizeof(hello.uid));
	if (bytes)
		memcpy(hello.uid, bytes, sizeof(hello.uid));
	hello.model = get_text(&reader);
	if (!reader.is_good || hello.protocol == 0 || hello.model.size == 0)
		return false;
	*ret = hello;
	return true;
}

uint8_t link_write_stream(const struct link_stream *stream, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u8(&writer, LINK_PART_STREAM);
	put_u8(&writer, stream->channels);
	put_u8(&writer, stream->flags);
	put_u32(&writer, stream->period_us);
	put_u32(&writer, stream->period_min_us);
	put_u32(&writer, stream->period_max_us);
	put_text(&writer, stream->name);
	return written(&writer);
}

bool link_read_stream(const struct link_frame *frame, struct link_stream *ret)
{
	struct reader reader = reader_on(frame, LINK_DESC);
	struct link_stream stream = {0};

	if (get_u8(&reader) != LINK_PART_STREAM)
		return false;
	stream.channels = get_u8(&reader);
	stream.flags = get_u8(&reader);
	stream.period_us = get_u32(&reader);
	stream.period_min_us = get_u32(&reader);
	stream.period_max_us = get_u32(&reader);
	stream.name = get_text(&reader);
	if (!reader.is_good || stream.channels == 0 || stream.period_us == 0)
		return false;
	*ret = stream;
	return true;
}

uint8_t link_write_channel(const struct link_channel *channel, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u8(&writer, channel->part);
	put_u8(&writer, channel->width);
	put_u32(&writer, (uint32_t)channel->mantissa);
	put_u8(&writer, (uint8_t)channel->exp10);
	put_u32(&writer, (uint32_t)channel->offset);
	put_u32(&writer, (uint32_t)channel->min);
	put_u32(&writer, (uint32_t)channel->max);
	put_u16(&writer, channel->step);
	put_text(&writer, channel->name);
	put_text(&writer, channel->quantity);
	put_text(&writer, channel->unit);
	return written(&writer);
}

bool link_read_channel(const struct link_frame *frame, struct link_channel *ret)
{
	struct reader reader = reader_on(frame, LINK_DESC);
	struct link_channel channel = {.part = get_u8(&reader)};

	channel.width = get_u8(&reader);
	channel.mantissa = (int32_t)get_u32(&reader);
	channel.exp10 = (int8_t)get_u8(&reader);
	channel.offset = (int32_t)get_u32(&reader);
	channel.min = (int32_t)get_u32(&reader);
	channel.max = (int32_t)get_u32(&reader);
	channel.step = get_u16(&reader);
	channel.name = get_text(&reader);
	channel.quantity = get_text(&reader);
	channel.unit = get_text(&reader);
	if (!reader.is_good || channel.part == LINK_PART_STREAM)
		return false;
	if (channel.width != 2 && channel.width != 4)
		return false;
	if (channel.mantissa == 0 || channel.step == 0 || channel.min > channel.max)
		return false;
	if (channel.exp10 < -EXP10_LIMIT || channel.exp10 > EXP10_LIMIT)
		return false;
	if (channel.name.size == 0 || channel.unit.size == 0)
		return false;
	*ret = channel;
	return true;
}

uint8_t link_write_data(const struct link_data *data, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u32(&writer, data->index);
	put_bytes(&writer, data->samples, data->size);
	return written(&writer);
}

bool link_read_data(const struct link_frame *frame, struct link_data *ret)
{
	struct reader reader = reader_on(frame, LINK_DATA);
	struct link_data data = {.index = get_u32(&reader)};

	if (!reader.is_good || reader.left == 0)
		return false;
	data.samples = reader.at;
	data.size = reader.left;
	*ret = data;
	return true;
}

int32_t link_read_raw(const uint8_t *at, uint8_t width)
{
	uint16_t low = (uint16_t)(at[0] | at[1] << 8);

	if (width == 2)
		return (int16_t)low;
	return (int32_t)(low | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
}

void link_write_raw(int32_t raw, uint8_t width, uint8_t *at)
{
	uint32_t bits = (uint32_t)raw;

	for (uint8_t i = 0; i < width; i++, bits >>= 8)
		at[i] = (uint8_t)bits;
}

uint8_t link_write_ping(uint32_t nonce, uint8_t *payload)
{
	static const uint8_t padding[PING_PADDING] = {0};
	struct writer writer = writer_on(payload);

	put_u32(&writer, nonce);
	put_bytes(&writer, padding, PING_PADDING);
	return written(&writer);
}

bool link_read_ping(const struct link_frame *frame, uint32_t *ret_nonce)
{
	struct reader reader = reader_on(frame, LINK_PING);
	uint32_t nonce = get_u32(&reader);

	get_bytes(&reader, PING_PADDING);
	if (!reader.is_good)
		return false;
	*ret_nonce = nonce;
	return true;
}

uint8_t link_write_pong(const struct link_pong *pong, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u32(&writer, pong->nonce);
	put_u32(&writer, pong->t_rx);
	put_u32(&writer, pong->t_tx);
	return written(&writer);
}

bool link_read_pong(const struct link_frame *frame, struct link_pong *ret)
{
	struct reader reader = reader_on(frame, LINK_PONG);
	struct link_pong pong = {.nonce = get_u32(&reader)};

	pong.t_rx = get_u32(&reader);
	pong.t_tx = get_u32(&reader);
	if (!reader.is_good)
		return false;
	*ret = pong;
	return true;
}

uint8_t link_write_set(const struct link_set *set, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u8(&writer, set->is_on);
	put_u32(&writer, set->period_us);
	return written(&writer);
}

bool link_read_set(const struct link_frame *frame, struct link_set *ret)
{
	struct reader reader = reader_on(frame, LINK_SET);
	uint8_t on = get_u8(&reader);
	uint32_t period_us = get_u32(&reader);

	if (!reader.is_good || on > 1)
		return false;
	ret->is_on = on == 1;
	ret->period_us = period_us;
	return true;
}

uint8_t link_write_ack(const struct link_reply *reply, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u8(&writer, reply->type);
	put_u8(&writer, reply->seq);
	put_u32(&writer, reply->value);
	return written(&writer);
}

uint8_t link_write_err(const struct link_reply *reply, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u8(&writer, reply->type);
	put_u8(&writer, reply->seq);
	put_u8(&writer, reply->code);
	return written(&writer);
}

bool link_read_reply(const struct link_frame *frame, struct link_reply *ret)
{
	bool is_ack = frame->type == LINK_ACK;
	struct reader reader = reader_on(frame, is_ack ? LINK_ACK : LINK_ERR);
	struct link_reply reply = {.type = get_u8(&reader)};

	reply.seq = get_u8(&reader);
	if (is_ack)
		reply.value = get_u32(&reader);
	else
		reply.code = get_u8(&reader);
	if (!reader.is_good || (!is_ack && reply.code == LINK_OK))
		return false;
	*ret = reply;
	return true;
}

uint8_t link_write_stat(const struct link_stat *stat, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u32(&writer, stat->uptime_s);
	put_u32(&writer, stat->lost_samples);
	put_u32(&writer, stat->bad_frames);
	put_u32(&writer, stat->lost_bytes);
	return written(&writer);
}

bool link_read_stat(const struct link_frame *frame, struct link_stat *ret)
{
	struct reader reader = reader_on(frame, LINK_STAT);
	struct link_stat stat = {.uptime_s = get_u32(&reader)};

	stat.lost_samples = get_u32(&reader);
	stat.bad_frames = get_u32(&reader);
	stat.lost_bytes = get_u32(&reader);
	if (!reader.is_good)
		return false;
	*ret = stat;
	return true;
}

uint8_t link_write_identify(uint16_t tenths, uint8_t *payload)
{
	struct writer writer = writer_on(payload);

	put_u16(&writer, tenths);
	return written(&writer);
}

bool link_read_identify(const struct link_frame *frame, uint16_t *ret_tenths)
{
	struct reader reader = reader_on(frame, LINK_IDENTIFY);
	uint16_t tenths = get_u16(&reader);

	if (!reader.is_good)
		return false;
	*ret_tenths = tenths;
	return true;
}
