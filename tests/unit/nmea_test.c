/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `nmea`: sentences by themselves, then bursts of them as receivers print them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kits/protocols/nmea_sentence.h"
#include "support/cmocka_all.h"
#include "support/kit_rig.h"

static struct rig rig;

static int set_up(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	kit_rig_close(&rig);
	return 0;
}

/* The examples that every receiver's manual has. */
#define RMC "$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A"
#define GGA "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47"
#define GSA "$GPGSA,A,3,04,05,,09,12,,,24,,,,,2.5,1.3,2.1*39"
#define RMC_VOID "$GPRMC,,V,,,,,,,,,,N*53"
#define GGA_VOID "$GPGGA,,,,,,0,00,99.99,,,,,,*48"

static enum nmea_verdict read(const char *text, struct nmea_sentence *ret_sentence)
{
	return nmea_read(text, strlen(text), ret_sentence);
}

static void a_published_sentence_is_read(void **unused)
{
	struct nmea_sentence sentence;

	(void)unused;
	assert_int_equal(read(GGA, &sentence), NMEA_GOOD);
	assert_string_equal(sentence.type, "GGA");
	assert_int_equal(sentence.n, 14);
	assert_true(nmea_time(sentence.fields[0]) == 12 * 3600 + 35 * 60 + 19);
	assert_true(fabs(nmea_angle(sentence.fields[1], sentence.fields[2]) - 48.1173) < 1e-9);
	assert_true(nmea_number(sentence.fields[8]) == 545.4);
	assert_true(isnan(nmea_number(sentence.fields[13])));
}

static void only_a_sentence_with_its_checksum_is_believed(void **unused)
{
	static const struct {
		const char *text;
		enum nmea_verdict verdict;
	} cases[] = {
		{RMC, NMEA_GOOD},
		{RMC_VOID, NMEA_GOOD},
		{"$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6B",
			NMEA_DAMAGED},
		{"$GPRMC,123519,A,4807.039,N,01131.000,E,022.4,084.4,230394,003.1,W*6A",
			NMEA_DAMAGED},
		{"$GPRMC,123519,A", NMEA_OTHER},
		{"$GPRMC*4B", NMEA_OTHER},
		{"$12,13", NMEA_OTHER},
		{"$GPGGA,123519*zz", NMEA_OTHER},
		{"GPGGA,123519*00", NMEA_OTHER},
	};
	struct nmea_sentence sentence;

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(read(cases[i].text, &sentence), cases[i].verdict);
}

static void south_and_west_are_negative(void **unused)
{
	static const struct nmea_field angle = {"02230.000", 9}, south = {"S", 1}, west = {"W", 1};
	static const struct nmea_field none = {"", 0}, odd = {"Q", 1};

	(void)unused;
	assert_true(nmea_angle(angle, south) == -22.5);
	assert_true(nmea_angle(angle, west) == -22.5);
	assert_true(isnan(nmea_angle(none, west)));
	assert_true(isnan(nmea_angle(angle, odd)));
}

static void a_receiver_is_found_without_a_kit_yaml(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	rig_pass_ms(&rig, 100);
	for (int i = 0; i < 3; i++) {
		rig_say(&rig, RMC "\r\n" GGA "\r\n" GSA "\r\n");
		rig_pass_ms(&rig, 1000);
	}
	assert_string_equal(rig_device(&rig)->family, "nmea");
	assert_string_equal(rig_device(&rig)->kit, "nmea-gps");
	assert_int_equal(rig.n_rows, 3); /* the first burst, too */
	assert_true(fabs(kit_rig_value(&rig, "latitude") - 48.1173) < 1e-9);
	assert_true(fabs(kit_rig_value(&rig, "longitude") - 11.516666666666667) < 1e-9);
	assert_true(fabs(kit_rig_value(&rig, "speed") - 22.4 * 1852 / 3600) < 1e-9);
	assert_true(kit_rig_value(&rig, "altitude") == 545.4);
	assert_true(kit_rig_value(&rig, "satellites") == 8);
	assert_int_equal(rig.n_sent, 0);
}

/* The second of two bursts a second apart: its row's stamp, after its first byte. */
static int64_t burst_stamp_ns(void)
{
	static const char text[] = RMC "\r\n" GGA "\r\n";
	int64_t began = 0;

	for (int burst = 0; burst < 2; burst++) {
		began = rig.clock.frozen_ns;
		for (size_t i = 0; i < sizeof(text) - 1; i++) {
			rig_feed(&rig, text + i, 1);
			rig_pass_ms(&rig, 1);
		}
		rig_pass_ms(&rig, 800);
	}
	assert_int_equal(rig.n_rows, 2);
	assert_true(kit_rig_value(&rig, "altitude") == 545.4);
	return rig.rows[1].stamp_ns - began;
}

