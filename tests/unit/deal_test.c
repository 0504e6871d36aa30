/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Who gets which kit: each what its lesson needs, what is shared all who share it, nobody another's. */
#include "data/deal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "support/cmocka_all.h"

static struct arena arena;
static struct device devices[80];
static struct deal_device there[80];
static size_t n_there;
static struct session_group groups[CLASSROOM_GROUPS + 1];
static struct deal dealt;

static int clear_table(void **state)
{
	(void)state;
	n_there = 0;
	memset(groups, 0, sizeof groups);
	arena_free(&arena);
	return 0;
}

/* ---------------------------------------------------------------- a lesson of these needs */

#define HEAD \
	"lesson: l\ntitle: {zh: 题, en: T}\nstage: [junior]\nsubject: physics\n" \
	"question: {zh: 问, en: Q}\nrecord: {mode: event}\nsafety: [{zh: 心, en: Care}]\nneeds:\n"

static const struct lesson *lesson_of(const char *needs)
{
	struct report report = {.file = "F"};
	struct lesson *lesson;
	char yaml[2000];

	arena_free(&arena);
	arena = arena_of(LESSON_BYTES);
	snprintf(yaml, sizeof yaml, HEAD "%s", needs);
	if (lesson_read(yaml, strlen(yaml), NULL, &arena, &report, &lesson))
		fail_msg("%s", report_text(&report));
	return lesson;
}

#define TEMP "  - {id: t, quantity: temperature, kits: [cup, air]}\n"
#define TWO "  - {id: a, quantity: temperature}\n  - {id: b, quantity: temperature}\n"
#define HUM "  - {id: h, quantity: humidity}\n"
#define GATE "  - {id: p, quantity: period}\n"
#define ROOM(share) "  - {id: room, quantity: temperature, groups_share: " share "}\n"

/* ---------------------------------------------------------------- what is there */

/* `channels`: "temperature:Cel humidity:%"; its number is that on its label. */
static struct deal_device *plug(uint32_t sticker, const char *kit, const char *channels)
{
	struct device *device = &devices[n_there];
	char words[200], *rest;

	*device = (struct device){.id = sticker, .sticker = sticker, .n_streams = 1};
	snprintf(device->kit, sizeof device->kit, "%s", kit);
	device->streams[0].id = sticker + 500;
	snprintf(words, sizeof words, "%s", channels);
	for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		struct channel *channel =
			&device->streams[0].channels[device->streams[0].n_channels++];

		sscanf(word, "%23[^:]:%15s", channel->quantity, channel->unit);
		snprintf(channel->id, sizeof channel->id, "c%u", device->streams[0].n_channels);
	}
	there[n_there] = (struct deal_device){.device = device};
	return &there[n_there++];
}

static struct deal_device *cup(uint32_t sticker)
{
	return plug(sticker, "cup", "temperature:Cel");
}

static struct deal_device *air(uint32_t sticker)
{
	return plug(sticker, "air", "humidity:% temperature:Cel");
}

static struct deal_device *gate(uint32_t sticker)
{
	return plug(sticker, "gate", "period:s");
}

static void give(unsigned group, uint32_t device)
{
	groups[group].devices[groups[group].n_devices++] = device;
}

/* ---------------------------------------------------------------- dealing */

static void deal_to(unsigned n_groups, const struct lesson *lesson)
{
	deal(&(struct deal_asked){.lesson = lesson,
		     .devices = there,
		     .n_devices = n_there,
		     .groups = groups,
		     .n_groups = n_groups},
		&dealt);
}

/* "1 2 | 3 | " of what each group has then. */
static void assert_hands(const char *expected)
{
	char buffer[400] = "";
	struct text text = text_over(buffer, sizeof buffer);

	for (unsigned g = 1; g <= dealt.n_groups; g++) {
		text_add(&text, g > 1 ? "|" : "");
		for (unsigned i = 0; i < dealt.groups[g].n_devices; i++)
			text_addf(&text, "%s%u", i ? " " : "", dealt.groups[g].devices[i]);
	}
	assert_string_equal(buffer, expected);
}

/* What was dealt is what the groups have from now on. */
static void take(void)
{
	for (unsigned g = 1; g <= dealt.n_groups; g++) {
		memcpy(groups[g].devices, dealt.groups[g].devices, sizeof groups[g].devices);
		groups[g].n_devices = dealt.groups[g].n_devices;
	}
}

/* ---------------------------------------------------------------- tests */

static void each_gets_what_it_needs_and_the_rest_stays_where_it_is(void **unused)
{
	(void)unused;
	gate(1);
	cup(2);
	cup(3);
	cup(4);
	deal_to(2, lesson_of(TEMP));
	assert_hands("2|3");
	assert_int_equal(deal_gets(&dealt), 2);
	assert_int_equal(dealt.groups[1].state, DEAL_WELL);
	deal_to(2, lesson_of(TEMP GATE)); /* one gate, and none for the second */
	assert_hands("2 1|3");
	assert_int_equal(dealt.groups[2].state, DEAL_LACKS);
	assert_int_equal(dealt.groups[2].missing, 2);
}

