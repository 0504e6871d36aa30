/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes through the link's decoder and every payload reader. Besides crashes it holds them to
 * their word: what a reader accepts, its writer writes again, and it reads back the same.
 * The corpus (fuzz/corpus/link) is the wire form of the specification's examples.
 */
#include <stdlib.h>

#include "link/link.h"

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

/* A valid frame encodes to a wire form that decodes to the same frame. */
static void try_frame(const struct link_frame *frame)
{
	struct link_decoder decoder = {0};
	struct link_frame again;
	uint8_t wire[LINK_WIRE_MAX];
	size_t n = link_encode(frame, wire);

	must(n == (size_t)frame->size + LINK_BODY_MIN + 2);
	for (size_t i = 0; i + 1 < n; i++)
		must(!link_decode(&decoder, wire[i], &again));
	must(link_decode(&decoder, 0, &again));
	must(again.type == frame->type && again.seq == frame->seq &&
		again.stream == frame->stream && again.t_us == frame->t_us &&
		again.size == frame->size);
	must(memcmp(again.payload, frame->payload, frame->size) == 0);
}

/* What was read, written again, is the beginning of the payload (more may stand behind it). */
static void same(const struct link_frame *frame, const uint8_t *written, uint8_t size)
{
	must(size > 0 && size <= frame->size);
	must(memcmp(written, frame->payload, size) == 0);
}

static void try_payload(const struct link_frame *frame)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	struct link_hello hello;
	struct link_stream stream;
	struct link_channel channel;
	struct link_data data;
	struct link_pong pong;
	struct link_set set;
	struct link_reply reply;
	struct link_stat stat;
	uint32_t nonce;
	uint16_t tenths;
	char text[8];

	if (link_read_hello(frame, &hello)) {
		same(frame, payload, link_write_hello(&hello, payload));
		link_text_copy(hello.model, text, sizeof(text));
	}
	if (link_read_stream(frame, &stream))
		same(frame, payload, link_write_stream(&stream, payload));
	if (link_read_channel(frame, &channel))
		same(frame, payload, link_write_channel(&channel, payload));
	if (link_read_data(frame, &data)) {
		same(frame, payload, link_write_data(&data, payload));
		for (uint8_t at = 0; at + 4 <= data.size; at++)
			must((int16_t)link_read_raw(data.samples + at, 4) ==
				link_read_raw(data.samples + at, 2));
	}
	if (link_read_ping(frame, &nonce)) /* its padding may be anything */
		must(link_write_ping(nonce, payload) <= frame->size &&
			memcmp(payload, frame->payload, 4) == 0);
	if (link_read_pong(frame, &pong))
		same(frame, payload, link_write_pong(&pong, payload));
	if (link_read_set(frame, &set))
		same(frame, payload, link_write_set(&set, payload));
	if (link_read_reply(frame, &reply))
		same(frame, payload,
			frame->type == LINK_ACK ? link_write_ack(&reply, payload)
						: link_write_err(&reply, payload));
	if (link_read_stat(frame, &stat))
		same(frame, payload, link_write_stat(&stat, payload));
	if (link_read_identify(frame, &tenths))
		same(frame, payload, link_write_identify(tenths, payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct link_decoder decoder = {0};
	struct link_frame frame;
	uint32_t frames = 0, ends = 0;

	/* As a line: most of it will be refused by the CRC. */
	for (size_t i = 0; i < n; i++) {
		ends += bytes[i] == 0;
		if (!link_decode(&decoder, bytes[i], &frame))
			continue;
		frames++;
		try_frame(&frame);
		try_payload(&frame);
	}
	must(frames + decoder.bad <= ends);

	/* As a payload behind the CRC, of every type, so that the readers see wild bytes too. */
	if (n >= 1 && n - 1 <= LINK_PAYLOAD_MAX) {
		frame = (struct link_frame){.type = (uint8_t)(bytes[0] % 12),
			.seq = bytes[0],
			.payload = bytes + 1,
			.size = (uint8_t)(n - 1)};
		try_frame(&frame);
		try_payload(&frame);
	}
	return 0;
}
