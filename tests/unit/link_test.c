/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The link's promises beyond the page's examples: everything that is sent arrives as it was,
 * any loss costs only the frames it touched, and no byte sequence does harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "link/link.h"

/* xorshift: the same "random" bytes in every run. */
static uint32_t random_state;

static uint32_t draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

/* A DATA frame whose bytes are all `fill`, or random ones with many zeros when fill is -1. */
static size_t make_frame(uint8_t seq, uint8_t size, int fill, uint8_t *wire)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	struct link_frame frame = {LINK_DATA, seq, 0, draw(), payload, size};

	for (uint8_t i = 0; i < size; i++)
		payload[i] = fill >= 0 ? (uint8_t)fill : draw() & 1 ? (uint8_t)draw() : 0;
	return link_encode(&frame, wire);
}

static void crc_has_its_check_value(void **state)
{
	(void)state;
	assert_int_equal(link_crc16((const uint8_t *)"123456789", 9), 0x906E);
}

static void every_size_and_filling_arrives_as_sent(void **state)
{
	static const int fillings[] = {0, 1, 0xFF, -1};
	struct link_decoder decoder = {0};
	uint8_t payload[LINK_PAYLOAD_MAX], wire[LINK_WIRE_MAX];

	(void)state;
	random_state = 1;
	for (unsigned size = 0; size <= LINK_PAYLOAD_MAX; size++) {
		for (size_t f = 0; f < sizeof(fillings) / sizeof(fillings[0]); f++) {
			struct link_frame sent = {(uint8_t)draw(), (uint8_t)draw(), (uint8_t)draw(),
				draw(), payload, (uint8_t)size};
			struct link_frame got;
			size_t n;

			for (unsigned i = 0; i < size; i++)
				payload[i] = (uint8_t)(fillings[f] >= 0 ? (uint32_t)fillings[f]
									: draw() & draw());
			n = link_encode(&sent, wire);
			assert_int_equal(n, size + LINK_BODY_MIN + 2);
			for (size_t i = 0; i + 1 < n; i++) {
				assert_int_not_equal(wire[i], 0);
				assert_false(link_decode(&decoder, wire[i], &got));
			}
			assert_true(link_decode(&decoder, wire[n - 1], &got));
			assert_int_equal(got.type, sent.type);
			assert_int_equal(got.seq, sent.seq);
			assert_int_equal(got.stream, sent.stream);
			assert_int_equal(got.t_us, sent.t_us);
			assert_int_equal(got.size, size);
			assert_memory_equal(got.payload, payload, size);
		}
	}
	assert_int_equal(decoder.bad, 0);
}

static void longest_body_without_a_zero_costs_one_byte(void **state)
{
	struct link_decoder decoder = {0};
	struct link_frame got;
	uint8_t wire[LINK_WIRE_MAX], payload[LINK_PAYLOAD_MAX];
	struct link_frame frame = {LINK_DATA, 0x11, 1, 0x01010101, payload, LINK_PAYLOAD_MAX};
	size_t n = 0;

	(void)state;
	/* Some filling has a CRC without a zero: then the body is one group of 254. */
	for (int fill = 1; fill < 256; fill++) {
		memset(payload, fill, sizeof(payload));
		n = link_encode(&frame, wire);
		if (wire[0] == 0xFF)
			break;
	}
	assert_int_equal(wire[0], 0xFF);
	assert_int_equal(n, LINK_BODY_MAX + 2);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(link_decode(&decoder, wire[i], &got), i == n - 1);
}

static void too_long_a_payload_is_not_sent(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX + 1] = {0}, wire[LINK_WIRE_MAX];
	struct link_frame frame = {LINK_DATA, 0, 0, 0, payload, LINK_PAYLOAD_MAX + 1};

	(void)state;
	assert_int_equal(link_encode(&frame, wire), 0);
}

/* Feeds a line and notes which seq of 0 … 9 came out; returns how many frames did. */
static unsigned listen(const uint8_t *line, size_t n, bool heard[10], uint32_t *ret_bad)
{
	struct link_decoder decoder = {0};
	struct link_frame frame;
	unsigned count = 0;

	memset(heard, 0, 10 * sizeof(heard[0]));
	for (size_t i = 0; i < n; i++) {
		if (!link_decode(&decoder, line[i], &frame))
			continue;
		assert_in_range(frame.seq, 0, 9);
		assert_false(heard[frame.seq]);
		heard[frame.seq] = true;
		count++;
	}
	*ret_bad = decoder.bad;
	return count;
}

/* Ten frames on a line; wound() changes one place of it in every way and every place. */
struct line {
	uint8_t bytes[10 * LINK_WIRE_MAX + 1];
	size_t size;
	size_t ends[10];
};

static void make_line(struct line *line)
{
	line->size = 0;
	for (uint8_t seq = 0; seq < 10; seq++) {
		line->size += make_frame(seq, (uint8_t)(draw() % 40), -1, line->bytes + line->size);
		line->ends[seq] = line->size;
	}
}

