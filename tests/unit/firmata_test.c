/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `firmata` against a board that the test plays: an Uno with StandardFirmata 2.5, as
 * published and as misbehaving. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kits/protocols/firmata_message.h"
#include "support/cmocka_all.h"
#include "support/kit_rig.h"

static struct rig rig;
static size_t heard; /* of what was sent, by the board */

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	heard = 0;
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	kit_rig_close(&rig);
	return 0;
}

static const uint8_t announcement[] = {0xf9, 2, 5, 0xf0, 0x79, 2, 5, 'S', 0, 't', 0, 'd', 0, 0xf7};
static const uint8_t analog_map[] = {0xf0, 0x6a, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f,
	0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0, 1, 2, 3, 4, 5, 0xf7};

#define SAY(bytes) rig_feed(&rig, bytes, sizeof(bytes))

/* Pins 0 and 1 can nothing, 2 to 13 digital, 14 to 19 both. */
static void say_capabilities(uint8_t bits)
{
	uint8_t bytes[256] = {0xf0, 0x6c};
	size_t n = 2;

	for (int pin = 0; pin < 20; pin++) {
		const uint8_t digital[] = {0, 1, 1, 1}, analog[] = {2, bits};

		if (pin >= 2) {
			memcpy(bytes + n, digital, sizeof(digital));
			n += sizeof(digital);
		}
		if (pin >= 14) {
			memcpy(bytes + n, analog, sizeof(analog));
			n += sizeof(analog);
		}
		bytes[n++] = 0x7f;
	}
	bytes[n++] = 0xf7;
	rig_feed(&rig, bytes, n);
}

/* Was this sent since the last time? */
static bool hears(const void *bytes, size_t n)
{
	for (size_t at = heard; at + n <= rig.n_sent; at++)
		if (memcmp(rig.sent + at, bytes, n) == 0) {
			heard = at + n;
			return true;
		}
	return false;
}

#define HEARS(...) hears((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void start_board(void)
{
	SAY(announcement);
	rig_pass_ms(&rig, 100);
	assert_true(HEARS(0xf0, 0x69, 0xf7));
	SAY(analog_map);
	rig_pass_ms(&rig, 100);
	assert_true(HEARS(0xf0, 0x6b, 0xf7));
	say_capabilities(10);
	rig_pass_ms(&rig, 100);
}

static void say_scan(unsigned first)
{
	for (unsigned i = 0; i < 6; i++) {
		unsigned value = first + i;
		const uint8_t bytes[] = {
			(uint8_t)(0xe0 | i), (uint8_t)(value & 0x7f), (uint8_t)(value >> 7)};

		rig_feed(&rig, bytes, sizeof(bytes));
	}
}

/* --- messages --- */

static void published_messages_are_read(void **unused)
{
	static const struct {
		uint8_t bytes[4];
		size_t n;
		enum firmata_kind kind;
		uint8_t number;
		uint16_t value;
	} cases[] = {
		{{0xe0, 0x00, 0x04}, 3, FIRMATA_VALUE, 0, 512},
		{{0xe1, 0x59, 0x02}, 3, FIRMATA_VALUE, 1, 345},
		{{0xe0, 0x7f, 0x07}, 3, FIRMATA_VALUE, 0, 1023},
		{{0x90, 0x00, 0x01}, 3, FIRMATA_PORT, 0, 128},
		{{0x91, 0x20, 0x00}, 3, FIRMATA_PORT, 1, 32},
		{{0xf9, 0x02, 0x05}, 3, FIRMATA_IS_VERSION, 2, 5},
		{{0xe0, 0x7f}, 2, FIRMATA_WAIT, 0, 0},
		{{0xe0, 0x7f, 0x90}, 3, FIRMATA_NOTHING, 0, 0},
		{{0xf0, 0x71, 0x90}, 3, FIRMATA_NOTHING, 0, 0},
		{{0xf0, 0xf7, 0x90}, 3, FIRMATA_NOTHING, 0, 0},
		{{'H', 'i', 0x0a}, 3, FIRMATA_NOTHING, 0, 0},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct firmata_message message;

		firmata_read(cases[i].bytes, cases[i].n, &message);
		assert_int_equal(message.kind, cases[i].kind);
		if (message.kind == FIRMATA_WAIT)
			continue;
		assert_in_range(message.length, 1, cases[i].n);
		if (message.kind == FIRMATA_NOTHING)
			continue;
		assert_int_equal(message.number, cases[i].number);
		assert_int_equal(message.value, cases[i].value);
	}
}

/* --- boards --- */

static void a_board_that_announces_itself_is_a_kit_with_its_analog_pins(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	rig_pass_ms(&rig, 2000);
	assert_int_equal(rig.n_sent, 0); /* silent until it knows */
	start_board();
	assert_string_equal(rig_device(&rig)->family, "firmata");
	assert_string_equal(rig_device(&rig)->kit, "firmata-board");
	assert_int_equal(rig_device(&rig)->streams[0].n_channels, 6);
	assert_string_equal(rig_device(&rig)->streams[0].channels[5].id, "a5");
	assert_true(rig_device(&rig)->streams[0].channels[5].high == 1023);
	assert_true(HEARS(0xf0, 0x7a, 50, 0, 0xf7));
	assert_true(HEARS(0xf4, 14, 2, 0xc0, 1));
	assert_true(HEARS(0xf4, 19, 2, 0xc5, 1));
	say_scan(510);
	rig_pass_ms(&rig, 50);
	say_scan(1000);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	assert_int_equal(rig.rows[0].n, 6);
	assert_true(rig.rows[0].values[0] == 510 && rig.rows[0].values[5] == 515);
	assert_true(rig.rows[1].values[5] == 1005);
}

