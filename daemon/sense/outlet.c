/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One struct target per ring with its own memory of what did not fit: a stalled card and a stalled
 * page lose different things. */
#include "sense/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LOSSES = DEVICE_MAX * DEVICE_STREAMS, ENDS = 2 * DEVICE_MAX, LOSS_TOLD_AFTER_MS = 1000 };

/* What one ring knows of one stream. */
struct loss {
	uint32_t stream;   /* 0: free */
	int64_t before_ns; /* newest stamp that got through; 0: none */
	int64_t newest_ns; /* newest stamp that did not */
	int64_t at_ns;     /* when that was */
	uint64_t rows;     /* since the last one told */
	struct gap untold; /* its newest gap, while that does not fit; reason 0: none */
	struct uncertainty
		unsaid[2]; /* the newest, and the largest of those before; stream 0: none */
};

struct target {
	struct ring *ring;
	struct loss losses[LOSSES];
	const struct device *announcements[DEVICE_MAX]; /* not yet in the ring */
	uint32_t ends[ENDS];                            /* devices gone, not yet in the ring */
	unsigned n_ends, n_untold;                      /* how many streams have one */
	unsigned n_unsaid;                              /* how many of those there are */
	struct gap untold; /* the gaps before those, as one; reason 0: none */
};

struct outlet {
	struct target targets[2];
	void (*notify)(void *self, bool is_urgent);
	void *self;
	bool has_news, is_urgent;
};

int outlet_new(struct ring *keep, struct ring *to_main, void (*notify)(void *self, bool is_urgent),
	void *self, struct outlet **ret_outlet)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));

	if (!outlet)
		return -ENOMEM;
	outlet->targets[0].ring = keep;
	outlet->targets[1].ring = to_main;
	outlet->notify = notify;
	outlet->self = self;
	*ret_outlet = outlet;
	return 0;
}

void outlet_free(struct outlet *outlet)
{
	free(outlet);
}

/* --- things that must not get lost --- */

static void merge_untold(struct target *target, const struct gap *gap)
{
	struct gap *untold = &target->untold;

	if (!untold->reason) {
		*untold = *gap;
		return;
	}
	if (untold->stream != gap->stream)
		untold->stream = 0;
	untold->reason = GAP_RING;
	if (gap->from.ns < untold->from.ns)
		untold->from = gap->from;
	if (gap->to.ns > untold->to.ns)
		untold->to = gap->to;
	untold->lost_rows += gap->lost_rows;
}

static bool owes(const struct loss *loss)
{
	return loss->rows > 0 || loss->untold.reason || loss->unsaid[0].stream;
}

static struct loss *loss_of(struct target *target, uint32_t stream)
{
	struct loss *place = NULL;

	for (size_t i = 0; i < LOSSES; i++) {
		struct loss *loss = &target->losses[i];

		if (loss->stream == stream)
			return loss;
		/* A free place, else the stream not heard of for longest that owes nothing. */
		if (!place ||
			(place->stream && !owes(loss) &&
				(loss->stream == 0 || owes(place) ||
					loss->before_ns < place->before_ns)))
			place = loss;
	}
	if (place->untold.reason) {
		merge_untold(target, &place->untold);
		target->n_untold--;
	}
	for (size_t i = 0; i < 2; i++)
		target->n_unsaid -= place->unsaid[i].stream != 0;
	*place = (struct loss){.stream = stream};
	return place;
}

static bool put_gap_now(struct target *target, struct instant now, const struct gap *gap)
{
	return !target->untold.reason && target->n_untold == 0 &&
		feed_put_gap(target->ring, now, gap) == 0;
}

/* The newest of a stream waits by itself: it may grow, and whoever is told it again takes that for
 * all of it. Those before it are over. */
static void put_gap(struct target *target, struct instant now, const struct gap *gap)
{
	struct loss *loss;

	if (put_gap_now(target, now, gap))
		return;
	loss = loss_of(target, gap->stream);
	if (!loss->untold.reason)
		target->n_untold++;
	else if (!gap_holds(gap, &loss->untold))
		merge_untold(target, &loss->untold);
	loss->untold = *gap;
}