static void too_few_kits_serve_the_first_groups_wholly(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 5; i++)
		cup(i);
	deal_to(4, lesson_of(TWO));
	assert_hands("1 2|3 4|5|"); /* the third may begin with one */
	assert_int_equal(deal_gets(&dealt), 3);
}

static void a_substitute_comes_after_what_the_lesson_names(void **unused)
{
	(void)unused;
	plug(1, "text-board", "temperature:Cel");
	air(2);
	cup(9);
	deal_to(3, lesson_of(TEMP));
	assert_hands("9|2|1");
	/* But what alone has the humidity is kept for it. */
	deal_to(1,
		lesson_of(
			"  - {id: t, quantity: temperature, kits: [air], groups_share: 2}\n" HUM));
	assert_hands("1 2");
}

static void what_groups_share_each_of_them_gets(void **unused)
{
	(void)unused;
	gate(1);
	gate(2);
	gate(3);
	cup(4);
	cup(5);
	deal_to(3, lesson_of(GATE ROOM("2")));
	assert_hands("1 4|2 4|3 5");
	deal_to(3, lesson_of(ROOM("12")));
	assert_hands("4|4|4");
	/* One that groups share is no group's own. */
	deal_to(3, lesson_of(TEMP ROOM("12")));
	assert_hands("4 5||");
}

/* Two probes on each board: one of them measures the room as well as a board of its own. */
static void what_is_shared_costs_no_group_its_kit(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 3; i++)
		plug(i, "board", "temperature:Cel temperature:Cel");
	deal_to(3, lesson_of(TEMP ROOM("12")));
	assert_hands("1|2|3");
	for (unsigned g = 1; g <= 3; g++)
		assert_int_equal(dealt.groups[g].state, DEAL_WELL);
	deal_to(2, lesson_of(TEMP ROOM("12"))); /* where there is one, it is beside their own */
	assert_hands("1 2|3 2");
	take();
	deal_to(2, lesson_of(TEMP ROOM("12")));
	assert_hands("1 2|3 2");
}

static void nothing_shared_goes_alone_to_who_needs_its_own(void **unused)
{
	(void)unused;
	gate(1);
	cup(2);
	deal_to(3, lesson_of(GATE ROOM("12")));
	assert_hands("1 2||");
	clear_table(NULL);
	cup(2);
	deal_to(2, lesson_of(GATE ROOM("12")));
	assert_hands("|");
	assert_int_equal(deal_gets(&dealt), 0);
	assert_int_equal(dealt.groups[1].missing, 1); /* the gate alone */
}

static void one_kit_serves_several_needs_of_its_group(void **unused)
{
	(void)unused;
	air(1);
	air(2);
	deal_to(2, lesson_of("  - {id: t, quantity: temperature}\n" HUM));
	assert_hands("1|2");
	assert_int_equal(dealt.groups[1].seats[0].of->device->id, 1);
	assert_int_equal(dealt.groups[1].seats[1].stream, 501);
}

static void another_session_s_kit_stays_there(void **unused)
{
	(void)unused;
	cup(1)->is_taken = true;
	cup(2);
	deal_to(2, lesson_of(TEMP));
	assert_hands("2|");
	deal_to(1, NULL);
	assert_hands("2");
}

static void a_kit_that_is_pulled_and_plugged_again_keeps_its_group(void **unused)
{
	struct deal_device *second;

	(void)unused;
	cup(1);
	second = cup(2);
	deal_to(2, lesson_of(TEMP));
	take();
	second->is_gone = true;
	cup(3);
	deal_to(2, lesson_of(TEMP));
	assert_hands("1|2");
	assert_int_equal(deal_gets(&dealt), 0);
	deal_to(3, lesson_of(TEMP));
	assert_hands("1|2|3");
	take();
	second->is_gone = false;
	deal_to(3, lesson_of(TEMP));
	assert_hands("1|2|3");
	assert_int_equal(deal_gets(&dealt), 0);
	/* One that nobody has is not dealt while it is away. */
	second->is_gone = true;
	groups[2].n_devices = 0;
	deal_to(3, lesson_of(TEMP));
	assert_hands("1||3");
}

static void who_is_dealt_later_gets_what_it_lacks(void **unused)
{
	(void)unused;
	gate(1);
	gate(3);
	cup(2);
	cup(4);
	give(1, 1);
	give(1, 2);
	deal_to(2, lesson_of(GATE ROOM("12")));
	assert_hands("1 2|3 2"); /* the room's is that which the first has */
	clear_table(NULL);
	cup(1);
	cup(2);
	cup(3);
	give(2, 3);
	deal_to(2, lesson_of(TWO));
	assert_hands("1 2|3"); /* whole groups first */
	take();
	cup(4);
	deal_to(2, lesson_of(TWO));
	assert_hands("1 2|3 4");
}

