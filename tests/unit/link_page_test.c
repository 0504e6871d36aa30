/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The specification's examples, read from the page itself. Each is held against the frame that
 * its sentence describes: encoding it gives the page's bytes, and the page's bytes decode to it.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "link/link.h"

#define PAGE KITLOG_SOURCE "/firmware/link/LINK.md"

struct example {
	char name[32];
	uint8_t body[LINK_BODY_MAX];
	uint8_t wire[LINK_WIRE_MAX];
	size_t body_size, wire_size;
};

static struct example examples[32];
static size_t n_examples;

/* Appends a line's hex bytes; false if the line has anything else. */
static bool take_hex(const char *line, uint8_t *bytes, size_t room, size_t *size)
{
	unsigned value;
	int used;

	while (sscanf(line, " %2x%n", &value, &used) == 1) {
		if (*size == room)
			return false;
		bytes[(*size)++] = (uint8_t)value;
		line += used;
	}
	return line[strspn(line, " \n")] == '\0';
}

static int read_page(void **state)
{
	FILE *page = fopen(PAGE, "r");
	char line[256];
	bool is_behind_heading = false, is_wire = false;
	struct example *now = NULL;

	(void)state;
	if (!page)
		return -1;
	while (fgets(line, sizeof(line), page)) {
		const char *text = line + strspn(line, " ");

		if (strncmp(line, "## Examples", 11) == 0)
			is_behind_heading = true;
		if (!is_behind_heading || text - line < 4 || *text == '\n')
			continue;
		if (text - line == 4 && strncmp(text, "body ", 5) != 0 &&
			strncmp(text, "wire ", 5) != 0) {
			now = &examples[n_examples++];
			snprintf(now->name, sizeof(now->name), "%.*s", (int)strcspn(text, ":"),
				text);
			continue;
		}
		if (text - line == 4) {
			is_wire = *text == 'w';
			text += 4;
		}
		assert_non_null(now);
		if (is_wire)
			assert_true(take_hex(text, now->wire, sizeof(now->wire), &now->wire_size));
		else
			assert_true(take_hex(text, now->body, sizeof(now->body), &now->body_size));
	}
	fclose(page);
	return 0;
}

static const struct example *find(const char *name)
{
	for (size_t i = 0; i < n_examples; i++)
		if (strcmp(examples[i].name, name) == 0)
			return &examples[i];
	fail_msg("%s has no example \"%s\"", PAGE, name);
	return NULL;
}

/* Encodes the frame and compares, decodes the page's wire and compares; gives that frame. */
static struct link_frame agree(const char *name, const struct link_frame *said)
{
	static struct link_decoder decoder;
	const struct example *example = find(name);
	struct link_frame got = {0};
	uint8_t wire[LINK_WIRE_MAX];
	size_t size = link_encode(said, wire);

	assert_int_equal(size, example->wire_size);
	assert_memory_equal(wire, example->wire, size);

	link_decoder_reset(&decoder);
	decoder.bad = 0;
	for (size_t i = 0; i < example->wire_size; i++)
		assert_int_equal(
			link_decode(&decoder, example->wire[i], &got), i == example->wire_size - 1);
	assert_int_equal(decoder.bad, 0);
	assert_int_equal(decoder.size, 0);
	assert_int_equal(got.size + LINK_BODY_MIN, example->body_size);
	assert_memory_equal(got.payload - LINK_HEAD_SIZE, example->body, example->body_size);
	assert_int_equal(got.type, said->type);
	assert_int_equal(got.seq, said->seq);
	assert_int_equal(got.stream, said->stream);
	assert_int_equal(got.t_us, said->t_us);
	return got;
}

static uint8_t payload[LINK_PAYLOAD_MAX];

static struct link_frame frame(
	uint8_t type, uint8_t seq, uint8_t stream, uint32_t t_us, uint8_t size)
{
	return (struct link_frame){type, seq, stream, t_us, payload, size};
}

static void assert_text(struct link_text text, const char *string)
{
	char copy[LINK_TEXT_MAX + 1];

	link_text_copy(text, copy, sizeof(copy));
	assert_string_equal(copy, string);
}

