/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which streams are a run's: those of its group's devices, as the journal on the card has them, that have a part
 * in its range. Work thread. 0 or -errno. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/classroom.h"
#include "keep/store.h"
#include "history/weave.h"

enum { RUN_DEVICES = 32 };

/* A session as its journal on the card tells it; the caller's to free. */
int run_room(struct reader *reader, uint32_t session, struct classroom **ret_room);

/* The streams of a run, those of its package and in their order there, by the numbers on the labels: with a
 * part in its range, of these devices (none: of all).
 * -E2BIG: more than WEAVE_STREAMS. On the work thread. */
int run_streams(struct reader *reader, const struct run *run, struct instant kept,
	const uint32_t *devices, size_t n_devices, uint32_t ret_streams[WEAVE_STREAMS],
	size_t *ret_n);

/* The devices of a run's group, as the journal on the card has them; *ret_shared (it may be NULL): those that
 * another group had, too, bits 1 << place. */
int run_devices(struct reader *reader, const struct run *run, uint32_t ret[RUN_DEVICES],
	size_t *ret_n, uint32_t *ret_shared);
