/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Dealing and serving are one rule: whoever is told to have all is served all, with what was promised; and as
 * many needs are served as can be. Of lessons and kits as they come, and of all small ones. */
#include "data/deal.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/serving.h"
#include "support/cmocka_all.h"
#include "support/draw.h"

enum { DEVICES = 9, GROUPS = 4, NEEDS = 4, CHANNELS = 3 };

static struct lesson_need needs[LESSON_NEEDS];
static struct lesson lesson = {.needs = needs};
static struct device devices[DEVICES];
static struct deal_device there[DEVICES];
static size_t n_there;
static unsigned n_groups, share;
static struct session_group groups[CLASSROOM_GROUPS + 1];
static struct deal dealt;
static bool is_by_hand; /* somebody had something before */

/* ---------------------------------------------------------------- what there is */

static const char *const quantities[] = {"temperature", "humidity", "period"};
static char *kits[] = {"a", "b", "c", "a"};

static void add_channel(struct device *device, const char *quantity, const char *unit)
{
	struct stream *stream = &device->streams[0];
	struct channel *channel = &stream->channels[stream->n_channels];

	snprintf(channel->id, sizeof channel->id, "c%u", stream->n_channels++);
	text_copy(channel->quantity, sizeof channel->quantity, quantity);
	text_copy(channel->unit, sizeof channel->unit, unit);
}

static struct device *plug(const char *kit)
{
	uint32_t number = (uint32_t)n_there + 1;
	struct device *device = &devices[n_there];

	*device = (struct device){.id = number, .sticker = number, .n_streams = 1};
	text_copy(device->kit, sizeof device->kit, kit);
	device->streams[0].id = number + 500;
	there[n_there++] = (struct deal_device){.device = device};
	return device;
}

static void draw_need(struct draw *draw, struct lesson_need *need, unsigned most)
{
	*need = (struct lesson_need){.id = (char *[]){"p", "q", "r", "s"}[need - needs],
		.quantity = (char *)(uintptr_t)quantities[draw_between(draw, 0, most)],
		.unit = draw_between(draw, 0, 3) ? NULL : "u",
		.channel = draw_between(draw, 0, 4) ? NULL : "c1",
		.kits = &kits[draw_between(draw, 0, 2)],
		.n_kits = (size_t)draw_between(draw, 0, 2),
		.groups_share = draw_between(draw, 0, 4) > 2 ? share : 1,
		.is_optional = draw_between(draw, 0, 5) == 0};
}

static void draw_device(struct draw *draw, unsigned most)
{
	struct device *device = plug(kits[draw_between(draw, 0, 2)]);

	for (int64_t n = draw_between(draw, 1, CHANNELS); n > 0; n--)
		add_channel(device, quantities[draw_between(draw, 0, most)],
			draw_between(draw, 0, 2) ? "u" : "v");
	there[n_there - 1].is_troubled = draw_between(draw, 0, 7) == 0;
}

static void clear(void)
{
	n_there = 0;
	lesson.n_needs = 0;
	is_by_hand = false;
	memset(groups, 0, sizeof groups);
}

static void draw_all(struct draw *draw)
{
	unsigned most = (unsigned)draw_between(draw, 0, 2);

	clear();
	n_groups = (unsigned)draw_between(draw, 1, GROUPS);
	share = draw_between(draw, 0, 1) ? 12 : 2;
	for (int64_t n = draw_between(draw, 1, NEEDS); n > 0; n--)
		draw_need(draw, &needs[lesson.n_needs++], most);
	for (int64_t n = draw_between(draw, 1, DEVICES); n > 0; n--)
		draw_device(draw, most);
	is_by_hand = draw_between(draw, 0, 1);
	for (unsigned g = 1; is_by_hand && g <= n_groups; g++)
		for (uint32_t i = 1; i <= n_there; i++)
			if (draw_between(draw, 0, 5) == 0)
				groups[g].devices[groups[g].n_devices++] = i;
}

/* ---------------------------------------------------------------- what is promised */

