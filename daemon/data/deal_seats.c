/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Group after group gets its seats, by trying, in the order of preference. */
#include "data/deal_seats.h"

#include <stdlib.h>

/* Steps of one group, so that no heap of kits and needs takes long: ordinary ones take a dozen. */
enum { PATIENCE = 2000 };

static int by_sticker(const void *a, const void *b)
{
	const struct deal_device *const *left = a, *const *right = b;
	uint32_t l = (*left)->device->sticker, r = (*right)->device->sticker;

	return (l > r) - (l < r);
}

bool deal_has(const struct deal_group *group, uint32_t device)
{
	for (unsigned i = 0; i < group->n_devices; i++)
		if (group->devices[i] == device)
			return true;
	return false;
}

void deal_lay(struct deal_table *table, const struct deal_asked *asked)
{
	table->n_groups = table->hands->n_groups;
	for (size_t i = 0; i < asked->n_devices && i < DEAL_DEVICES; i++)
		table->devices[table->n_devices++] = &asked->devices[i];
	qsort(table->devices, table->n_devices, sizeof *table->devices, by_sticker);
	for (size_t i = 0; i < table->n_devices; i++)
		for (unsigned g = 1; g <= table->n_groups; g++)
			if (deal_has(&table->hands->groups[g], table->devices[i]->device->id))
				table->holders[i] |= 1u << g;
}

static bool is_shared(const struct deal *hands, uint32_t device)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= hands->n_groups; g++)
		n += deal_has(&hands->groups[g], device);
	return n > 1;
}

void deal_serve(
	const struct deal_table *table, unsigned group, struct serving ret_serving[LESSON_NEEDS])
{
	const struct deal_group *hand = &table->hands->groups[group];
	const struct device *devices[GROUP_DEVICES];
	uint32_t shared = 0;
	size_t n = 0;

	for (unsigned i = 0; i < hand->n_devices; i++)
		for (size_t d = 0; d < table->n_devices; d++)
			if (table->devices[d]->device->id == hand->devices[i]) {
				shared |= (uint32_t)is_shared(table->hands, hand->devices[i]) << n;
				devices[n++] = table->devices[d]->device;
				break;
			}
	serving_find(table->lesson, devices, n, shared, ret_serving);
}

/* ---------------------------------------------------------------- what fits */

static void offer_device(struct deal_table *table, unsigned need_at, unsigned device_at)
{
	const struct lesson_need *need = &table->lesson->needs[need_at];
	const struct device *device = table->devices[device_at]->device;
	size_t *n = &table->n_offers[need_at];

	for (uint32_t k = 0; k < device->n_streams; k++) {
		const struct stream *stream = &device->streams[k];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++)
			if (lesson_need_fits(
				    need, stream->channels[c].quantity, stream->channels[c].unit) &&
				*n < DEAL_OFFERS)
				table->offers[need_at][(*n)++] =
					(struct deal_offer){.device = device_at,
						.stream = stream->id,
						.channel = k * STREAM_CHANNELS + c,
						.rank = lesson_need_rank(
							need, device->kit, stream->channels[c].id)};
	}
}

/* What is well before what is not; a sort that keeps the order of stickers. */
static bool is_better(
	const struct deal_table *table, const struct deal_offer *a, const struct deal_offer *b)
{
	bool a_ill = table->devices[a->device]->is_troubled;
	bool b_ill = table->devices[b->device]->is_troubled;

	return a_ill != b_ill ? b_ill : a->rank < b->rank;
}

static void sort_offers(const struct deal_table *table, struct deal_offer *offers, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct deal_offer offer = offers[i];
		size_t at = i;

		for (; at > 0 && is_better(table, &offer, &offers[at - 1]); at--)
			offers[at] = offers[at - 1];
		offers[at] = offer;
	}
}

static void gather_offers(struct deal_table *table)
{
	for (unsigned i = 0; i < table->lesson->n_needs; i++) {
		unsigned at = i;

		for (unsigned d = 0; d < table->n_devices; d++)
			offer_device(table, i, d);
		sort_offers(table, table->offers[i], table->n_offers[i]);
		for (; at > 0 && table->n_offers[table->order[at - 1]] > table->n_offers[i]; at--)
			table->order[at] = table->order[at - 1];
		table->order[at] = i;
	}
}

