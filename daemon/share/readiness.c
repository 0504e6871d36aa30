/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dealing: group after group gets a seat for each need, by trying, in the order of preference, with a
 * step back where a device would be taken from a need that nothing else can serve. */
#include "share/readiness.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Steps of one group, so that no heap of kits and needs takes long: ordinary ones take a dozen. */
enum { DEVICES = 2 * DEVICE_MAX, PATIENCE = 2000 };

/* A channel that fits a need. */
struct offer {
	unsigned device; /* index */
	uint32_t stream;
	unsigned channel; /* of all its streams */
	unsigned rank;    /* 0 is best */
};

struct table {
	const struct lesson *lesson;
	const struct readiness_device *devices;
	size_t n_devices;
	bool may_be_troubled; /* devices with a problem are dealt, too */
	struct offer offers[LESSON_NEEDS][DEVICES * 2];
	size_t n_offers[LESSON_NEEDS];
	unsigned order[LESSON_NEEDS]; /* of needs: those with the fewest offers first */

	/* The seats so far, and what a device is taken for: its groups, and its channels. */
	struct readiness_seat seats[READINESS_SEATS];
	unsigned seat_channels[READINESS_SEATS], seat_devices[READINESS_SEATS];
	size_t n_seats;
	unsigned steps;
};

/* --- what fits --- */

static void offer_device(struct table *table, unsigned need_at, unsigned device_at)
{
	const struct lesson_need *need = &table->lesson->needs[need_at];
	const struct device *device = table->devices[device_at].device;
	size_t *n = &table->n_offers[need_at];

	for (uint32_t k = 0; k < device->n_streams; k++) {
		const struct stream *stream = &device->streams[k];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++)
			if (lesson_need_fits(
				    need, stream->channels[c].quantity, stream->channels[c].unit) &&
				*n < DEVICES * 2)
				table->offers[need_at][(*n)++] = (struct offer){.device = device_at,
					.stream = stream->id,
					.channel = k * STREAM_CHANNELS + c,
					.rank = lesson_need_rank(
						need, device->kit, stream->channels[c].id)};
	}
}

/* Devices come by sticker; a sort that keeps their order sorts by rank. */
static void sort_offers(struct offer *offers, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct offer offer = offers[i];
		size_t at = i;

		for (; at > 0 && offers[at - 1].rank > offer.rank; at--)
			offers[at] = offers[at - 1];
		offers[at] = offer;
	}
}

static void gather_offers(struct table *table)
{
	const struct lesson *lesson = table->lesson;

	for (unsigned i = 0; i < lesson->n_needs; i++) {
		unsigned at = i;

		table->n_offers[i] = 0;
		for (unsigned d = 0; d < table->n_devices; d++)
			if (table->may_be_troubled || !table->devices[d].problem.zh[0])
				offer_device(table, i, d);
		sort_offers(table->offers[i], table->n_offers[i]);
		for (; at > 0 && table->n_offers[table->order[at - 1]] > table->n_offers[i]; at--)
			table->order[at] = table->order[at - 1];
		table->order[at] = i;
	}
}

/* --- dealing --- */

/* A device is another's when it sits in other groups; a channel serves one need. */
static bool is_free(
	const struct table *table, const struct offer *offer, unsigned group, unsigned n_groups)
{
	for (size_t i = 0; i < table->n_seats; i++) {
		const struct readiness_seat *seat = &table->seats[i];

		if (table->seat_devices[i] != offer->device)
			continue;
		if (seat->group != group || seat->n_groups != n_groups ||
			table->seat_channels[i] == offer->channel)
			return false;
	}
	return true;
}

static void take_seat(struct table *table, unsigned need, const struct offer *offer, unsigned group)
{
	table->seat_devices[table->n_seats] = offer->device;
	table->seat_channels[table->n_seats] = offer->channel;
	table->seats[table->n_seats++] =
		(struct readiness_seat){.device = table->devices[offer->device].device->id,
			.stream = offer->stream,
			.need = need,
			.group = group,
			.n_groups = table->lesson->needs[need].groups_share};
}