static void a_burst_byte_by_byte_is_stamped_before_it_began(void **unused)
{
	(void)unused;
	kit_rig_open(&rig, kit_rig_read_folder(KITLOG_SOURCE "/kits/nmea-gps"), false);
	assert_int_equal(burst_stamp_ns(), -100 * NS_PER_MS); /* its latency */
}

/* The same receiver at the same adapter is no faster for not being named. */
static void stamps_are_the_same_without_a_kit_yaml(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	rig_pass_ms(&rig, 100);
	assert_int_equal(
		burst_stamp_ns(), -kit_rig_read_folder(KITLOG_SOURCE "/kits/nmea-gps")->latency_ns);
}

static void half_a_burst_is_a_row_after_its_time(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	for (int i = 0; i < 4; i++) {
		rig_say(&rig, RMC "\r\n");
		rig_pass_ms(&rig, 1000);
	}
	assert_int_equal(rig.n_rows, 4);
	assert_true(isnan(rig.rows[3].values[2])); /* no altitude */
	assert_true(fabs(rig.rows[3].values[0] - 48.1173) < 1e-9);
}

static void without_a_fix_the_place_is_absent_and_the_satellites_are_not(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	for (int i = 0; i < 3; i++) {
		rig_say(&rig, RMC_VOID "\r\n" GGA_VOID "\r\n");
		rig_pass_ms(&rig, 1000);
	}
	assert_int_equal(rig.n_rows, 3);
	assert_true(isnan(kit_rig_value(&rig, "latitude")));
	assert_true(kit_rig_value(&rig, "satellites") == 0);
}

static void damage_is_counted_and_the_next_burst_is_a_row(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	rig_say(&rig, "519,4807.038,N*47\r\n\xff\xfe$$GPR");
	for (int i = 0; i < 2; i++) {
		rig_say(&rig, RMC "\r\n" GGA "\r\n");
		rig_pass_ms(&rig, 1000);
	}
	rig_say(&rig,
		"$GPRMC,123520,A,4807.0\x80"
		"38,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n");
	assert_string_equal(rig_health(&rig).trouble, "checksum");
	rig_say(&rig, GGA "\r\n");
	rig_pass_ms(&rig, 1000);
	assert_int_equal(rig.n_rows, 3);
}

static struct nmea_field field(const char *text)
{
	return (struct nmea_field){text, strlen(text)};
}

static void a_date_and_a_time_are_an_instant(void **unused)
{
	static const struct {
		const char *time, *date;
		int64_t s, ns;
	} cases[] = {
		{"123519", "281126", 1795869319, 0},
		{"000000.00", "010126", 1767225600, 0},
		{"235959.250", "290228", 1835481599, 250000000},
		{"031408.123456789", "190138", 2147483648 + 0, 123456789},
	};
	struct wall wall;
	char text[WALL_TEXT];

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(nmea_wall_rmc(field(cases[i].time), field(cases[i].date), &wall));
		assert_int_equal(wall.ns, cases[i].s * NS_PER_S + cases[i].ns);
	}
	assert_true(
		nmea_wall_zda(field("123519.5"), field("28"), field("11"), field("2026"), &wall));
	assert_string_equal(wall_text(wall, 1, text), "2026-11-28T12:35:19.5Z");
	assert_true(nmea_wall_zda(field("000000"), field("1"), field("3"), field("2000"), &wall));
	assert_string_equal(wall_text(wall, 0, text), "2000-03-01T00:00:00Z");
}

static void what_is_no_date_or_time_is_none(void **unused)
{
	static const char *const times[] = {"", "12351", "1235190", "240000", "126000", "235960",
		"12:519", "123519.x", "-23519"};
	static const char *const dates[] = {
		"", "28112", "2811260", "310226", "290226", "001126", "010026", "011326", "2811-6"};
	struct wall wall;

	(void)unused;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_false(nmea_wall_rmc(field(times[i]), field("281126"), &wall));
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		assert_false(nmea_wall_rmc(field("123519"), field(dates[i]), &wall));
	assert_false(nmea_wall_zda(field("123519"), field("28"), field("11"), field("26"), &wall));
	assert_false(nmea_wall_zda(field("123519"), field(""), field("11"), field("2026"), &wall));
	assert_false(
		nmea_wall_zda(field("123519"), field("28"), field("11"), field("2262"), &wall));
}

