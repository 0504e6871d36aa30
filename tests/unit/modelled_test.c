/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kits that a kit.yaml describes: who listens, who is asked, and how raw values become rows. */
#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/rig.h"

/* A family that makes a reading of each byte behind a '#'. */
static const struct model_form form = {.name = "hash", .needs = MODEL_NEEDS_SERIAL};
static unsigned opened_claimed;

static void open_hash(struct kit *kit, void *state)
{
	(void)state;
	if (!kit_is_claimed(kit))
		return;
	opened_claimed++;
	assert_int_equal(kit_describe_model(kit, NULL, STAMP_ARRIVAL), 0);
}

static size_t decode_hash(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	(void)state;
	if (bytes[0] != '#')
		return 1;
	if (n < 3)
		return 0;
	if (!kit_is_claimed(kit)) {
		kit_claim(kit);
		kit_describe_model(kit, NULL, STAMP_ARRIVAL);
	}
	kit_put(kit, (unsigned)(bytes[1] - '0'), bytes[2] == 0xff ? NAN : bytes[2]);
	kit_emit(kit, kit_arrival(kit, n - 3));
	return 3;
}

static const struct kit_family hash = {.name = "hash",
	.form = &form,
	.needs_model = true,
	.open = open_hash,
	.decode = decode_hash};

static size_t decode_nothing(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	(void)kit;
	(void)state;
	(void)bytes;
	return n;
}
static const struct kit_family deaf = {.name = "deaf", .decode = decode_nothing};
static const struct kit_family *const families[] = {&deaf, &hash};

static struct model_channel channels[] = {
	{.id = "temp",
		.name = {"温度", "Temperature"},
		.quantity = "temperature",
		.unit = "Cel",
		.low = -20,
		.high = 80,
		.resolution = 0.1,
		.scale = 0.1,
		.output = -1},
	{.id = "raised",
		.name = {"抬高", "Raised"},
		.quantity = "temperature",
		.unit = "Cel",
		.low = -300,
		.high = 80,
		.resolution = 0.0625,
		.scale = 0.0625,
		.offset = -273.15,
		.output = -1},
	{.id = "slow",
		.name = {"慢", "Slow"},
		.quantity = "temperature",
		.unit = "Cel",
		.low = 0,
		.high = 300,
		.resolution = 1,
		.scale = 1,
		.rate_hz = 0.1,
		.output = -1},
	{.id = "seldom",
		.name = {"偶尔", "Seldom"},
		.quantity = "temperature",
		.unit = "Cel",
		.low = 0,
		.high = 300,
		.resolution = 1,
		.scale = 1,
		.when = "u8@0 = 0x50",
		.output = -1},
};
static struct model_match match = {.has_usb = true,
	.vendor = 0x1a86,
	.any_product = true,
	.ask = {{'?', 1}, {0xff, 0xff}, 2},
	.answer = {{'!', 0, 'k'}, {0xff, 0, 0xff}, 3}};
static struct model model = {.id = "hash-kit",
	.name = {"井号", "Hash"},
	.printed = "H-1",
	.matches = &match,
	.n_matches = 1,
	.serial = {true, false, 9600, 8, 2, 'E'},
	.form = &form,
	.rate_hz = 10,
	.latency_ns = 2 * NS_PER_MS,
	.channels = channels,
	.n_channels = 4};

static struct rig rig;

static int set_up(void **state)
{
	(void)state;
	opened_claimed = 0;
	rig.port = (struct kit_port){.path = "/dev/ttyUSB0",
		.usb_vendor = 0x1a86,
		.usb_product = 0x7523,
		.socket = "bench",
		.speed = 115200,
		.has_wire = true,
		.models = {&model},
		.n_models = 1};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_close(&rig);
	return 0;
}