static void tell(const char *what, unsigned group)
{
	for (size_t i = 0; i < lesson.n_needs; i++)
		print_error("need %s:%s:%s:%s@%s,%zu share %u%s\n", needs[i].id, needs[i].quantity,
			needs[i].unit ? needs[i].unit : "",
			needs[i].channel ? needs[i].channel : "",
			needs[i].n_kits ? needs[i].kits[0] : "", needs[i].n_kits,
			needs[i].groups_share, needs[i].is_optional ? " optional" : "");
	for (size_t i = 0; i < n_there; i++) {
		print_error("kit %u %s%s:", devices[i].id, devices[i].kit,
			there[i].is_troubled ? " ill" : "");
		for (uint32_t c = 0; c < devices[i].streams[0].n_channels; c++)
			print_error(" %s:%s", devices[i].streams[0].channels[c].quantity,
				devices[i].streams[0].channels[c].unit);
		print_error("\n");
	}
	for (unsigned g = 1; g <= n_groups; g++) {
		print_error("group %u had %u has", g, dealt.groups[g].n_had);
		for (unsigned i = 0; i < dealt.groups[g].n_devices; i++)
			print_error(" %u", dealt.groups[g].devices[i]);
		print_error(", state %d\n", dealt.groups[g].state);
	}
	fail_msg("group %u: %s", group, what);
}

static unsigned holders_of(uint32_t device)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= n_groups; g++)
		for (unsigned i = 0; i < dealt.groups[g].n_devices; i++)
			n += dealt.groups[g].devices[i] == device;
	return n;
}

static void serve(unsigned group, struct serving ret_serving[LESSON_NEEDS])
{
	const struct deal_group *of = &dealt.groups[group];
	const struct device *hand[GROUP_DEVICES];
	uint32_t shared = 0;

	for (unsigned i = 0; i < of->n_devices; i++) {
		hand[i] = &devices[of->devices[i] - 1];
		shared |= (uint32_t)(holders_of(of->devices[i]) > 1) << i;
	}
	serving_find(&lesson, hand, of->n_devices, shared, ret_serving);
}

static void assert_served(unsigned group)
{
	const struct deal_group *of = &dealt.groups[group];
	struct serving serving[LESSON_NEEDS];

	serve(group, serving);
	for (size_t i = 0; i < lesson.n_needs; i++) {
		const struct deal_device *by = of->seats[i].of;

		if (of->state != DEAL_LACKS && !needs[i].is_optional && !serving[i].stream)
			tell("has all, and a need is not served", group);
		if ((by ? by->device : NULL) != serving[i].device ||
			(by && of->seats[i].stream != serving[i].stream->id))
			tell("was promised another kit for a need than serves it", group);
		if (!is_by_hand && of->state != DEAL_LACKS && !needs[i].is_optional &&
			needs[i].groups_share == 1 && holders_of(serving[i].device->id) > 1)
			tell("has for a need of its own what others have", group);
	}
}

static bool has(unsigned group, const struct device *device)
{
	for (unsigned i = 0; i < dealt.groups[group].n_devices; i++)
		if (dealt.groups[group].devices[i] == device->id)
			return true;
	return false;
}

/* Where two that have all have both devices, they look at one of them for the one thing that they share. */
static void assert_shared(unsigned a, unsigned b)
{
	const struct deal_group *left = &dealt.groups[a], *right = &dealt.groups[b];
	unsigned n_shared = 0;

	for (size_t i = 0; i < lesson.n_needs; i++)
		n_shared += needs[i].groups_share > 1;
	if (n_shared > 1 || left->state == DEAL_LACKS || right->state == DEAL_LACKS)
		return;
	for (size_t i = 0; i < lesson.n_needs; i++) {
		const struct deal_device *l = left->seats[i].of, *r = right->seats[i].of;

		if (needs[i].groups_share > 1 && (a - 1) / share == (b - 1) / share && l && r &&
			l != r && has(a, r->device) && has(b, l->device))
			tell("looks at another kit than who shares it", a);
	}
}

static bool had_nothing(void)
{
	for (unsigned g = 1; g <= n_groups; g++)
		if (groups[g].n_devices)
			return false;
	return true;
}

static void deal_out(void)
{
	deal(&(struct deal_asked){.lesson = &lesson,
		     .devices = there,
		     .n_devices = n_there,
		     .groups = groups,
		     .n_groups = n_groups},
		&dealt);
	for (unsigned g = 1; g <= n_groups; g++)
		assert_served(g);
	for (unsigned g = 1; had_nothing() && g < n_groups; g++)
		for (unsigned other = g + 1; other <= n_groups; other++)
			assert_shared(g, other);
}

/* ---------------------------------------------------------------- as they come */