/* With its checksum. */
static void say_sentence(const char *body)
{
	char line[NMEA_SENTENCE_MOST + 8];
	unsigned sum = 0;

	for (const char *at = body; *at; at++)
		sum ^= (unsigned char)*at;
	snprintf(line, sizeof(line), "$%s*%02X\r\n", body, sum);
	rig_say(&rig, line);
}

static void with_a_fix_it_tells_the_hour_of_each_burst(void **unused)
{
	int64_t began = 0;

	(void)unused;
	rig_open_all(&rig);
	for (int i = 0; i < 4; i++) {
		char rmc[96];

		began = rig.clock.frozen_ns;
		snprintf(rmc, sizeof(rmc),
			"GPRMC,12351%d.00,A,4807.038,N,01131.000,E,022.4,084.4,281126,,,A", i);
		say_sentence(rmc);
		rig_pass_ms(&rig, 1000);
	}
	assert_int_equal(rig.n_hours, 3); /* the first sentence had not made it ours */
	assert_int_equal(rig.hour.source, ANCHOR_GPS);
	assert_int_equal(rig.hour.uncertainty_ns, NS_PER_S / 2);
	assert_int_equal(rig.hour.wall.ns, 1795869313 * (int64_t)NS_PER_S);
	assert_int_equal(rig.hour.at.ns, began - 100 * (int64_t)NS_PER_MS);
	for (int i = 0; i < 3; i++) {
		say_sentence("GPRMC,123520.00,V,,,,,,,281126,,,N");
		rig_pass_ms(&rig, 1000);
	}
	assert_int_equal(rig.n_hours, 3); /* without a fix it may be its battery clock's */
}

static void the_date_may_be_in_a_sentence_of_its_own(void **unused)
{
	(void)unused;
	rig_open_all(&rig);
	for (int i = 0; i < 3; i++) {
		say_sentence("GPGGA,123519.00,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,");
		say_sentence("GPZDA,123519.00,28,11,2026,00,00");
		say_sentence("GPZDA,123519.00,28,11,2026,00,00");
		say_sentence("GPZDA,123518.00,28,11,2026,00,00"); /* of another burst */
		rig_pass_ms(&rig, 1000);
	}
	assert_int_equal(rig.n_hours, 3);
	assert_int_equal(rig.hour.wall.ns, 1795869319 * (int64_t)NS_PER_S);
	for (int i = 0; i < 3; i++) {
		say_sentence("GPGGA,123519.00,,,,,0,00,99.9,,M,,M,,");
		say_sentence("GPZDA,123519.00,28,11,2026,00,00");
		rig_pass_ms(&rig, 1000);
	}
	assert_int_equal(rig.n_hours, 3);
}

static void an_output_that_does_not_exist_is_told(void **unused)
{
	(void)unused;
	assert_non_null(strstr(
		kit_rig_mistakes(
			"kit: x\nname: {zh: 甲, en: X}\nserial: 9600 8N1\nnmea: {}\n"
			"channels:\n  - {id: x, name: {zh: 甲, en: X}, quantity: "
			"number, unit: \"1\", range: [0, 1], resolution: 1, from: height}\n"),
		"from: \"height\" is not latitude, longitude, altitude"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_published_sentence_is_read),
		cmocka_unit_test(only_a_sentence_with_its_checksum_is_believed),
		cmocka_unit_test(south_and_west_are_negative),
		TEST(a_receiver_is_found_without_a_kit_yaml),
		TEST(a_burst_byte_by_byte_is_stamped_before_it_began),
		TEST(stamps_are_the_same_without_a_kit_yaml),
		TEST(half_a_burst_is_a_row_after_its_time),
		TEST(without_a_fix_the_place_is_absent_and_the_satellites_are_not),
		TEST(damage_is_counted_and_the_next_burst_is_a_row),
		cmocka_unit_test(a_date_and_a_time_are_an_instant),
		cmocka_unit_test(what_is_no_date_or_time_is_none),
		TEST(with_a_fix_it_tells_the_hour_of_each_burst),
		TEST(the_date_may_be_in_a_sentence_of_its_own),
		cmocka_unit_test(an_output_that_does_not_exist_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