static bool tell_untold(struct target *target, struct instant now)
{
	if (target->untold.reason && feed_put_gap(target->ring, now, &target->untold) < 0)
		return false;
	target->untold.reason = (enum gap_reason)0;
	for (size_t i = 0; i < LOSSES && target->n_untold > 0; i++) {
		struct gap *untold = &target->losses[i].untold;

		if (!untold->reason)
			continue;
		if (feed_put_gap(target->ring, now, untold) < 0)
			return false;
		untold->reason = (enum gap_reason)0;
		target->n_untold--;
	}
	return true;
}

/* Before the rows that they are about: a batch waits for what is pending. */
static bool tell_unsaid(struct target *target, struct instant now)
{
	for (size_t i = 0; i < LOSSES && target->n_unsaid > 0; i++) {
		struct uncertainty *unsaid = target->losses[i].unsaid;

		for (size_t k = 2; k-- > 0;) {
			if (!unsaid[k].stream)
				continue;
			if (feed_put_uncertainty(target->ring, now, &unsaid[k]) < 0)
				return false;
			unsaid[k].stream = 0;
			target->n_unsaid--;
		}
	}
	return true;
}

/* Ends before announcements: a device that went and came is announced behind its end. */
static bool tell_pending(struct target *target, struct instant now)
{
	while (target->n_ends > 0) {
		if (feed_put_gone(target->ring, now, target->ends[0]) < 0)
			return false;
		target->n_ends--;
		memmove(target->ends, target->ends + 1, target->n_ends * sizeof(target->ends[0]));
	}
	for (size_t i = 0; i < DEVICE_MAX; i++) {
		if (!target->announcements[i])
			continue;
		if (feed_put_device(target->ring, now, target->announcements[i]) < 0)
			return false;
		target->announcements[i] = NULL;
	}
	return tell_untold(target, now) && tell_unsaid(target, now);
}

static void forget_announcement(struct target *target, uint32_t device)
{
	for (size_t i = 0; i < DEVICE_MAX; i++)
		if (target->announcements[i] && target->announcements[i]->id == device)
			target->announcements[i] = NULL;
}

void outlet_device(struct outlet *outlet, struct instant now, const struct device *device)
{
	for (size_t t = 0; t < 2; t++) {
		struct target *target = &outlet->targets[t];
		size_t i = 0;

		forget_announcement(target, device->id);
		if (tell_pending(target, now) && feed_put_device(target->ring, now, device) == 0)
			continue;
		while (i < DEVICE_MAX - 1 && target->announcements[i])
			i++;
		target->announcements[i] = device;
	}
	outlet->has_news = outlet->is_urgent = true;
}

void outlet_gone(struct outlet *outlet, struct instant now, uint32_t device)
{
	for (size_t t = 0; t < 2; t++) {
		struct target *target = &outlet->targets[t];

		forget_announcement(target, device);
		if (tell_pending(target, now) && feed_put_gone(target->ring, now, device) == 0)
			continue;
		if (target->n_ends < ENDS)
			target->ends[target->n_ends++] = device;
	}
	outlet->has_news = outlet->is_urgent = true;
}

void outlet_gap(struct outlet *outlet, struct instant now, const struct gap *gap)
{
	for (size_t t = 0; t < 2; t++)
		put_gap(&outlet->targets[t], now, gap);
	outlet->has_news = true;
}

static void put_uncertainty(
	struct target *target, struct instant now, const struct uncertainty *uncertainty)
{
	struct uncertainty *unsaid;

	/* Behind what announces the device. */
	if (tell_pending(target, now) && feed_put_uncertainty(target->ring, now, uncertainty) == 0)
		return;
	unsaid = loss_of(target, uncertainty->stream)->unsaid;
	if (unsaid[0].stream && unsaid[1].stream) {
		if (unsaid[1].ns < unsaid[0].ns)
			unsaid[1].ns = unsaid[0].ns;
	} else if (unsaid[0].stream) {
		unsaid[1] = unsaid[0];
		target->n_unsaid++;
	} else {
		target->n_unsaid++;
	}
	unsaid[0] = *uncertainty;
}