static void who_has_all_is_served_all_by_what_was_promised(void **unused)
{
	struct draw draw = {5};

	(void)unused;
	for (unsigned i = 0; i < 20000; i++) {
		static struct deal before;

		draw_all(&draw);
		deal_out();
		before = dealt;
		for (unsigned g = 1; g <= n_groups; g++) { /* and dealt again, later */
			memcpy(groups[g].devices, dealt.groups[g].devices,
				sizeof groups[g].devices);
			groups[g].n_devices = dealt.groups[g].n_devices;
		}
		if (n_there < DEVICES)
			draw_device(&draw, 2);
		deal_out();
		for (unsigned g = 1; g <= n_groups; g++)
			if (!is_by_hand && before.groups[g].state && !dealt.groups[g].state)
				tell("had all before", g);
	}
}

/* Two needs of five kinds each, three kits of six. */
static void of_all_small_classes_too(void **unused)
{
	static struct lesson_need kinds[] = {
		{.quantity = "temperature", .groups_share = 1},
		{.quantity = "temperature", .groups_share = 1, .kits = &kits[1], .n_kits = 1},
		{.quantity = "temperature", .groups_share = 12},
		{.quantity = "temperature", .groups_share = 12, .kits = &kits[0], .n_kits = 1},
		{.quantity = "humidity", .groups_share = 1},
	};

	(void)unused;
	for (unsigned n = 0; n < 2 * 25 * 216; n++) {
		clear();
		n_groups = 2 + n % 2;
		share = 12;
		needs[lesson.n_needs++] = kinds[n / 2 % 5];
		needs[lesson.n_needs++] = kinds[n / 10 % 5];
		for (unsigned kit = n / 50, i = 0; i < 3; i++, kit /= 6) {
			struct device *device = plug(kits[kit % 2]);

			add_channel(device, kit / 2 % 3 == 2 ? "humidity" : "temperature", "u");
			if (kit / 2 % 3)
				add_channel(device, "temperature", "u");
		}
		needs[0].id = "p";
		needs[1].id = "q";
		deal_out();
	}
}

/* ---------------------------------------------------------------- as many as can be */

typedef bool channels[DEVICES][CHANNELS];

static bool fits(const struct lesson_need *need, size_t device, uint32_t channel)
{
	const struct stream *stream = &devices[device].streams[0];

	return channel < stream->n_channels &&
		lesson_need_fits(
			need, stream->channels[channel].quantity, stream->channels[channel].unit);
}

/* Of the needs from `at` on that are not optional: by trying everything. */
static unsigned most_served(unsigned at, channels is_taken)
{
	unsigned most;

	if (at == lesson.n_needs)
		return 0;
	most = most_served(at + 1, is_taken);
	for (size_t d = 0; !needs[at].is_optional && d < n_there; d++)
		for (uint32_t c = 0; c < CHANNELS; c++) {
			unsigned n;

			if (is_taken[d][c] || !fits(&needs[at], d, c))
				continue;
			is_taken[d][c] = true;
			n = 1 + most_served(at + 1, is_taken);
			is_taken[d][c] = false;
			most = n > most ? n : most;
		}
	return most;
}

/* Nothing that fits is left. */
static void assert_unserved(const struct lesson_need *need, channels is_used)
{
	for (size_t d = 0; d < n_there; d++)
		for (uint32_t c = 0; c < CHANNELS; c++)
			assert_false(!is_used[d][c] && fits(need, d, c));
}

static void as_many_needs_are_served_as_can_be_and_each_by_a_channel_of_its_own(void **unused)
{
	struct draw draw = {6};

	(void)unused;
	for (unsigned n = 0; n < 20000; n++) {
		const struct device *all[DEVICES];
		channels is_taken = {{false}}, is_used = {{false}};
		struct serving serving[LESSON_NEEDS];
		unsigned n_served = 0;

		draw_all(&draw);
		n_there = n_there > 4 ? 4 : n_there;
		for (size_t i = 0; i < n_there; i++)
			all[i] = &devices[i];
		serving_find(&lesson, all, n_there, (uint32_t)draw_between(&draw, 0, 15), serving);
		for (size_t i = 0; i < lesson.n_needs; i++) {
			const struct serving *by = &serving[i];

			if (!by->stream)
				continue;
			assert_true(fits(&needs[i], by->device->id - 1, by->channel));
			assert_false(is_used[by->device->id - 1][by->channel]);
			is_used[by->device->id - 1][by->channel] = true;
			n_served += !needs[i].is_optional;
		}
		assert_int_equal(n_served, most_served(0, is_taken));
		for (size_t i = 0; i < lesson.n_needs; i++)
			if (!serving[i].stream)
				assert_unserved(&needs[i], is_used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_all_is_served_all_by_what_was_promised),
		cmocka_unit_test(of_all_small_classes_too),
		cmocka_unit_test(
			as_many_needs_are_served_as_can_be_and_each_by_a_channel_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
