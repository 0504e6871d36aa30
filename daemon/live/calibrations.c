/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order goes to keep first: what could not be ordered has not happened. */
#include "live/calibrations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int make_room(struct calibrations *calibrations)
{
	size_t room = calibrations->room ? calibrations->room * 2 : 32;

	if (calibrations->n < calibrations->room)
		return 0;
	struct calibration *grown = realloc(calibrations->list, room * sizeof *grown);
	if (!grown)
		return -ENOMEM;
	calibrations->list = grown;
	calibrations->room = room;
	return 0;
}

static int take(void *self, const struct calibration *calibration)
{
	struct calibrations *calibrations = self;
	int r = make_room(calibrations);

	if (r == 0)
		calibrations->list[calibrations->n++] = *calibration;
	return r;
}

int calibrations_load(struct calibrations *calibrations, struct reader *reader, struct keep *keep)
{
	calibrations_clear(calibrations);
	calibrations->keep = keep;
	int r = reader_calibrations(reader, CALIBRATIONS_KNOWN, take, calibrations);

	if (r < 0)
		calibrations_clear(calibrations);
	calibrations->is_known = r >= 0;
	return r;
}

void calibrations_clear(struct calibrations *calibrations)
{
	free(calibrations->list);
	calibrations->list = NULL;
	calibrations->n = calibrations->room = 0;
}

int calibrations_make(struct calibrations *calibrations, const struct calibration *calibration,
	const struct calibration **ret_made)
{
	struct calibration made = *calibration;

	if (!calibrations->is_known)
		return -EAGAIN;
	made.id = calibrations->n ? calibrations->list[calibrations->n - 1].id + 1 : 1;
	if (!calibration_is_sound(&made))
		return -EINVAL;
	int r = make_room(calibrations);
	if (r == 0)
		r = keep_order_calibration(calibrations->keep, &made);
	if (r < 0)
		return r;
	calibrations->list[calibrations->n] = made;
	*ret_made = &calibrations->list[calibrations->n++];
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct calibration *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

const struct calibration *calibrations_find(const struct calibrations *calibrations, uint32_t id)
{
	struct calibration wanted = {.id = id};

	return calibrations->n ? bsearch(&wanted, calibrations->list, calibrations->n,
					 sizeof *calibrations->list, by_id)
			       : NULL;
}

bool calibrations_are_withdrawn(const struct calibrations *calibrations, uint32_t id)
{
	for (size_t i = calibrations->n; i-- > 0 && calibrations->list[i].id > id;)
		if (calibrations->list[i].kind == CALIBRATION_WITHDRAWAL &&
			calibrations->list[i].refers == id)
			return true;
	return false;
}

static bool is_of_stream(const struct calibration *c, const char *identity, const char *stream)
{
	return strcmp(c->identity, identity) == 0 && strcmp(c->stream, stream) == 0;
}

const struct calibration *calibrations_at(const struct calibrations *calibrations,
	const char *identity, const char *stream, const char *channel, struct instant at)
{
	for (size_t i = calibrations->n; i-- > 0;) {
		const struct calibration *c = &calibrations->list[i];

		if (c->kind != CALIBRATION_WITHDRAWAL && c->from.ns <= at.ns && at.ns < c->to.ns &&
			is_of_stream(c, identity, stream) && strcmp(c->channel, channel) == 0 &&
			!calibrations_are_withdrawn(calibrations, c->id))
			return c;
	}
	return NULL;
}

int calibrations_correction(const struct calibrations *calibrations, const struct device *device,
	const struct stream *stream, struct correction **ret_correction)
{
	struct correction *correction;
	int r = correction_new(stream, CORRECTION_READ, &correction);

	if (r < 0)
		return r;
	for (size_t i = 0; i < calibrations->n && r == 0; i++)
		if (is_of_stream(&calibrations->list[i], device->identity, stream->name))
			r = correction_add(correction, &calibrations->list[i]);
	if (r < 0 || !correction_is_any(correction)) {
		correction_free(correction);
		correction = NULL;
	}
	if (r == 0)
		*ret_correction = correction;
	return r;
}

struct calibration_rules calibrations_rules(const struct calibrations *calibrations,
	const struct device *device, const struct stream *stream, const struct channel *channel)
{
	struct calibration_rules rules = {.is_described = false};

	if (calibrations->rules_of)
		rules.is_described =
			calibrations->rules_of(calibrations->self, device, stream, channel, &rules);
	return rules;
}

bool calibration_rules_allow(const struct calibration_rules *rules, enum calibration_kind kind)
{
	return !rules->is_limited || (rules->kinds >> kind & 1) != 0;
}

bool calibrations_are_overdue(const struct calibrations *calibrations, const struct device *device,
	const struct stream *stream, const struct channel *channel,
	const struct calibration *calibration, struct instant now, int64_t wall_now_ns)
{
	int64_t age_ns = calibration->wall_ns && wall_now_ns
		? wall_now_ns - calibration->wall_ns
		: instant_since(now, calibration->made);
	int64_t good_s = calibrations_rules(calibrations, device, stream, channel).recheck_s;

	return good_s > 0 && age_ns / NS_PER_S >= good_s;
}

int64_t calibrations_due(const struct calibrations *calibrations, const struct device *device,
	const struct stream *stream, const struct channel *channel,
	const struct calibration *calibration)
{
	int64_t good_s = calibrations_rules(calibrations, device, stream, channel).recheck_s;

	return good_s > 0 && calibration->wall_ns ? calibration->wall_ns + good_s * NS_PER_S : 0;
}
