/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/wishes.h"

#include <stdio.h>
#include <string.h>

void (*wish)(struct kit *kit);
size_t first_heard, second_heard, first_uses = SIZE_MAX;
unsigned ticks, opens, orders;
uint8_t newest_byte;
double row_value;
struct rig rig;

static size_t decode_first(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	size_t used = n < first_uses ? n : first_uses;

	(void)state;
	first_heard += used;
	newest_byte = bytes[n - 1];
	if (wish) {
		void (*now)(struct kit *) = wish;

		wish = NULL;
		now(kit);
	}
	return used;
}

static size_t decode_second(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	(void)kit;
	(void)state;
	(void)bytes;
	second_heard += n;
	return n;
}

static void count_open(struct kit *kit, void *state)
{
	(void)kit;
	assert_int_equal(*(int *)state, 0);
	*(int *)state = 1;
	opens++;
}

static void count_tick(struct kit *kit, void *state, struct instant now)
{
	(void)kit;
	(void)state;
	(void)now;
	ticks++;
}

static int take_order(struct kit *kit, void *state, enum kit_order order, unsigned argument)
{
	(void)kit;
	(void)state;
	assert_int_equal(order, KIT_IDENTIFY);
	orders += argument;
	return 0;
}

static const struct kit_family first = {.name = "first",
	.state_size = sizeof(int),
	.open = count_open,
	.decode = decode_first,
	.tick = count_tick,
	.order = take_order};
static const struct kit_family second = {.name = "second", .decode = decode_second};
static const struct kit_family *const families[] = {&first, &second};

int wishes_open(void **unused)
{
	(void)unused;
	memset(&rig, 0, sizeof(rig));
	wish = NULL;
	first_heard = second_heard = 0;
	first_uses = SIZE_MAX;
	ticks = opens = orders = 0;
	rig_open(&rig, families, 2);
	return 0;
}

int wishes_close(void **unused)
{
	(void)unused;
	rig_close(&rig);
	return 0;
}

void let(void (*what)(struct kit *kit))
{
	wish = what;
	rig_say(&rig, "x");
	assert_null(wish);
}

struct device plain_device(void)
{
	struct device device = {.kit = "toy", .identity = "link:toy", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	strcpy(stream->name, "main");
	stream->n_channels = 2;
	for (unsigned i = 0; i < 2; i++) {
		snprintf(stream->channels[i].id, sizeof(stream->channels[i].id), "v%u", i);
		strcpy(stream->channels[i].name_zh, "值");
		strcpy(stream->channels[i].name_en, "Value");
	}
	return device;
}

void describe(struct kit *kit)
{
	struct device device = plain_device();

	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

void describe_with_clock(struct kit *kit)
{
	struct device device = plain_device();

	device.streams[0].stamps = STAMP_DEVICE;
	device.streams[0].period_ns = NS_PER_MS;
	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

void describe_other(struct kit *kit)
{
	struct device device = plain_device();

	strcpy(device.identity, "link:other");
	assert_int_equal(kit_describe(kit, &device), 0);
}

void describe_twice_a_second(struct kit *kit)
{
	struct device device = plain_device();

	device.streams[0].period_ns = NS_PER_S / 2;
	kit_claim(kit);
	assert_int_equal(kit_describe(kit, &device), 0);
}

void get_no_answer(struct kit *kit)
{
	kit_unanswered(kit, KIT_WHOLE, "timeout");
}

void send_row(struct kit *kit)
{
	double values[] = {row_value++, -1};

	kit_row(kit, 0, kit_arrival(kit, 0), values);
}

const struct gap *newest_gap(void)
{
	assert_true(rig.n_gaps > 0);
	return &rig.gaps[rig.n_gaps - 1];
}