static void hello_is_as_the_page_says(void **state)
{
	struct link_hello hello = {.protocol = LINK_PROTOCOL,
		.firmware = {0, 1, 0},
		.max_body = 128,
		.streams = 2,
		.uid = {0x6b, 0x74, 0, 0, 0, 0, 0, 1},
		.model = link_text("virtual-cup")};
	struct link_hello got;
	struct link_frame said = frame(LINK_HELLO, 0, LINK_NO_STREAM, 0, 0);

	(void)state;
	said = agree("hello-question", &said);
	assert_false(link_read_hello(&said, &got)); /* the question is not an answer */

	said = frame(LINK_HELLO, 0, LINK_NO_STREAM, 200000, link_write_hello(&hello, payload));
	said = agree("hello", &said);
	assert_true(link_read_hello(&said, &got));
	assert_int_equal(got.protocol, 1);
	assert_memory_equal(got.firmware, hello.firmware, 3);
	assert_int_equal(got.max_body, 128);
	assert_int_equal(got.streams, 2);
	assert_memory_equal(got.uid, hello.uid, 8);
	assert_text(got.model, "virtual-cup");
}

static void description_is_as_the_page_says(void **state)
{
	struct link_stream stream = {.channels = 1,
		.flags = LINK_STREAM_PRESENT,
		.period_us = 100000,
		.period_min_us = 10000,
		.period_max_us = 60000000,
		.name = link_text("temperature")};
	struct link_channel channel = {.part = 1,
		.width = 2,
		.mantissa = 625,
		.exp10 = -4,
		.min = -880,
		.max = 2000,
		.step = 1,
		.name = link_text("water"),
		.quantity = link_text("temperature"),
		.unit = link_text("Cel")};
	struct link_stream got_stream;
	struct link_channel got;
	struct link_frame said =
		frame(LINK_DESC, 1, 0, 201000, link_write_stream(&stream, payload));

	(void)state;
	said = agree("desc-stream", &said);
	assert_true(link_read_stream(&said, &got_stream));
	assert_false(link_read_channel(&said, &got));
	assert_int_equal(got_stream.channels, 1);
	assert_int_equal(got_stream.flags, LINK_STREAM_PRESENT);
	assert_int_equal(got_stream.period_us, 100000);
	assert_int_equal(got_stream.period_min_us, 10000);
	assert_int_equal(got_stream.period_max_us, 60000000);
	assert_text(got_stream.name, "temperature");

	said = frame(LINK_DESC, 2, 0, 202000, link_write_channel(&channel, payload));
	said = agree("desc-channel", &said);
	assert_true(link_read_channel(&said, &got));
	assert_false(link_read_stream(&said, &got_stream));
	assert_int_equal(got.part, 1);
	assert_int_equal(got.width, 2);
	assert_int_equal(got.mantissa, 625);
	assert_int_equal(got.exp10, -4);
	assert_int_equal(got.offset, 0);
	assert_int_equal(got.min, -880);
	assert_int_equal(got.max, 2000);
	assert_int_equal(got.step, 1);
	assert_text(got.name, "water");
	assert_text(got.quantity, "temperature");
	assert_text(got.unit, "Cel");
}

static void data_is_as_the_page_says(void **state)
{
	static const int32_t raws[] = {401, LINK_MISSING_2, -2};
	uint8_t samples[6];
	struct link_data data = {.index = 40, .samples = samples, .size = sizeof(samples)};
	struct link_data got;
	struct link_frame said;

	(void)state;
	for (uint8_t i = 0; i < 3; i++)
		link_write_raw(raws[i], 2, samples + 2 * i);
	said = frame(LINK_DATA, 3, 0, 4200000, link_write_data(&data, payload));
	said = agree("data", &said);
	assert_true(link_read_data(&said, &got));
	assert_int_equal(got.index, 40);
	assert_int_equal(got.size, 6);
	for (uint8_t i = 0; i < 3; i++)
		assert_int_equal(link_read_raw(got.samples + 2 * i, 2), raws[i]);
}