/* Does this group need a device of its own for it, or has one that shares it got one? */
static bool is_due(const struct lesson_need *need, unsigned group)
{
	return (group - 1) % need->groups_share == 0;
}

/* Seats for the needs from the `at`-th in the order on. False: there are none, and nothing is taken. */
static bool seat_group(struct table *table, unsigned group, unsigned at)
{
	const struct lesson *lesson = table->lesson;

	while (at < lesson->n_needs &&
		(lesson->needs[table->order[at]].is_optional ||
			!is_due(&lesson->needs[table->order[at]], group)))
		at++;
	if (at == lesson->n_needs)
		return true;
	unsigned need = table->order[at], share = lesson->needs[need].groups_share;

	for (size_t i = 0; i < table->n_offers[need] && table->steps < PATIENCE; i++) {
		const struct offer *offer = &table->offers[need][i];

		table->steps++;
		if (!is_free(table, offer, group, share))
			continue;
		take_seat(table, need, offer, group);
		if (seat_group(table, group, at + 1))
			return true;
		table->n_seats--;
	}
	return false;
}

/* The first that is free. */
static bool seat_need(struct table *table, unsigned need, unsigned group)
{
	unsigned share = table->lesson->needs[need].groups_share;

	for (size_t i = 0; i < table->n_offers[need]; i++)
		if (is_free(table, &table->offers[need][i], group, share)) {
			take_seat(table, need, &table->offers[need][i], group);
			return true;
		}
	return false;
}

static int by_group(const void *a, const void *b)
{
	const struct readiness_seat *left = a, *right = b;

	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return (left->need > right->need) - (left->need < right->need);
}

/* Groups that have all they need; then what is left serves what is optional. */
static unsigned deal(struct table *table)
{
	unsigned groups = 0;

	gather_offers(table);
	table->n_seats = 0;
	while (groups < LESSON_GROUPS) {
		table->steps = 0;
		if (!seat_group(table, groups + 1, 0))
			break;
		groups++;
	}
	for (unsigned group = 1; group <= groups; group++)
		for (unsigned i = 0; i < table->lesson->n_needs; i++)
			if (table->lesson->needs[i].is_optional &&
				is_due(&table->lesson->needs[i], group))
				seat_need(table, i, group);
	return groups;
}

/* Needs of the first group for which nothing is there, after `deal` found none for it. */
static unsigned find_missing(struct table *table)
{
	unsigned missing = 0;

	for (unsigned at = 0; at < table->lesson->n_needs; at++) {
		unsigned need = table->order[at];

		if (!table->lesson->needs[need].is_optional && !seat_need(table, need, 1))
			missing |= 1u << need;
	}
	return missing;
}

/* --- sentences --- */

static const struct readiness_device *first_troubled(const struct table *table)
{
	for (size_t i = 0; i < table->n_seats; i++)
		if (table->devices[table->seat_devices[i]].problem.zh[0])
			return &table->devices[table->seat_devices[i]];
	return NULL;
}

static void say_trouble(const struct readiness_device *device, struct text *zh, struct text *en)
{
	text_addf(zh, "%u 号：%s。", device->device->sticker, device->problem.zh);
	text_addf(en, "Kit %u: %s.", device->device->sticker, device->problem.en);
}

static void say_ready(unsigned groups, struct text *zh, struct text *en)
{
	if (groups == LESSON_GROUPS) {
		text_add(zh, "器材齐了，各组都能做。");
		text_add(en, "The kits are here for every group.");
	} else {
		text_addf(zh, "器材够 %u 组用。", groups);
		text_addf(en, "Kits for %u group%s.", groups, groups == 1 ? "" : "s");
	}
}

