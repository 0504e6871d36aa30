/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/plugged.h"

/* ---------------------------------------------------------------- for cards */

static const struct session *owner_of(const struct parts *parts, uint32_t device)
{
	unsigned group;

	return parts->sessions.is_known ? classroom_owner(parts->sessions.room, device, &group)
					: NULL;
}

static void look_at(void *self, const struct device *device, const struct trouble_words *problem)
{
	struct plugged *plugged = self;

	if (plugged->n < DEAL_DEVICES)
		plugged->devices[plugged->n++] =
			(struct readiness_device){.device = device, .problem = *problem};
}

struct plugged plugged_look(const struct parts *parts)
{
	struct plugged plugged = {.n = 0};

	live_devices(parts->live, look_at, &plugged);
	for (size_t i = 0; i < plugged.n; i++)
		plugged.devices[i].is_taken =
			owner_of(parts, plugged.devices[i].device->id) != NULL;
	return plugged;
}

/* ---------------------------------------------------------------- for a session */

struct heap {
	struct deal_device devices[DEAL_DEVICES];
	size_t n;
};

static void put(void *self, const struct device *device, const struct trouble_words *problem)
{
	struct heap *heap = self;

	if (heap->n < DEAL_DEVICES)
		heap->devices[heap->n++] = (struct deal_device){
			.device = device, .is_troubled = problem->zh[0] != '\0'};
}

/* A group's kit that is unplugged is its kit all the same. */
static void put_gone(struct heap *heap, const struct parts *parts, uint32_t id)
{
	bool is_gone = false;
	const struct device *device = live_device(parts->live, id, &is_gone);

	if (!device || !is_gone || heap->n == DEAL_DEVICES)
		return;
	for (size_t i = 0; i < heap->n; i++)
		if (heap->devices[i].device == device)
			return;
	heap->devices[heap->n++] = (struct deal_device){.device = device, .is_gone = true};
}

unsigned plugged_deal(
	const struct parts *parts, const struct session *session, struct deal *ret_deal)
{
	const struct lesson *lesson = session->lesson[0] && parts->shelf
		? shelf_find(parts->shelf, session->lesson)
		: NULL;
	struct heap heap = {.n = 0};

	*ret_deal = (struct deal){.n_groups = 0};
	if (!session_is_open(session))
		return 0;
	live_devices(parts->live, put, &heap);
	for (size_t i = 0; i < heap.n; i++) {
		const struct session *owner = owner_of(parts, heap.devices[i].device->id);

		heap.devices[i].is_taken = owner && owner->id != session->id;
	}
	for (unsigned g = 1; g <= session->n_groups; g++)
		for (unsigned i = 0; i < session->groups[g].n_devices; i++)
			put_gone(&heap, parts, session->groups[g].devices[i]);
	deal(&(struct deal_asked){.lesson = lesson,
		     .devices = heap.devices,
		     .n_devices = heap.n,
		     .groups = session->groups,
		     .n_groups = session->n_groups},
		ret_deal);
	return deal_gets(ret_deal);
}

json_t *plugged_deal_body(const struct deal *deal)
{
	json_t *groups = json_array();

	for (unsigned g = 1; g <= deal->n_groups; g++) {
		const struct deal_group *group = &deal->groups[g];
		json_t *devices;

		if (group->n_devices == group->n_had)
			continue;
		devices = json_array();
		for (unsigned i = 0; i < group->n_devices; i++)
			json_array_append_new(devices, json_integer(group->devices[i]));
		json_array_append_new(groups, json_pack("[Io]", (json_int_t)g, devices));
	}
	return json_pack("{so}", "groups", groups);
}