static void clock_questions_are_as_the_page_says(void **state)
{
	struct link_pong pong = {.nonce = 0x01020304, .t_rx = 5000000, .t_tx = 5000350}, got;
	uint32_t nonce;
	struct link_frame said =
		frame(LINK_PING, 7, LINK_NO_STREAM, 0, link_write_ping(0x01020304, payload));

	(void)state;
	said = agree("ping", &said);
	assert_true(link_read_ping(&said, &nonce));
	assert_int_equal(nonce, 0x01020304);

	said = frame(LINK_PONG, 4, LINK_NO_STREAM, 5000350, link_write_pong(&pong, payload));
	said = agree("pong", &said);
	assert_true(link_read_pong(&said, &got));
	assert_memory_equal(&got, &pong, sizeof(pong));
	assert_int_equal(find("ping")->wire_size, find("pong")->wire_size);
}

static void assert_reply(const struct link_reply *got, const struct link_reply *said)
{
	assert_int_equal(got->type, said->type);
	assert_int_equal(got->seq, said->seq);
	assert_int_equal(got->code, said->code);
	assert_int_equal(got->value, said->value);
}

static void set_and_its_answers_are_as_the_page_says(void **state)
{
	struct link_set fast = {.is_on = true, .period_us = 1000}, on = {.is_on = true}, got;
	struct link_reply err = {.type = LINK_SET, .seq = 8, .code = LINK_BAD_PERIOD}, reply;
	struct link_reply ack = {.type = LINK_SET, .seq = 9, .value = 100000};
	struct link_frame said = frame(LINK_SET, 8, 0, 0, link_write_set(&fast, payload));

	(void)state;
	said = agree("set", &said);
	assert_true(link_read_set(&said, &got));
	assert_true(got.is_on);
	assert_int_equal(got.period_us, 1000);

	said = frame(LINK_ERR, 5, 0, 5010000, link_write_err(&err, payload));
	said = agree("err", &said);
	assert_true(link_read_reply(&said, &reply));
	assert_reply(&reply, &err);

	said = frame(LINK_SET, 9, 0, 0, link_write_set(&on, payload));
	said = agree("set-on", &said);
	assert_true(link_read_set(&said, &got));
	assert_int_equal(got.period_us, 0);

	said = frame(LINK_ACK, 6, 0, 5020000, link_write_ack(&ack, payload));
	said = agree("ack", &said);
	assert_true(link_read_reply(&said, &reply));
	assert_reply(&reply, &ack);
}

static void stat_and_identify_are_as_the_page_says(void **state)
{
	struct link_stat stat = {.uptime_s = 86400, .lost_samples = 17, .bad_frames = 2}, got;
	uint16_t tenths;
	struct link_frame said =
		frame(LINK_STAT, 7, LINK_NO_STREAM, 500654080, link_write_stat(&stat, payload));

	(void)state;
	said = agree("stat", &said);
	assert_true(link_read_stat(&said, &got));
	assert_memory_equal(&got, &stat, sizeof(stat));

	said = frame(LINK_IDENTIFY, 10, LINK_NO_STREAM, 0, link_write_identify(30, payload));
	said = agree("identify", &said);
	assert_true(link_read_identify(&said, &tenths));
	assert_int_equal(tenths, 30);
}

static void every_example_of_the_page_is_known_here(void **state)
{
	static const char *const names[] = {"hello-question", "hello", "desc-stream",
		"desc-channel", "data", "ping", "pong", "set", "err", "set-on", "ack", "stat",
		"identify"};

	(void)state;
	assert_int_equal(n_examples, sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < n_examples; i++)
		assert_string_equal(examples[i].name, names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_of_the_page_is_known_here),
		cmocka_unit_test(hello_is_as_the_page_says),
		cmocka_unit_test(description_is_as_the_page_says),
		cmocka_unit_test(data_is_as_the_page_says),
		cmocka_unit_test(clock_questions_are_as_the_page_says),
		cmocka_unit_test(set_and_its_answers_are_as_the_page_says),
		cmocka_unit_test(stat_and_identify_are_as_the_page_says),
	};

	return cmocka_run_group_tests(tests, read_page, NULL);
}