/* Chinese stands apart from Latin letters and digits by a space. */
static void add_zh(struct text *text, const char *words)
{
	bool is_after_latin = text->length > 0 && (unsigned char)text->at[text->length - 1] < 0x80;

	if (is_after_latin != ((unsigned char)*words < 0x80))
		text_add_char(text, ' ');
	text_add(text, words);
}

/* "还缺“室温”：插上 A 或 B。": two kits are enough to read. */
static void say_missing(const struct lesson_need *need, const struct catalogue *catalogue,
	struct text *zh, struct text *en)
{
	unsigned n = 0;

	text_addf(zh, "还缺“%s”：插上", need->name.zh);
	text_addf(en, "%s is missing: plug in ", need->name.en);
	for (size_t i = 0; i < need->n_kits && n < 2; i++) {
		const struct model *model = catalogue_find(catalogue, need->kits[i]);

		if (!model)
			continue;
		if (n > 0)
			add_zh(zh, "或");
		add_zh(zh, model->name.zh);
		text_addf(en, "%s%s", n > 0 ? " or " : "", model->name.en);
		n++;
	}
	text_add(zh, n > 0 ? "。" : "能量它的器材。");
	text_add(en, n > 0 ? "." : "a kit that measures it.");
}

/* The first that is missing; the first at all where only all of them together cannot be had. */
static const struct lesson_need *first_missing(const struct lesson *lesson, unsigned missing)
{
	for (unsigned i = 0; i < lesson->n_needs; i++)
		if (missing >> i & 1u)
			return &lesson->needs[i];
	return &lesson->needs[0];
}

/* --- all of it --- */

static int by_sticker(const void *a, const void *b)
{
	const struct readiness_device *left = a, *right = b;

	return (left->device->sticker > right->device->sticker) -
		(left->device->sticker < right->device->sticker);
}

static void keep_seats(const struct table *table, struct readiness *readiness)
{
	memcpy(readiness->seats, table->seats, table->n_seats * sizeof *table->seats);
	readiness->n_seats = table->n_seats;
	qsort(readiness->seats, readiness->n_seats, sizeof *readiness->seats, by_group);
}

static void decide(
	struct table *table, const struct catalogue *catalogue, struct readiness *readiness)
{
	struct text zh = text_over(readiness->zh, sizeof readiness->zh);
	struct text en = text_over(readiness->en, sizeof readiness->en);
	unsigned with_all;

	readiness->groups = deal(table);
	keep_seats(table, readiness);
	table->may_be_troubled = true;
	with_all = deal(table);
	if (readiness->groups > 0) {
		readiness->state = READINESS_READY;
		say_ready(readiness->groups, &zh, &en);
		/* A kit that would serve one more group is worth a look. */
		if (with_all > readiness->groups && first_troubled(table))
			say_trouble(first_troubled(table), &zh, &en);
	} else if (with_all > 0) {
		readiness->state = READINESS_TROUBLE;
		say_trouble(first_troubled(table), &zh, &en);
		keep_seats(table, readiness);
	} else {
		readiness->state = READINESS_MISSING;
		readiness->missing = find_missing(table);
		say_missing(first_missing(table->lesson, readiness->missing), catalogue, &zh, &en);
		keep_seats(table, readiness);
	}
}

void readiness_of(const struct lesson *lesson, const struct catalogue *catalogue,
	const struct readiness_device *devices, size_t n_devices, struct readiness *ret_readiness)
{
	struct readiness_device sorted[DEVICES];
	struct table table = {
		.lesson = lesson,
		.devices = sorted,
		.n_devices = n_devices < DEVICES ? n_devices : DEVICES,
	};

	*ret_readiness = (struct readiness){.groups = 0};
	memcpy(sorted, devices, table.n_devices * sizeof *sorted);
	qsort(sorted, table.n_devices, sizeof *sorted, by_sticker);
	decide(&table, catalogue, ret_readiness);
}

const char *readiness_state_name(enum readiness_state state)
{
	static const char *const names[] = {"ready", "trouble", "missing"};

	return names[state];
}
