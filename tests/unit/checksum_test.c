/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checksums: the published check values, frames that instruments really send, and frames that are
 * too short for what is asked of them. */
#include <string.h>

#include "data/checksum.h"
#include "support/cmocka_all.h"

static void each_kind_gives_its_check_value(void **unused)
{
	static const uint16_t values[] = {0xDD, 0x23, 0x31, 0x01DD, 0x01DD, 0xF4, 0x4B37, 0x29B1};

	(void)unused;
	for (size_t kind = 0; kind < sizeof values / sizeof *values; kind++)
		assert_int_equal(
			checksum_of((enum checksum_kind)kind, (const uint8_t *)"123456789", 9),
			values[kind]);
}

static bool holds(const char *word, const void *frame, size_t n)
{
	struct checksum checksum;
	const char *expected = checksum_read(word, &checksum);

	if (expected)
		fail_msg("\"%s\" is not %s", word, expected);
	return checksum_holds(&checksum, frame, n);
}

static void frames_of_real_instruments_hold(void **unused)
{
	static const uint8_t request[] = {
		0x01, 0x04, 0x00, 0x01, 0x00, 0x02, 0x20, 0x0B};                 /* XY-MD02 */
	static const uint8_t winsen[] = {0xFF, 0x01, 0x86, 0, 0, 0, 0, 0, 0x79}; /* MH-Z19 */
	static const uint8_t nmea[] = "$GPGLL,5300.97914,N,00259.98174,E,125926,A*28";
	static const uint8_t big[] = {0x01, 0x02, 0x00, 0x03}, little[] = {0x01, 0x02, 0x03, 0x00};
	uint8_t bent[sizeof request];

	(void)unused;
	assert_true(holds("crc16-modbus 0..5 @6", request, sizeof request));
	assert_true(holds("crc16-modbus 0..-3 @-2", request, sizeof request));
	assert_true(holds("sum8neg 1..7 @8", winsen, sizeof winsen));
	assert_int_equal(checksum_of(CHECKSUM_XOR8, nmea + 1, sizeof nmea - 5), 0x28);
	assert_true(holds("sum16be 0..1 @2", big, sizeof big));
	assert_false(holds("sum16le 0..1 @2", big, sizeof big));
	assert_true(holds("sum16le 0..1 @2", little, sizeof little));
	assert_true(
		holds("sum8 1..1 @0", (const uint8_t[]){7, 7}, 2)); /* in front of what it covers */
	for (size_t i = 0; i < sizeof request; i++) {
		memcpy(bent, request, sizeof bent);
		bent[i] ^= 0x10;
		assert_false(holds("crc16-modbus 0..-3 @-2", bent, sizeof bent));
	}
}

static void a_frame_too_short_for_it_never_holds(void **unused)
{
	static const uint8_t zeros[16] = {0};
	static const struct {
		const char *word;
		size_t n;
		bool fits;
	} cases[] = {
		{"sum8 0..7 @8", 9, true},
		{"sum8 0..7 @8", 8, false},
		{"sum8 0..7 @7", 9, false}, /* covers itself */
		{"sum16be 0..7 @7", 9, false},
		{"sum16be 0..6 @7", 9, true},
		{"sum16be 0..6 @8", 9, false},
		{"sum8 0..-2 @-1", 2, true},
		{"sum8 0..-2 @-1", 1, false},
		{"sum8 0..-2 @-1", 0, false},
		{"sum8 3..1 @5", 9, false},
		{"sum8 0..-9 @-1", 4, false},
		{"sum8 0..1 @-5", 4, false},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct checksum checksum;

		assert_null(checksum_read(cases[i].word, &checksum));
		assert_int_equal(checksum_fits(&checksum, cases[i].n), cases[i].fits);
		assert_int_equal(checksum_holds(&checksum, zeros, cases[i].n), cases[i].fits);
	}
}

static void what_is_no_checksum_is_refused(void **unused)
{
	static const char *const wrong[] = {"", "sum8", "sum9 0..7 @8", "sum8 0..7", "sum8 0-7 @8",
		"sum8 -7..-2 @-1", "sum8 0..7 @", "sum8 0..7 @8 x", "sum8 0..7 8", "SUM8 0..7 @8",
		"sum8 0..1024 @8", "sum8 0..-0 @-1", "sum8 0..99999999999999999999 @1"};

	(void)unused;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct checksum checksum = {.at = 77};

		assert_non_null(checksum_read(wrong[i], &checksum));
		assert_int_equal(checksum.at, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_gives_its_check_value),
		cmocka_unit_test(frames_of_real_instruments_hold),
		cmocka_unit_test(a_frame_too_short_for_it_never_holds),
		cmocka_unit_test(what_is_no_checksum_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
