/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modbus RTU frames: published ones are read as published, and nothing else is taken for one. */
#include <string.h>

#include "kits/protocols/modbus_frame.h"
#include "support/cmocka_all.h"

/* XY-MD02: 30.5 C, 54.6 %. */
static const struct modbus_question both = {1, MODBUS_INPUT, 1, 2};
static const uint8_t answer_both[] = {0x01, 0x04, 0x04, 0x01, 0x31, 0x02, 0x22, 0x2a, 0xce};

static void questions_are_those_that_are_published(void **unused)
{
	static const struct {
		struct modbus_question question;
		uint8_t bytes[MODBUS_QUESTION_BYTES];
	} cases[] = {
		{{1, MODBUS_INPUT, 1, 2}, {0x01, 0x04, 0x00, 0x01, 0x00, 0x02, 0x20, 0x0b}},
		{{1, MODBUS_HOLDING, 0, 3}, {0x01, 0x03, 0x00, 0x00, 0x00, 0x03, 0x05, 0xcb}},
		{{0xfe, MODBUS_INPUT, 3, 1}, {0xfe, 0x04, 0x00, 0x03, 0x00, 0x01, 0xd5, 0xc5}},
		{{0xf8, MODBUS_INPUT, 0, 10}, {0xf8, 0x04, 0x00, 0x00, 0x00, 0x0a, 0x64, 0x64}},
		{{1, MODBUS_INPUT, 0, 8}, {0x01, 0x04, 0x00, 0x00, 0x00, 0x08, 0xf1, 0xcc}},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[MODBUS_QUESTION_BYTES];

		modbus_write_question(&cases[i].question, bytes);
		assert_memory_equal(bytes, cases[i].bytes, sizeof(bytes));
	}
}

static void an_answer_is_complete_with_its_last_byte_only(void **unused)
{
	struct modbus_answer answer;

	(void)unused;
	for (size_t n = 1; n < sizeof(answer_both); n++) {
		assert_int_equal(modbus_find_answer(&both, answer_both, n, &answer), MODBUS_WAIT);
		assert_int_equal(answer.from, 0);
	}
	assert_int_equal(modbus_find_answer(&both, answer_both, sizeof(answer_both), &answer),
		MODBUS_ANSWERED);
	assert_ptr_equal(answer.registers, answer_both + 3);
}

static void a_refusal_gives_its_code(void **unused)
{
	static const uint8_t refusal[] = {0x01, 0x84, 0x04, 0x42, 0xc3};
	struct modbus_answer answer;

	(void)unused;
	assert_int_equal(
		modbus_find_answer(&both, refusal, sizeof(refusal), &answer), MODBUS_REFUSED);
	assert_int_equal(answer.code, 4);
}

static void an_echo_and_noise_in_front_are_passed_over(void **unused)
{
	uint8_t bytes[64];
	struct modbus_answer answer;
	size_t n = MODBUS_QUESTION_BYTES;

	(void)unused;
	modbus_write_question(&both, bytes);
	assert_int_equal(modbus_find_answer(&both, bytes, n, &answer), MODBUS_WAIT);
	assert_int_equal(answer.from, n);
	bytes[n++] = 0x00;
	bytes[n++] = 0xff;
	bytes[n++] = 0x01; /* the address, and yet no answer */
	memcpy(bytes + n, answer_both, sizeof(answer_both));
	assert_int_equal(modbus_find_answer(&both, bytes, n + sizeof(answer_both), &answer),
		MODBUS_ANSWERED);
	assert_int_equal(answer.from, n);
}

static void no_damaged_answer_is_believed(void **unused)
{
	struct modbus_answer answer;

	(void)unused;
	for (size_t bit = 0; bit < 8 * sizeof(answer_both); bit++) {
		uint8_t bytes[sizeof(answer_both)];

		memcpy(bytes, answer_both, sizeof(bytes));
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(
			modbus_find_answer(&both, bytes, sizeof(bytes), &answer), MODBUS_WAIT);
	}
}

static void an_answer_of_another_slave_or_size_is_not_ours(void **unused)
{
	static const struct modbus_question others[] = {
		{2, MODBUS_INPUT, 1, 2},
		{1, MODBUS_HOLDING, 1, 2},
		{1, MODBUS_INPUT, 1, 1},
	};
	struct modbus_answer answer;

	(void)unused;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(
			modbus_find_answer(&others[i], answer_both, sizeof(answer_both), &answer),
			MODBUS_WAIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_those_that_are_published),
		cmocka_unit_test(an_answer_is_complete_with_its_last_byte_only),
		cmocka_unit_test(a_refusal_gives_its_code),
		cmocka_unit_test(an_echo_and_noise_in_front_are_passed_over),
		cmocka_unit_test(no_damaged_answer_is_believed),
		cmocka_unit_test(an_answer_of_another_slave_or_size_is_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