/* ---------------------------------------------------------------- whose it may be */

static unsigned share_of(const struct deal_table *table, unsigned need)
{
	return table->lesson->needs[need].groups_share;
}

/* Have these two one device for it together? */
static bool is_together(const struct deal_table *table, unsigned need, unsigned a, unsigned b)
{
	return (a - 1) / share_of(table, need) == (b - 1) / share_of(table, need);
}

/* What the groups have that share a need with this one; NULL: nothing. */
static const struct deal_offer *seat_of_mates(
	const struct deal_table *table, unsigned group, unsigned need)
{
	for (unsigned g = 1; g <= table->n_groups; g++)
		if (g != group && table->seats[g][need] && is_together(table, need, g, group))
			return table->seats[g][need];
	return NULL;
}

/* May a device that sits there sit here, too? A channel serves one need. */
static bool may_sit_beside(const struct deal_table *table, const struct deal_offer *offer,
	unsigned group, unsigned need, unsigned there, unsigned its_need)
{
	bool is_alike = share_of(table, its_need) == share_of(table, need);

	if (there == group)
		return table->seats[there][its_need]->channel != offer->channel &&
			(table->may_double || is_alike);
	return is_alike && is_together(table, need, there, group);
}

/* What a group had serves already what it can. */
static bool is_free(const struct deal_table *table, const struct deal_offer *offer, unsigned group,
	unsigned need)
{
	const struct deal_device *device = table->devices[offer->device];
	unsigned holders = table->holders[offer->device];
	const struct deal_offer *shared = seat_of_mates(table, group, need);

	for (unsigned g = 1; g <= table->n_groups; g++)
		for (unsigned i = 0; i < table->lesson->n_needs; i++)
			if (table->seats[g][i] && table->seats[g][i]->device == offer->device &&
				!may_sit_beside(table, offer, group, need, g, i))
				return false;
	if (holders & 1u << group)
		return false;
	if (shared && shared->device == offer->device)
		return true;
	return !holders && !device->is_gone && !device->is_taken &&
		(table->may_be_troubled || !device->is_troubled);
}

/* ---------------------------------------------------------------- dealing */

static bool is_due(const struct deal_table *table, unsigned group, unsigned need)
{
	return !table->lesson->needs[need].is_optional && !table->seats[group][need];
}

/* The k-th to try: what those have who share it, then the best. */
static const struct deal_offer *nth(
	const struct deal_table *table, unsigned group, unsigned need, size_t k, size_t *ret_n)
{
	const struct deal_offer *offers = table->offers[need];
	const struct deal_offer *shared = seat_of_mates(table, group, need);
	size_t n = table->n_offers[need];

	*ret_n = shared ? n + 1 : n;
	if (shared && k == 0)
		return shared;
	return &offers[shared ? k - 1 : k];
}

/* Seats for the needs from the `at`-th in the order on. False: there are none, and nothing is taken. */
static bool seat_group(struct deal_table *table, unsigned group, unsigned at)
{
	while (at < table->lesson->n_needs && !is_due(table, group, table->order[at]))
		at++;
	if (at == table->lesson->n_needs)
		return true;
	unsigned need = table->order[at];
	size_t n = 1;

	for (size_t k = 0; k < n && table->steps < PATIENCE; k++) {
		const struct deal_offer *offer = nth(table, group, need, k, &n);

		if (k == n) /* of nothing */
			break;
		table->steps++;
		if (!is_free(table, offer, group, need))
			continue;
		table->seats[group][need] = offer;
		if (seat_group(table, group, at + 1))
			return true;
		table->seats[group][need] = NULL;
	}
	return false;
}

/* The first that is free. */
static void seat_need(struct deal_table *table, unsigned group, unsigned need)
{
	size_t n = 1;

	for (size_t k = 0; k < n && !table->seats[group][need]; k++) {
		const struct deal_offer *offer = nth(table, group, need, k, &n);

		if (k < n && is_free(table, offer, group, need))
			table->seats[group][need] = offer;
	}
}

