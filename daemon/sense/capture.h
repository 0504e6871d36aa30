/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes down what is said at one port: a real transport and a real conversation with the families
 * that are built in, on a loop of its own, as events of a recording. The driver speaks as it would
 * in the daemon, and its clock begins where sense/replay.h begins it, so what was captured replays.
 *
 * Nothing is stored and nobody else sees it; kitlogd must not hold the port meanwhile. One thread;
 * allocates. */
#pragma once

#include <stdint.h>

#include "sense/recording.h"
#include "sense/transport.h"

struct capture_options {
	struct transport *transport; /* open; stays the caller's to close */
	const struct kit_port *port;
	const struct kit_family *const *families;
	size_t n_families;
	int64_t length_ns; /* since the port was opened; 0: until it is unplugged or told to stop */
	/* Each event, in order of time. Returns 0, or -errno, which ends the capture. */
	int (*event)(void *self, const struct recording_event *event);
	/* Asked some fifty times a second: shall it end? NULL: no. */
	bool (*is_over)(void *self);
	void *self;
};

/* What was understood meanwhile. */
struct capture_outcome {
	char kit[32];          /* what spoke there; empty: nobody knows */
	uint64_t heard, bytes; /* reads, reports, answers and edges that came; bytes in them */
	uint64_t rows;
	bool is_gone;               /* it was unplugged, which is the last event */
	struct model_serial serial; /* at the end; speed 0: it has none */
	/* Not 0: -errno of the port that would not go to this setting, and stayed at the one before. */
	int refusal;
	struct model_serial refused;
};

/* 0 at the end; -errno when the transport could not be started, or what `event` returned. */
int capture_run(const struct capture_options *options, struct capture_outcome *ret_outcome);
