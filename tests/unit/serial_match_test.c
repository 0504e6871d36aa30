/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Behind the commonest adapter of all any of kitlog's serial kits may hang: each is asked, and the one
 * that answers is taken for what it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/catalogue.h"
#include "support/cmocka_all.h"
#include "support/rig.h"

static struct rig rig;
static struct catalogue *catalogue;

static const struct model_usb ch340 = {0x1a86, 0x7523, "", "USB Serial", ""};

static int set_up(void **unused)
{
	char folder[400];
	const char *folders[] = {folder};

	(void)unused;
	assert_non_null(getenv("KITLOG_BUILD"));
	snprintf(folder, sizeof(folder), "%s/kit-folders", getenv("KITLOG_BUILD"));
	memset(&rig, 0, sizeof(rig));
	assert_int_equal(catalogue_open(folders, 1, &catalogue), 0);
	rig.port = (struct kit_port){.path = "/dev/ttyUSB0",
		.socket = "bench",
		.speed = 115200,
		.has_wire = true,
		.usb_vendor = ch340.vendor,
		.usb_product = ch340.product};
	rig.port.n_models = catalogue_match_usb(catalogue, &ch340, rig.port.models, KIT_MODELS);
	rig_open_all(&rig);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	rig_close(&rig);
	catalogue_close(catalogue);
	return 0;
}

static bool was_sent(const struct model_bytes *bytes)
{
	for (size_t at = 0; at + bytes->n <= rig.n_sent; at++)
		if (memcmp(rig.sent + at, bytes->bytes, bytes->n) == 0)
			return true;
	return false;
}

static const struct model_match *question_of(const struct model *model)
{
	const struct model_match *match = model_match_usb(model, &ch340);

	return match && match->ask.n ? match : NULL;
}

static void no_kit_is_left_out_for_want_of_room(void **unused)
{
	const struct model *all[64];

	(void)unused;
	assert_string_equal(catalogue_problems(catalogue), "");
	assert_int_equal(rig.port.n_models, catalogue_match_usb(catalogue, &ch340, all, 64));
}

static void each_kit_is_asked_in_silence(void **unused)
{
	unsigned asked = 0;

	(void)unused;
	rig_pass_ms(&rig, 2000);
	assert_int_equal(rig.n_sent, 0);
	rig_pass_ms(&rig, 20000);
	for (size_t i = 0; i < rig.port.n_models; i++) {
		const struct model_match *match = question_of(rig.port.models[i]);

		if (!match)
			continue;
		asked++;
		if (!was_sent(&match->ask))
			fail_msg("%s was not asked", rig.port.models[i]->id);
	}
	assert_true(asked >= 7);
}

static void who_answers_is_taken_for_what_it_is(void **unused)
{
	static const uint8_t answer[] = {0x01, 0x03, 0x04, 0x00, 0x01, 0x25, 0x80, 0xb0, 0xc3};
	const struct model *model = catalogue_find(catalogue, "xy-md02");
	const struct model_match *match = question_of(model);

	(void)unused;
	assert_non_null(match);
	for (int i = 0; i < 3000 && !was_sent(&match->ask); i++)
		rig_pass_ms(&rig, 10);
	rig_feed(&rig, answer, sizeof(answer));
	rig_pass_ms(&rig, 1000);
	assert_string_equal(rig_device(&rig)->kit, "xy-md02");
	assert_int_equal(rig.speeds[rig.n_speeds - 1], 9600);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_kit_is_left_out_for_want_of_room),
		TEST(each_kit_is_asked_in_silence),
		TEST(who_answers_is_taken_for_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
