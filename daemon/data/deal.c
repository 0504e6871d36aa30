/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes of the seats (data/deal_seats.h): who has what afterwards. */
#include "data/deal.h"

#include <string.h>

#include "data/deal_seats.h"

static void give(struct deal_group *group, uint32_t device)
{
	if (!deal_has(group, device) && group->n_devices < GROUP_DEVICES)
		group->devices[group->n_devices++] = device;
}

/* What serves needs goes first, in their order: of two that would do, the first is taken. */
static void take_seats(const struct deal_table *table, unsigned number, struct deal_group *group)
{
	struct deal_group sorted = {.n_devices = 0};
	uint32_t seats[LESSON_NEEDS];
	unsigned n = 0;

	for (unsigned i = 0; i < table->lesson->n_needs; i++)
		if (table->seats[number][i])
			seats[n++] = table->devices[table->seats[number][i]->device]->device->id;
	for (unsigned i = 0; i < n; i++)
		give(group, seats[i]);
	if (group->n_devices == group->n_had)
		return;
	for (unsigned i = 0; i < n; i++)
		if (deal_has(group, seats[i]))
			give(&sorted, seats[i]);
	for (unsigned i = 0; i < group->n_devices; i++)
		give(&sorted, group->devices[i]);
	memcpy(group->devices, sorted.devices, sizeof group->devices);
}

static const struct deal_device *dealt_as(
	const struct deal_table *table, const struct device *device)
{
	size_t i = 0;

	while (table->devices[i]->device != device)
		i++;
	return table->devices[i];
}

/* By what serves in the end. */
static void tell_group(const struct deal_table *table, unsigned number, struct deal_group *group)
{
	struct serving serving[LESSON_NEEDS];

	deal_serve(table, number, serving);
	group->state = deal_is_complete(table, number) ? DEAL_WELL : DEAL_LACKS;
	for (unsigned i = 0; i < table->lesson->n_needs; i++) {
		enum deal_state state = DEAL_LACKS;

		if (serving[i].stream) {
			const struct deal_device *of = dealt_as(table, serving[i].device);

			group->seats[i] = (struct deal_seat){of, serving[i].stream->id};
			state = of->is_troubled || of->is_gone ? DEAL_TROUBLED : DEAL_WELL;
		}
		if (!table->lesson->needs[i].is_optional && state < group->state)
			group->state = state;
	}
}

static bool says_something(const struct device *device)
{
	for (uint32_t i = 0; i < device->n_streams; i++)
		if (device->streams[i].kind == STREAM_DATA && device->streams[i].n_channels)
			return true;
	return false;
}

/* One each, one after the other; one group gets all. */
static void deal_freely(const struct deal_table *table, bool is_troubled, struct deal *ret_deal)
{
	unsigned g = 1;

	for (size_t i = 0; i < table->n_devices; i++) {
		const struct deal_device *device = table->devices[i];

		while (table->n_groups > 1 && g <= table->n_groups && ret_deal->groups[g].n_devices)
			g++;
		if (g > table->n_groups)
			return;
		if (!table->holders[i] && !device->is_gone && !device->is_taken &&
			device->is_troubled == is_troubled && says_something(device->device))
			give(&ret_deal->groups[g], device->device->id);
	}
}

static void tell_seats(
	const struct deal_table *table, const unsigned *missing, struct deal *ret_deal)
{
	for (unsigned g = 1; g <= table->n_groups; g++)
		take_seats(table, g, &ret_deal->groups[g]);
	for (unsigned g = 1; g <= table->n_groups; g++) {
		ret_deal->groups[g].missing = missing[g];
		tell_group(table, g, &ret_deal->groups[g]);
	}
}

void deal(const struct deal_asked *asked, struct deal *ret_deal)
{
	struct deal_table table = {.lesson = asked->lesson, .hands = ret_deal}, doubled;
	unsigned missing[CLASSROOM_GROUPS + 1] = {0}, lacking[CLASSROOM_GROUPS + 1] = {0};

	*ret_deal = (struct deal){.n_groups = asked->n_groups};
	for (unsigned g = 1; g <= asked->n_groups && asked->groups; g++) {
		struct deal_group *group = &ret_deal->groups[g];

		memcpy(group->devices, asked->groups[g].devices, sizeof group->devices);
		group->n_devices = group->n_had = asked->groups[g].n_devices;
	}
	deal_lay(&table, asked);
	if (!asked->lesson) {
		deal_freely(&table, false, ret_deal);
		deal_freely(&table, true, ret_deal);
		return;
	}
	doubled = table;
	doubled.may_double = true;
	deal_seats(&table, missing);
	deal_seats(&doubled, lacking);
	if (deal_completes(&doubled) > deal_completes(&table))
		tell_seats(&doubled, lacking, ret_deal);
	else
		tell_seats(&table, missing, ret_deal);
}

unsigned deal_gets(const struct deal *deal)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= deal->n_groups; g++)
		n += deal->groups[g].n_devices > deal->groups[g].n_had;
	return n;
}