static void channels_of_one_rate_and_condition_are_one_stream(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_say(&rig, "#01");
	assert_int_equal(rig.n_devices, 1);
	const struct device *device = rig_device(&rig);

	assert_string_equal(device->kit, "hash-kit");
	assert_string_equal(device->model, "H-1");
	assert_string_equal(device->family, "hash");
	assert_int_equal(device->n_streams, 3);
	assert_string_equal(device->streams[0].name, "main");
	assert_int_equal(device->streams[0].n_channels, 2);
	assert_int_equal(device->streams[0].period_ns, 100 * NS_PER_MS);
	assert_string_equal(device->streams[1].name, "slow");
	assert_int_equal(device->streams[1].period_ns, 10 * (int64_t)NS_PER_S);
	assert_string_equal(device->streams[2].name, "seldom");
	assert_string_equal(device->streams[0].channels[0].name_zh, "温度");
}

static void values_are_scaled_and_come_out_as_people_write_them(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 100);
	rig_say(&rig, "#0\x03");
	rig_pass_ms(&rig, 100);
	rig_say(&rig, "#1\x7f");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	assert_true(rig.rows[0].values[0] == 0.3); /* not 0.30000000000000004 */
	assert_true(isnan(rig.rows[0].values[1]));
	assert_true(isnan(rig.rows[1].values[0]));
	assert_true(rig.rows[1].values[1] == -265.2125); /* 127 / 16 - 273.15 */
}

/* A device that says "not a number" has spoken: the silence would be taken for a lost row. */
static void a_value_that_is_none_makes_a_row_of_its_stream_alone(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_say(&rig, "#01");
	rig_pass_ms(&rig, 100);
	rig_say(&rig, "#0\xff");
	rig_pass_ms(&rig, 100);
	assert_int_equal(rig.n_rows, 2);
	assert_true(isnan(rig.rows[1].values[0]));
	assert_true(isnan(rig.rows[1].values[1]));
}

static void a_stamp_is_the_arrival_less_the_age_of_a_reading(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 100);
	int64_t now_ns = rig.clock.frozen_ns;

	rig_say(&rig, "#0\x03");
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.rows[0].stamp_ns, now_ns - 2 * NS_PER_MS);
}

/* At 8E2 a byte is 12 bits long: start, eight, parity, two stop bits. */
static void a_byte_takes_as_long_as_its_setting_says(void **state)
{
	int64_t now_ns;

	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 3300); /* asked at 9600 8E2 */
	rig_feed(&rig, "!ak", 3);
	rig_pass_ms(&rig, 100);
	now_ns = rig.clock.frozen_ns;
	rig_feed(&rig, "#0\x03xxxx", 7);
	rig_pass_ms(&rig, 40);
	assert_int_equal(rig.n_rows, 1);
	assert_int_equal(rig.rows[0].stamp_ns, now_ns - 2 * NS_PER_MS - 5 * NS_PER_MS);
}

static void a_kit_that_is_sure_is_described_at_once_and_listens_alone(void **state)
{
	(void)state;
	rig.port.is_sure = true;
	rig_open(&rig, families, 2);
	rig_collect(&rig);
	assert_int_equal(rig.n_devices, 1);
	assert_int_equal(opened_claimed, 1);
}

static void who_is_silent_is_asked_at_its_own_setting_and_known_by_its_answer(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 2900);
	assert_int_equal(rig.n_sent, 0);
	rig_pass_ms(&rig, 400);
	assert_int_equal(rig.n_speeds, 1);
	assert_int_equal(rig.serials[0].speed, 9600);
	assert_int_equal(rig.serials[0].parity, 'E');
	assert_int_equal(rig.serials[0].stop_bits, 2);
	assert_int_equal(rig.n_sent, 2);
	assert_memory_equal(rig.sent, "?\1", 2);
	assert_int_equal(rig.n_devices, 0);
	rig_feed(&rig, "x!", 2); /* an echo's rest in front */
	rig_feed(&rig, "\x42k", 2);
	assert_int_equal(rig.n_devices, 1);
	assert_int_equal(opened_claimed, 1);
	rig_pass_ms(&rig, 20000);
	assert_int_equal(rig.n_sent, 2); /* it is not asked any more */
}