static void all_of_it_byte_by_byte_gives_the_same(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	for (size_t i = 0; i < sizeof(announcement); i++) {
		rig_feed(&rig, announcement + i, 1);
		rig_pass_ms(&rig, 1);
	}
	rig_pass_ms(&rig, 100);
	for (size_t i = 0; i < sizeof(analog_map); i++)
		rig_feed(&rig, analog_map + i, 1);
	say_capabilities(12);
	rig_pass_ms(&rig, 100);
	assert_true(rig_device(&rig)->streams[0].channels[0].high == 4095);
	say_scan(1);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
}

static void a_board_that_tells_no_pins_is_taken_for_an_uno(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	SAY(announcement);
	rig_pass_ms(&rig, 4000);
	assert_int_equal(rig.n_devices, 0);
	rig_pass_ms(&rig, 3000);
	assert_int_equal(rig_device(&rig)->streams[0].n_channels, 6);
	assert_true(HEARS(0xf4, 14, 2, 0xc0, 1));
}

static void a_scan_with_a_lost_value_is_a_row_with_a_hole(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	start_board();
	say_scan(0);
	rig_feed(&rig, "\xe0\x01\x00\xe1\x02", 5); /* breaks off */
	rig_pass_ms(&rig, 50);
	say_scan(20);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 3);
	assert_true(rig.rows[1].values[0] == 1);
	assert_true(isnan(rig.rows[1].values[1]) && isnan(rig.rows[1].values[5]));
	assert_true(rig.rows[2].values[1] == 21);
	assert_true(rig_health(&rig).bad_frames > 0);
}

static void strings_and_unknown_sysex_do_no_harm(void **unused)
{
	static const uint8_t other[] = {0xf0, 0x71, 'h', 0, 'i', 0, 0xf7, 0xf0, 0x7f, 1, 2, 3, 0xf7,
		0xf0, 0xf7, 0xf0, 0x6a, 0xf7, 0xf0, 0x6c, 2, 0xf7};

	(void)unused;
	rig_open_all(&rig);
	start_board();
	SAY(other);
	say_scan(7);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig_device(&rig)->streams[0].n_channels, 6);
}

static void a_board_that_was_reset_is_set_up_again(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	start_board();
	say_scan(0);
	heard = rig.n_sent;
	SAY(announcement);
	rig_pass_ms(&rig, 100);
	assert_true(HEARS(0xf4, 14, 2, 0xc0, 1));
	say_scan(1);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	heard = rig.n_sent; /* nobody says that it was reset, and it is silent */
	rig_pass_ms(&rig, 3500);
	assert_true(HEARS(0xf4, 14, 2, 0xc0, 1));
	assert_string_equal(rig_health(&rig).trouble, "silent");
}

static const char yaml[] =
	"kit: lamp\nname: {zh: 灯, en: Lamp}\nserial: 57600 8N1\nfirmata: {every: 100 ms}\n"
	"rate: 10 Hz\nchannels:\n"
	"  - {id: light, name: {zh: 光, en: Light}, quantity: voltage, unit: V, range: [0, 5], "
	"resolution: 0.005, from: analog 1, scale: 0.005}\n"
	"  - {id: button, name: {zh: 钮, en: Button}, quantity: state, unit: \"1\", range: [0, 1], "
	"resolution: 1, from: digital 7}\n";

static void a_kit_yaml_says_which_pins(void **unused)
{
	(void)unused;
	kit_rig_open(&rig, kit_rig_read(yaml), true);
	rig_pass_ms(&rig, 100);
	assert_true(HEARS(0xf0, 0x79, 0xf7)); /* asked, since it is known to be there */
	rig_pass_ms(&rig, 1000);
	assert_true(HEARS(0xf0, 0x79, 0xf7));
	start_board();
	assert_string_equal(rig_device(&rig)->kit, "lamp");
	assert_true(HEARS(0xf0, 0x7a, 100, 0, 0xf7));
	assert_true(HEARS(0xf4, 15, 2, 0xc1, 1));
	assert_true(HEARS(0xf4, 7, 0, 0xd0, 1));
	rig_feed(&rig, "\xe1\x64\x00", 3);
	rig_pass_ms(&rig, 20);
	rig_feed(&rig, "\x90\x00\x01", 3); /* pressed */
	rig_pass_ms(&rig, 80);
	rig_feed(&rig, "\xe1\x65\x00", 3);
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 3);
	assert_true(rig.rows[0].values[0] == 0.5 && rig.rows[0].values[1] == 0);
	assert_true(isnan(rig.rows[1].values[0]) && rig.rows[1].values[1] == 1);
	assert_true(rig.rows[2].values[0] == 0.505 && rig.rows[2].values[1] == 1);
}

static void a_pin_that_does_not_exist_is_told(void **unused)
{
	char text[1024];
	const char *at = strstr(yaml, "analog 1");

	(void)unused;
	snprintf(text, sizeof(text), "%.*sanalog 16%s", (int)(at - yaml), yaml, at + 8);
	assert_non_null(strstr(kit_rig_mistakes(text), "from: \"analog 16\" is not a pin such as"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_messages_are_read),
		TEST(a_board_that_announces_itself_is_a_kit_with_its_analog_pins),
		TEST(all_of_it_byte_by_byte_gives_the_same),
		TEST(a_board_that_tells_no_pins_is_taken_for_an_uno),
		TEST(a_scan_with_a_lost_value_is_a_row_with_a_hole),
		TEST(strings_and_unknown_sysex_do_no_harm),
		TEST(a_board_that_was_reset_is_set_up_again),
		TEST(a_kit_yaml_says_which_pins),
		cmocka_unit_test(a_pin_that_does_not_exist_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