static uint8_t frame_at(const struct line *line, size_t place)
{
	uint8_t seq = 0;

	while (place >= line->ends[seq])
		seq++;
	return seq;
}

static void any_lost_byte_costs_at_most_the_frames_it_joins(void **state)
{
	struct line line;
	uint8_t wounded[sizeof(line.bytes)];
	bool heard[10];
	uint32_t bad;

	(void)state;
	random_state = 2;
	make_line(&line);
	for (size_t place = 0; place < line.size; place++) {
		uint8_t hurt = frame_at(&line, place);
		bool was_end = place == line.ends[hurt] - 1;

		memcpy(wounded, line.bytes, place);
		memcpy(wounded + place, line.bytes + place + 1, line.size - place - 1);
		listen(wounded, line.size - 1, heard, &bad);
		for (uint8_t seq = 0; seq < 10; seq++)
			if (seq != hurt && !(was_end && seq == hurt + 1))
				assert_true(heard[seq]);
		assert_false(heard[hurt]);
		if (!was_end || hurt < 9)
			assert_int_equal(bad, 1);
	}
}

static void any_inserted_byte_costs_only_its_frame(void **state)
{
	static const uint8_t inserted[] = {0x00, 0x01, 0x55, 0xFF};
	struct line line;
	uint8_t wounded[sizeof(line.bytes)];
	bool heard[10];
	uint32_t bad;

	(void)state;
	random_state = 3;
	make_line(&line);
	for (size_t place = 0; place < line.size; place++) {
		for (size_t k = 0; k < sizeof(inserted); k++) {
			uint8_t hurt = frame_at(&line, place);

			memcpy(wounded, line.bytes, place);
			wounded[place] = inserted[k];
			memcpy(wounded + place + 1, line.bytes + place, line.size - place);
			listen(wounded, line.size + 1, heard, &bad);
			for (uint8_t seq = 0; seq < 10; seq++)
				if (seq != hurt)
					assert_true(heard[seq]);
		}
	}
}

static void any_flipped_bit_is_noticed(void **state)
{
	struct line line;
	bool heard[10];
	uint32_t bad;

	(void)state;
	random_state = 4;
	make_line(&line);
	for (size_t place = 0; place < line.size; place++) {
		for (uint8_t bit = 0; bit < 8; bit++) {
			uint8_t hurt = frame_at(&line, place);

			line.bytes[place] ^= (uint8_t)(1u << bit);
			listen(line.bytes, line.size, heard, &bad);
			line.bytes[place] ^= (uint8_t)(1u << bit);
			assert_false(heard[hurt]);
			for (uint8_t seq = 0; seq < 10; seq++)
				if (seq != hurt && seq != hurt + 1)
					assert_true(heard[seq]);
		}
	}
}

static void starting_in_the_middle_hears_the_next_frame(void **state)
{
	struct line line;
	bool heard[10];
	uint32_t bad;

	(void)state;
	random_state = 5;
	make_line(&line);
	for (size_t start = 0; start < line.ends[8]; start++) {
		unsigned count = listen(line.bytes + start, line.size - start, heard, &bad);

		assert_true(count >= 9u - frame_at(&line, start));
	}
}

static void noise_does_no_harm_and_frames_behind_it_are_heard(void **state)
{
	struct link_decoder decoder = {0};
	struct link_frame frame;
	uint8_t wire[LINK_WIRE_MAX];

	(void)state;
	random_state = 6;
	for (unsigned run = 0; run < 300000; run++) {
		size_t n = make_frame((uint8_t)run, (uint8_t)(draw() % 24), -1, wire);
		unsigned noise = draw() % 32;

		for (unsigned i = 0; i < noise; i++)
			link_decode(&decoder, (uint8_t)draw(), &frame);
		link_decode(&decoder, 0, &frame);
		for (size_t i = 0; i + 1 < n; i++)
			assert_false(link_decode(&decoder, wire[i], &frame));
		assert_true(link_decode(&decoder, 0, &frame));
		assert_int_equal(frame.seq, (uint8_t)run);
	}
}

static void an_endless_frame_is_refused_once(void **state)
{
	struct link_decoder decoder = {0};
	struct link_frame frame;
	uint8_t wire[LINK_WIRE_MAX];
	size_t n = make_frame(1, 4, -1, wire);

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		assert_false(link_decode(&decoder, 0x7F, &frame));
	assert_false(link_decode(&decoder, 0, &frame));
	assert_int_equal(decoder.bad, 1);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(link_decode(&decoder, wire[i], &frame), i == n - 1);
}

static void idle_zeros_are_not_errors(void **state)
{
	struct link_decoder decoder = {0};
	struct link_frame frame;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		assert_false(link_decode(&decoder, 0, &frame));
	assert_int_equal(decoder.bad, 0);
}

static struct link_channel some_channel(void)
{
	return (struct link_channel){.part = 1,
		.width = 2,
		.mantissa = 1,
		.max = 1,
		.step = 1,
		.name = link_text("n"),
		.quantity = link_text("q"),
		.unit = link_text("1")};
}

