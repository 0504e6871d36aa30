/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receipt of a run: how many rows of its kits came, how many are on the card, what is missing and why
 * it is, how many each sink has, and the hash of all rows.
 *
 * The hash is SHA-256 over the rows as they stand in the run's package (export/package.h): its CSV files in
 * the order of run.json, one behind the other, heads and all. So whoever has the zip can say whether it is
 * the run of the receipt: unzip it, and pipe those files into sha256sum. Values are as the devices said
 * them: a calibration that is made later changes no hash.
 *
 * Made step by step on the work thread, so that a run of a month holds up nobody. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <nettle/sha2.h>

#include "base/clock.h"
#include "keep/store.h"
#include "class/run_streams.h"

enum { RECEIPT_SINKS = 16 };

struct receipt_sink {
	char name[32];
	uint64_t rows_behind; /* rows of the run that it has not answered for */
};

/* What was counted and hashed, and of what: of the same it is the same. */
struct receipt_known {
	uint32_t run; /* 0: nothing is known */
	struct instant from, to;
	uint32_t streams[WEAVE_STREAMS];
	struct instant oldest[WEAVE_STREAMS]; /* kept of each, if behind the run's begin */
	size_t n_streams;
	uint64_t stored;
	char sha256[2 * SHA256_DIGEST_SIZE + 1];
};

struct receipt {
	/* the caller's, set before; the rest zero */
	struct run run;                /* one that goes on: to is now */
	bool is_over;                  /* it was stopped */
	bool has_devices;              /* the next two are known; else the journal tells */
	uint32_t devices[RUN_DEVICES]; /* of the run's group; none: all that have rows */
	size_t n_devices;
	struct instant durable; /* all that was recorded before is on the card */
	struct receipt_sink sinks[RECEIPT_SINKS];
	size_t n_sinks;
	struct receipt_known
		known; /* from a receipt of before; is it of the same, no row is hashed again */

	/* the answer */
	uint64_t received, bad, lost_rows, gaps;
	struct receipt_known found; /* streams, stored, sha256 */
	bool is_complete;

	/* private */
	size_t stream;
	bool has_streams, is_open, is_known;
	struct instant next;
	struct sha256_ctx hash;
	struct receipt_behind *behind; /* of the stream, by sink */
	char *page;
};

/* A part of the work: 1: call it again; 0: that is all; -errno. */
int receipt_step(struct receipt *receipt, struct reader *reader);
void receipt_clear(struct receipt *receipt);
