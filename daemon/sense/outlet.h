/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where records leave sense: the same ones in the same order into two rings, keep's and main's.
 *
 * A reader that stalls fills its ring; the other one goes on. Batches may fill three quarters of a
 * ring and the rest is for what must not get lost. What does not fit is never dropped in silence:
 *   a batch is counted, and told as a GAP_RING as soon as there is room;
 *   the announcement or the end of a device is tried again (outlet_retry) until it fits;
 *   the newest gap of a stream waits until it fits, and those before it, if they did not fit
 *     either, become one GAP_RING over all streams;
 *   the newest uncertainty of a stream waits likewise, before its rows; those before it, if they did
 *     not fit either, are told as one, the largest;
 *   health, punctuality and the hour come again in a second anyway.
 * No allocation after outlet_new; the sense thread's. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/ring.h"
#include "data/batch.h"
#include "data/device.h"
#include "data/feed.h"

struct outlet;

/* notify as in sense_options; may be NULL. */
int outlet_new(struct ring *keep, struct ring *to_main, void (*notify)(void *self, bool is_urgent),
	void *self, struct outlet **ret_outlet);
void outlet_free(struct outlet *outlet);

void outlet_batch(struct outlet *outlet, struct instant now, const struct batch *batch);
void outlet_gap(struct outlet *outlet, struct instant now, const struct gap *gap);
void outlet_health(struct outlet *outlet, struct instant now, const struct feed_health *health);
void outlet_uncertainty(
	struct outlet *outlet, struct instant now, const struct uncertainty *uncertainty);
void outlet_punctual(
	struct outlet *outlet, struct instant now, const struct feed_punctual *punctual);
void outlet_hour(struct outlet *outlet, struct instant now, const struct anchor *hour);

/* `device` is borrowed until outlet_gone for it, or until it is announced again from elsewhere. */
void outlet_device(struct outlet *outlet, struct instant now, const struct device *device);
void outlet_gone(struct outlet *outlet, struct instant now, uint32_t device);

/* Tries again what did not fit. Now and then, and before the end. */
void outlet_retry(struct outlet *outlet, struct instant now);

/* Calls notify if anything was written since the last time. Once a turn. */
void outlet_notify(struct outlet *outlet);

/* Makes the next notice urgent: somebody waits for this. */
void outlet_hurry(struct outlet *outlet);