/* One that all have is not taken for one of their own. */
static void what_is_shared_stays_what_is_shared(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 4; i++)
		cup(i);
	deal_to(3, lesson_of(TEMP ROOM("12")));
	assert_hands("1 2|3 2|4 2");
	take();
	cup(5);
	deal_to(4, lesson_of(TEMP ROOM("12")));
	assert_hands("1 2|3 2|4 2|5 2");
	/* What a group gets stands in the order of the needs. */
	clear_table(NULL);
	cup(1);
	cup(2);
	give(1, 1);
	give(2, 1);
	deal_to(2, lesson_of(TEMP ROOM("12")));
	assert_hands("2 1|1");
}

/* A teacher has given things by hand: nobody loses them, what fits serves. */
static void what_was_given_by_hand_stays(void **unused)
{
	(void)unused;
	gate(1);
	cup(2);
	cup(3);
	give(2, 2);
	give(2, 1); /* of no use for it */
	deal_to(2, lesson_of(TEMP));
	assert_hands("3|2 1");
	clear_table(NULL);
	cup(1);
	cup(2);
	give(1, 1);
	give(2, 1); /* both have one, though the lesson asks for one each */
	deal_to(2, lesson_of(TEMP));
	assert_hands("1|1");
}

static void more_kits_than_groups_and_more_groups_than_kits(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 20; i++)
		cup(i);
	deal_to(2, lesson_of(TEMP));
	assert_hands("1|2");
	deal_to(12, lesson_of(TEMP));
	assert_int_equal(deal_gets(&dealt), 12);
	n_there = 1;
	deal_to(12, lesson_of(TEMP));
	assert_hands("1|||||||||||");
	n_there = 0;
	deal_to(2, lesson_of(TEMP));
	assert_hands("|");
}

static void what_is_ill_is_dealt_last(void **unused)
{
	(void)unused;
	cup(1)->is_troubled = true;
	air(2);
	deal_to(1, lesson_of(TEMP));
	assert_hands("2");
	deal_to(2, lesson_of(TEMP));
	assert_hands("2|1");
	assert_int_equal(dealt.groups[1].state, DEAL_WELL);
	assert_int_equal(dealt.groups[2].state, DEAL_TROUBLED);
}

static void what_is_optional_goes_to_groups_that_have_the_rest(void **unused)
{
	(void)unused;
	cup(1);
	cup(2);
	cup(3);
	deal_to(2,
		lesson_of(TEMP
			"  - {id: room, quantity: temperature, groups_share: 12, optional: yes}\n"));
	assert_hands("1 3|2 3");
	deal_to(3,
		lesson_of(TEMP
			"  - {id: room, quantity: temperature, groups_share: 12, optional: yes}\n"));
	assert_hands("1|2|3");
}

static void without_a_lesson_one_group_has_everything_and_several_one_each(void **unused)
{
	(void)unused;
	gate(1);
	cup(2)->is_troubled = true;
	plug(3, "lamp", ""); /* says nothing */
	air(4);
	deal_to(1, NULL);
	assert_hands("1 4 2");
	deal_to(2, NULL);
	assert_hands("1|4");
	deal_to(4, NULL);
	assert_hands("1|4|2|");
	give(2, 1);
	deal_to(2, NULL);
	assert_hands("4|1");
	assert_int_equal(deal_gets(&dealt), 1);
	groups[2].n_devices = 0;
	give(1, 4);
	deal_to(1, NULL); /* and what is plugged in later */
	assert_hands("4 1 2");
}

static void a_group_has_no_more_than_it_can_hold(void **unused)
{
	(void)unused;
	for (uint32_t i = 1; i <= 30; i++)
		cup(i);
	deal_to(1, NULL);
	assert_int_equal(dealt.groups[1].n_devices, GROUP_DEVICES);
}

#define TEST(name) cmocka_unit_test_teardown(name, clear_table)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_gets_what_it_needs_and_the_rest_stays_where_it_is),
		TEST(too_few_kits_serve_the_first_groups_wholly),
		TEST(a_substitute_comes_after_what_the_lesson_names),
		TEST(what_groups_share_each_of_them_gets),
		TEST(what_is_shared_costs_no_group_its_kit),
		TEST(nothing_shared_goes_alone_to_who_needs_its_own),
		TEST(one_kit_serves_several_needs_of_its_group),
		TEST(another_session_s_kit_stays_there),
		TEST(a_kit_that_is_pulled_and_plugged_again_keeps_its_group),
		TEST(who_is_dealt_later_gets_what_it_lacks),
		TEST(what_is_shared_stays_what_is_shared),
		TEST(what_was_given_by_hand_stays),
		TEST(more_kits_than_groups_and_more_groups_than_kits),
		TEST(what_is_ill_is_dealt_last),
		TEST(what_is_optional_goes_to_groups_that_have_the_rest),
		TEST(without_a_lesson_one_group_has_everything_and_several_one_each),
		TEST(a_group_has_no_more_than_it_can_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