/* Is it for a need of the group's own, of what groups have for what they share? There may be a better one. */
static bool is_makeshift(
	const struct deal_table *table, const struct deal_offer *offer, unsigned need)
{
	unsigned holders = table->holders[offer->device];

	for (unsigned i = 0; i < table->lesson->n_needs; i++)
		for (size_t k = 0; share_of(table, i) > 1 && k < table->n_offers[i]; k++)
			if (table->offers[i][k].device == offer->device)
				return share_of(table, need) == 1 && (holders & (holders - 1));
	return false;
}

/* What a group has serves what it can. */
static void seat_held(struct deal_table *table, unsigned group)
{
	struct serving serving[LESSON_NEEDS];

	deal_serve(table, group, serving);
	for (unsigned need = 0; need < table->lesson->n_needs; need++)
		for (size_t i = 0; serving[need].stream && i < table->n_offers[need]; i++) {
			const struct deal_offer *offer = &table->offers[need][i];

			if (table->devices[offer->device]->device == serving[need].device &&
				offer->stream == serving[need].stream->id &&
				offer->channel % STREAM_CHANNELS == serving[need].channel &&
				!is_makeshift(table, offer, need))
				table->seats[group][need] = offer;
		}
}

/* Bits of needs for which a device has to be found. */
static unsigned wanted(const struct deal_table *table, unsigned group)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < table->lesson->n_needs; i++)
		if (is_due(table, group, i) && !seat_of_mates(table, group, i))
			bits |= 1u << i;
	return bits;
}

/* All that is lacking, or nothing. Whoever needs as much as one for whom there was not enough, or more,
 * is not tried. */
static void seat_all(struct deal_table *table)
{
	unsigned failed = 0;

	for (unsigned g = 1; g <= table->n_groups; g++) {
		unsigned needs = wanted(table, g);

		table->steps = 0;
		if (failed && (needs & failed) == failed)
			continue;
		if (!seat_group(table, g, 0))
			failed = needs;
	}
}

bool deal_is_complete(const struct deal_table *table, unsigned group)
{
	for (unsigned i = 0; i < table->lesson->n_needs; i++)
		if (is_due(table, group, i))
			return false;
	return true;
}

unsigned deal_completes(const struct deal_table *table)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= table->n_groups; g++)
		n += deal_is_complete(table, g);
	return n;
}

static void seat_optional(struct deal_table *table)
{
	for (unsigned g = 1; g <= table->n_groups; g++)
		for (unsigned i = 0; deal_is_complete(table, g) && i < table->lesson->n_needs; i++)
			if (table->lesson->needs[i].is_optional)
				seat_need(table, g, i);
}

/* Does it lack all that groups do not share? */
static bool has_none_of_its_own(const struct deal_table *table, unsigned group)
{
	bool wants_own = false, has_own = false;

	for (unsigned i = 0; i < table->lesson->n_needs; i++)
		if (share_of(table, i) == 1 && !table->lesson->needs[i].is_optional) {
			wants_own = true;
			has_own |= table->seats[group][i] != NULL;
		}
	return wants_own && !has_own;
}

/* What there is; returns what is not, bits of needs. */
static unsigned seat_some(struct deal_table *table, unsigned group)
{
	unsigned missing = 0;

	for (unsigned at = 0; at < table->lesson->n_needs; at++)
		if (is_due(table, group, table->order[at]))
			seat_need(table, group, table->order[at]);
	for (unsigned i = 0; i < table->lesson->n_needs; i++)
		if (is_due(table, group, i))
			missing |= 1u << i;
	if (!has_none_of_its_own(table, group))
		return missing;
	for (unsigned i = 0; i < table->lesson->n_needs; i++) {
		const struct deal_offer *offer = table->seats[group][i];

		if (offer && !(table->holders[offer->device] & 1u << group))
			table->seats[group][i] = NULL;
	}
	return missing;
}

void deal_seats(struct deal_table *table, unsigned ret_missing[CLASSROOM_GROUPS + 1])
{
	gather_offers(table);
	for (unsigned g = 1; g <= table->n_groups; g++)
		seat_held(table, g);
	seat_all(table);
	seat_optional(table);
	table->may_be_troubled = true;
	seat_all(table);
	seat_optional(table);
	for (unsigned g = 1; g <= table->n_groups; g++)
		if (!deal_is_complete(table, g))
			ret_missing[g] = seat_some(table, g);
}
