/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The acts that say who has what are folded as they come; behind each, every device is looked at, and
 * where it has another tenant, its history has one entry more. */
#include "data/tenancy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of sessions that are over so many may be open again: class/sessions.h has no more of them at hand. */
enum { ENDED_KEPT = 50 };

struct change {
	struct instant from;
	const struct tenant *tenant; /* NULL: nobody's from here on */
};

struct history {
	uint32_t device;
	struct change *changes; /* in order */
	size_t n, room;
};

struct tenancy {
	struct classroom *room;
	struct history *histories;
	size_t n, n_room;
	struct tenant **tenants; /* each once */
	size_t n_tenants, tenants_room;
};

int tenancy_new(struct tenancy **ret_tenancy)
{
	struct tenancy *tenancy = calloc(1, sizeof *tenancy);
	int r = tenancy ? classroom_new(&tenancy->room) : -ENOMEM;

	if (r < 0)
		free(tenancy);
	else
		*ret_tenancy = tenancy;
	return r;
}

void tenancy_free(struct tenancy *tenancy)
{
	if (!tenancy)
		return;
	classroom_free(tenancy->room);
	for (size_t i = 0; i < tenancy->n; i++)
		free(tenancy->histories[i].changes);
	for (size_t i = 0; i < tenancy->n_tenants; i++)
		free(tenancy->tenants[i]);
	free(tenancy->histories);
	free(tenancy->tenants);
	free(tenancy);
}

static void *grow(void *list, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 16;
	void *grown = n < *room ? list : realloc(list, wanted * size);

	if (grown && n >= *room)
		*room = wanted;
	return grown;
}

/* ---------------------------------------------------------------- histories */

static struct history *history_of(const struct tenancy *tenancy, uint32_t device)
{
	for (size_t i = 0; i < tenancy->n; i++)
		if (tenancy->histories[i].device == device)
			return &tenancy->histories[i];
	return NULL;
}

static const struct tenant *last_of(const struct history *history)
{
	return history->n ? history->changes[history->n - 1].tenant : NULL;
}

/* The same pointer for the same tenant. */
static int find_tenant(struct tenancy *tenancy, const struct session *session, unsigned group,
	const struct tenant **ret_tenant)
{
	struct tenant wanted = {.group = group};
	void *grown;

	text_copy(wanted.lesson, sizeof wanted.lesson, session->lesson);
	text_copy(wanted.label, sizeof wanted.label, session->title);
	for (size_t i = tenancy->n_tenants; i-- > 0;)
		if (memcmp(tenancy->tenants[i], &wanted, sizeof wanted) == 0) {
			*ret_tenant = tenancy->tenants[i];
			return 0;
		}
	grown = grow(tenancy->tenants, tenancy->n_tenants, &tenancy->tenants_room,
		sizeof *tenancy->tenants);
	struct tenant *tenant = grown ? malloc(sizeof *tenant) : NULL;

	if (grown)
		tenancy->tenants = grown;
	if (!tenant)
		return -ENOMEM;
	*tenant = wanted;
	tenancy->tenants[tenancy->n_tenants++] = tenant;
	*ret_tenant = tenant;
	return 0;
}

static int add_change(struct history *history, struct instant from, const struct tenant *tenant)
{
	void *grown = grow(history->changes, history->n, &history->room, sizeof *history->changes);

	if (!grown)
		return -ENOMEM;
	history->changes = grown;
	if (history->n && history->changes[history->n - 1].from.ns > from.ns)
		from = history->changes[history->n - 1].from;
	history->changes[history->n++] = (struct change){from, tenant};
	return 0;
}

static int look_at(struct tenancy *tenancy, struct history *history, struct instant from)
{
	const struct tenant *tenant = NULL;
	unsigned group;
	const struct session *session = classroom_owner(tenancy->room, history->device, &group);
	int r = session ? find_tenant(tenancy, session, group, &tenant) : 0;

	return r == 0 && tenant != last_of(history) ? add_change(history, from, tenant) : r;
}

static int know_device(struct tenancy *tenancy, uint32_t device)
{
	void *grown;

	if (history_of(tenancy, device))
		return 0;
	grown = grow(tenancy->histories, tenancy->n, &tenancy->n_room, sizeof *tenancy->histories);
	if (!grown)
		return -ENOMEM;
	tenancy->histories = grown;
	tenancy->histories[tenancy->n++] = (struct history){.device = device};
	return 0;
}

/* ---------------------------------------------------------------- acts */

/* Those that say who has what, and what of that is undone. */
static bool concerns_devices(enum act_kind kind)
{
	return kind == ACT_MAKE || kind == ACT_TITLE || kind == ACT_GROUPS || kind == ACT_ASSIGN ||
		kind == ACT_DEAL || kind == ACT_END || kind == ACT_UNDO;
}

static int know_devices(struct tenancy *tenancy, const json_t *devices)
{
	const json_t *value;
	int r = 0;
	size_t i;

	json_array_foreach(devices, i, value) if (r == 0) r =
		know_device(tenancy, (uint32_t)json_integer_value(value));
	return r;
}

static void forget_ended(struct classroom *room)
{
	size_t n_ended = 0;

	for (size_t i = classroom_count(room); i-- > 0;)
		if (!session_is_open(classroom_at(room, i)) && ++n_ended > ENDED_KEPT)
			classroom_forget(room, classroom_at(room, i)->id);
}

int tenancy_add(struct tenancy *tenancy, const struct act *act, struct instant from)
{
	const json_t *groups = json_object_get(act->body, "groups"), *pair;
	enum act_verdict verdict;
	size_t i;
	int r;

	if (!concerns_devices(act->kind))
		return 0;
	if (act->kind == ACT_MAKE)
		forget_ended(tenancy->room);
	verdict = classroom_take(tenancy->room, act);
	if (verdict)
		return verdict == ACT_NO_MEMORY ? -ENOMEM : 0;
	r = know_devices(tenancy, json_object_get(act->body, "devices"));
	json_array_foreach(groups, i, pair) if (r == 0) r =
		know_devices(tenancy, json_array_get(pair, 1));
	for (i = 0; i < tenancy->n && r == 0; i++)
		r = look_at(tenancy, &tenancy->histories[i], from);
	return r;
}

const struct tenant *tenancy_at(const struct tenancy *tenancy, uint32_t device, struct instant at)
{
	const struct history *history = history_of(tenancy, device);
	size_t low = 0, high = history ? history->n : 0;

	while (low < high) { /* the first change behind that instant */
		size_t middle = low + (high - low) / 2;

		if (history->changes[middle].from.ns <= at.ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? history->changes[low - 1].tenant : NULL;
}