void outlet_uncertainty(
	struct outlet *outlet, struct instant now, const struct uncertainty *uncertainty)
{
	for (size_t t = 0; t < 2; t++)
		put_uncertainty(&outlet->targets[t], now, uncertainty);
	outlet->has_news = true;
}

void outlet_health(struct outlet *outlet, struct instant now, const struct feed_health *health)
{
	for (size_t t = 0; t < 2; t++)
		(void)feed_put_health(outlet->targets[t].ring, now, health); /* comes again */
	outlet->has_news = true;
}

void outlet_punctual(
	struct outlet *outlet, struct instant now, const struct feed_punctual *punctual)
{
	for (size_t t = 0; t < 2; t++)
		(void)feed_put_punctual(outlet->targets[t].ring, now, punctual); /* comes again */
	outlet->has_news = true;
}

void outlet_hour(struct outlet *outlet, struct instant now, const struct anchor *hour)
{
	for (size_t t = 0; t < 2; t++)
		(void)feed_put_hour(outlet->targets[t].ring, now, hour); /* comes again */
	outlet->has_news = true;
}

/* --- batches and their losses --- */

static void tell_loss(struct target *target, struct instant now, struct loss *loss, int64_t to_ns)
{
	struct gap gap = {
		.stream = loss->stream,
		.reason = GAP_RING,
		.from.ns = loss->before_ns,
		.to.ns = to_ns,
		.lost_rows = loss->rows,
	};

	loss->rows = 0;
	loss->before_ns = to_ns; /* so that the next one is another one */
	if (!put_gap_now(target, now, &gap))
		merge_untold(target, &gap);
}

static bool has_room_for_batches(const struct target *target)
{
	return ring_used(target->ring) < ring_size(target->ring) / 4 * 3;
}

static void put_batch(struct target *target, struct instant now, const struct batch *batch)
{
	struct loss *loss = loss_of(target, batch->stream);
	int64_t first_ns = batch->stamps_ns[0], last_ns = batch->stamps_ns[batch->n_rows - 1];

	if (!has_room_for_batches(target) || !tell_pending(target, now) ||
		feed_put_batch(target->ring, now, batch) < 0) {
		if (loss->before_ns == 0)
			loss->before_ns = first_ns;
		loss->rows += batch->n_rows;
		loss->newest_ns = last_ns;
		loss->at_ns = now.ns;
		return;
	}
	if (loss->rows > 0)
		tell_loss(target, now, loss, first_ns);
	loss->before_ns = last_ns;
}

void outlet_batch(struct outlet *outlet, struct instant now, const struct batch *batch)
{
	for (size_t t = 0; t < 2; t++) {
		struct target *target = &outlet->targets[t];

		put_batch(target, now, batch);
		if (ring_used(target->ring) > ring_size(target->ring) / 2)
			outlet->is_urgent = true;
	}
	outlet->has_news = true;
}

void outlet_retry(struct outlet *outlet, struct instant now)
{
	for (size_t t = 0; t < 2; t++) {
		struct target *target = &outlet->targets[t];

		if (!has_room_for_batches(target) || !tell_pending(target, now))
			continue;
		/* A stream that ended, or paused, while its rows were lost. */
		for (size_t i = 0; i < LOSSES; i++) {
			struct loss *loss = &target->losses[i];

			if (loss->rows == 0 ||
				now.ns - loss->at_ns < LOSS_TOLD_AFTER_MS * (int64_t)NS_PER_MS)
				continue;
			tell_loss(target, now, loss, loss->newest_ns);
			outlet->has_news = true;
		}
	}
}

/* --- waking the readers --- */

void outlet_hurry(struct outlet *outlet)
{
	outlet->is_urgent = true;
}

void outlet_notify(struct outlet *outlet)
{
	bool is_urgent = outlet->is_urgent;

	if (!outlet->has_news)
		return;
	outlet->has_news = outlet->is_urgent = false;
	if (outlet->notify)
		outlet->notify(outlet->self, is_urgent);
}