static void who_does_not_answer_is_asked_again_and_the_port_listens_meanwhile(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 5000);
	assert_int_equal(rig.n_sent, 2);
	assert_int_equal(rig.n_speeds, 2);
	assert_int_equal(rig.speeds[1], 115200); /* as before */
	rig_pass_ms(&rig, 10000);
	assert_int_equal(rig.n_sent, 4);
}

static void who_speaks_is_not_asked(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	for (int i = 0; i < 40; i++) {
		rig_say(&rig, "hello\n");
		rig_pass_ms(&rig, 500);
	}
	assert_int_equal(rig.n_sent, 0);
}

static void no_other_adapter_is_asked(void **state)
{
	(void)state;
	rig.port.usb_vendor = 0x0403;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 30000);
	assert_int_equal(rig.n_sent, 0);
}

static void a_kit_that_fell_silent_gives_its_place_to_the_next(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 3300);
	rig_feed(&rig, "!ak", 3);
	assert_int_equal(rig.n_devices, 1);
	rig_pass_ms(&rig, 45000);
	assert_true(rig.n_sent >= 4); /* asked anew */
}

/* Not at that of the one that was asked last, parity and all. */
static void when_a_claim_is_forgotten_the_port_listens_at_its_usual_setting(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	rig_pass_ms(&rig, 3300);
	rig_feed(&rig, "!ak", 3);
	rig_pass_ms(&rig, 31000);
	assert_true(rig.n_speeds >= 2);
	assert_int_equal(rig.serials[0].parity, 'E');
	assert_int_equal(rig.serials[1].speed, 115200);
	assert_int_equal(rig.serials[1].parity, 'N');
	assert_int_equal(rig.serials[1].stop_bits, 1);
	rig_pass_ms(&rig, 13000); /* asked again in vain */
	assert_true(rig.n_speeds >= 4);
	assert_int_equal(rig.speeds[3], 115200);
}

static void feed_noise_for_ms(unsigned ms)
{
	for (unsigned i = 0; i < ms; i += 20) {
		rig_feed(&rig, "\x80\xf8\xff\x80", 4);
		rig_pass_ms(&rig, 20);
	}
}

/* Noise leads from speed to speed; only a claim shows that one was right. */
static void the_usual_speed_is_the_one_that_was_found(void **state)
{
	(void)state;
	rig_open(&rig, families, 2);
	feed_noise_for_ms(760);
	assert_int_equal(rig.n_speeds, 1);
	assert_int_equal(rig.speeds[0], 9600);
	rig_pass_ms(&rig, 5000);
	assert_int_equal(rig.serials[1].parity, 'E');
	assert_int_equal(rig.speeds[2], 115200);
	feed_noise_for_ms(760);
	assert_int_equal(rig.speeds[3], 9600);
	rig_say(&rig, "#01");
	assert_int_equal(rig.n_devices, 1);
	feed_noise_for_ms(10100); /* forgotten */
	assert_int_equal(rig.speeds[4], 9600);
}

#define MODELLED_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODELLED_TEST(channels_of_one_rate_and_condition_are_one_stream),
		MODELLED_TEST(values_are_scaled_and_come_out_as_people_write_them),
		MODELLED_TEST(a_value_that_is_none_makes_a_row_of_its_stream_alone),
		MODELLED_TEST(a_stamp_is_the_arrival_less_the_age_of_a_reading),
		MODELLED_TEST(a_byte_takes_as_long_as_its_setting_says),
		MODELLED_TEST(a_kit_that_is_sure_is_described_at_once_and_listens_alone),
		MODELLED_TEST(who_is_silent_is_asked_at_its_own_setting_and_known_by_its_answer),
		MODELLED_TEST(who_does_not_answer_is_asked_again_and_the_port_listens_meanwhile),
		MODELLED_TEST(who_speaks_is_not_asked),
		MODELLED_TEST(no_other_adapter_is_asked),
		MODELLED_TEST(when_a_claim_is_forgotten_the_port_listens_at_its_usual_setting),
		MODELLED_TEST(the_usual_speed_is_the_one_that_was_found),
		MODELLED_TEST(a_kit_that_fell_silent_gives_its_place_to_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