static bool channel_passes(struct link_channel channel)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	struct link_channel got;
	struct link_frame frame = {.type = LINK_DESC, .payload = payload};

	frame.size = link_write_channel(&channel, payload);
	return link_read_channel(&frame, &got);
}

static void impossible_descriptions_are_refused(void **state)
{
	struct link_channel channel = some_channel();

	(void)state;
	assert_true(channel_passes(channel));
	channel.width = 3;
	assert_false(channel_passes(channel));
	channel = some_channel();
	channel.mantissa = 0;
	assert_false(channel_passes(channel));
	channel = some_channel();
	channel.exp10 = 19;
	assert_false(channel_passes(channel));
	channel = some_channel();
	channel.min = 2;
	assert_false(channel_passes(channel));
	channel = some_channel();
	channel.step = 0;
	assert_false(channel_passes(channel));
	channel = some_channel();
	channel.name = link_text("a\nb");
	assert_false(channel_passes(channel));
	channel = some_channel();
	channel.unit = link_text("");
	assert_false(channel_passes(channel));
}

static void every_cut_payload_is_refused_and_every_longer_one_read(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	struct link_channel channel = some_channel(), got;
	struct link_frame frame = {.type = LINK_DESC, .payload = payload};
	uint8_t size = link_write_channel(&channel, payload);

	(void)state;
	for (frame.size = 0; frame.size < size; frame.size++)
		assert_false(link_read_channel(&frame, &got));
	for (; frame.size < size + 5; frame.size++)
		assert_true(link_read_channel(&frame, &got));
}

static void texts_too_long_are_cut_when_made_and_refused_on_the_line(void **state)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	char string[40];
	struct link_hello hello = {.protocol = 1}, got;
	struct link_frame frame = {.type = LINK_HELLO, .payload = payload};

	(void)state;
	memset(string, 'a', sizeof(string) - 1);
	string[sizeof(string) - 1] = '\0';
	hello.model = link_text(string);
	assert_int_equal(hello.model.size, LINK_TEXT_MAX);
	frame.size = link_write_hello(&hello, payload);
	assert_true(link_read_hello(&frame, &got));
	link_text_copy(got.model, string, 5);
	assert_string_equal(string, "aaaa");

	payload[14] = LINK_TEXT_MAX + 1; /* the text's size */
	payload[frame.size] = 'a';
	frame.size++;
	assert_false(link_read_hello(&frame, &got));
}

static void raw_values_keep_their_sign(void **state)
{
	static const int32_t values[] = {0, 1, -1, 32767, -32768, INT32_MAX, INT32_MIN};
	uint8_t bytes[4];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		link_write_raw(values[i], 4, bytes);
		assert_int_equal(link_read_raw(bytes, 4), values[i]);
		link_write_raw(values[i], 2, bytes);
		assert_int_equal(link_read_raw(bytes, 2), (int16_t)values[i]);
	}
}

static void clock_is_unwrapped_over_days(void **state)
{
	const uint64_t step = 33ull * 60 * 1000000;
	uint64_t near = 0;

	(void)state;
	for (uint64_t t = 0; t < 10ull * 86400 * 1000000; t += step) {
		near = link_unwrap(near, (uint32_t)t);
		assert_true(near == t);
		assert_true(link_unwrap(near, (uint32_t)(near - (near < 5 ? near : 5))) <= near);
	}
	assert_true(link_unwrap(100, 0xFFFFFFF0) == 0xFFFFFFF0); /* never before the start */
	assert_true(link_unwrap(1ull << 32, 0xFFFFFFF0) == 0xFFFFFFF0);
	assert_true(link_unwrap(0xFFFFFFF0, 0x10) == (1ull << 32) + 0x10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_has_its_check_value),
		cmocka_unit_test(every_size_and_filling_arrives_as_sent),
		cmocka_unit_test(longest_body_without_a_zero_costs_one_byte),
		cmocka_unit_test(too_long_a_payload_is_not_sent),
		cmocka_unit_test(any_lost_byte_costs_at_most_the_frames_it_joins),
		cmocka_unit_test(any_inserted_byte_costs_only_its_frame),
		cmocka_unit_test(any_flipped_bit_is_noticed),
		cmocka_unit_test(starting_in_the_middle_hears_the_next_frame),
		cmocka_unit_test(noise_does_no_harm_and_frames_behind_it_are_heard),
		cmocka_unit_test(an_endless_frame_is_refused_once),
		cmocka_unit_test(idle_zeros_are_not_errors),
		cmocka_unit_test(impossible_descriptions_are_refused),
		cmocka_unit_test(every_cut_payload_is_refused_and_every_longer_one_read),
		cmocka_unit_test(texts_too_long_are_cut_when_made_and_refused_on_the_line),
		cmocka_unit_test(raw_values_keep_their_sign),
		cmocka_unit_test(clock_is_unwrapped_over_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
