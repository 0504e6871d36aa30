/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The calibrations of this board: main makes them, keep makes them durable, and this is the list
 * that live values and answers go by. A record is never altered; withdrawing and using one for
 * another time make further ones. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "keep/keep.h"
#include "keep/store.h"

/* Of the store's, main knows so many of the newest, and the last of each channel (1 MB): enough for
 * what holds now, and for a term of lessons to choose from. What holds for older data the store
 * knows by itself. */
enum { CALIBRATIONS_KNOWN = 2000 };

/* What a kit says of a channel. */
struct calibration_rules {
	bool is_described; /* false: no kit.yaml speaks of the channel */
	bool is_zeroable;  /* zeroing everything means it too: only where its kit says so */
	bool is_limited;   /* to these kinds: */
	unsigned kinds;    /* bits 1 << enum calibration_kind; none: the maker's own, no other */
	int64_t recheck_s; /* how long a calibration is good for; 0: for ever */
};

/* Asks who knows the kits. False: no kit.yaml speaks of this channel; ret_rules stays. */
typedef bool (*calibration_rules_of)(void *self, const struct device *device,
	const struct stream *stream, const struct channel *channel,
	struct calibration_rules *ret_rules);

struct calibrations {
	struct calibration *list; /* by id: newest last */
	size_t n, room;
	struct keep *keep;
	bool is_known; /* false: not read yet. Then none is made: it would take the id of another. */
	calibration_rules_of rules_of; /* NULL: nobody knows the kits */
	void *self;
};

/* Reads what the store knows; the other fields stay. 0 or -errno. */
int calibrations_load(struct calibrations *calibrations, struct reader *reader, struct keep *keep);
void calibrations_clear(struct calibrations *calibrations);

/* Gives it an id and orders it. 0, -EINVAL when it is not sound, -ENOSPC when keep takes no order
 * now, -EAGAIN when !is_known. *ret_made is lent until the next call that changes the list. */
int calibrations_make(struct calibrations *calibrations, const struct calibration *calibration,
	const struct calibration **ret_made);

const struct calibration *calibrations_find(
	const struct calibrations *calibrations, uint32_t id); /* NULL: none */
bool calibrations_are_withdrawn(const struct calibrations *calibrations, uint32_t id);

/* What holds for a channel at an instant; NULL: its values are as they are. */
const struct calibration *calibrations_at(const struct calibrations *calibrations,
	const char *identity, const char *stream, const char *channel, struct instant at);

/* All that concerns a stream, to correct its rows by; the caller's to free. NULL in
 * *ret_correction: nothing. */
int calibrations_correction(const struct calibrations *calibrations, const struct device *device,
	const struct stream *stream, struct correction **ret_correction);

/* What holds for a channel; where no kit says anything, all is allowed and good for ever. */
struct calibration_rules calibrations_rules(const struct calibrations *calibrations,
	const struct device *device, const struct stream *stream, const struct channel *channel);
bool calibration_rules_allow(const struct calibration_rules *rules, enum calibration_kind kind);

/* Is the calibration of a channel older than it is good for? The walls are since 1970, 0: nobody
 * has told; then board time decides, which stands still while the board is off. */
bool calibrations_are_overdue(const struct calibrations *calibrations, const struct device *device,
	const struct stream *stream, const struct channel *channel,
	const struct calibration *calibration, struct instant now, int64_t wall_now_ns);

/* The wall time at which it becomes so; 0: never, or nobody had told the hour when it was made. */
int64_t calibrations_due(const struct calibrations *calibrations, const struct device *device,
	const struct stream *stream, const struct channel *channel,
	const struct calibration *calibration);
