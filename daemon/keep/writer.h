/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's inside, for the files that are the writer: writer.c (what others call), opening.c
 * (finding out what is on the card), commit.c (the transaction), upkeep.c (what keeps the file
 * small). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>

#include "base/log.h"
#include "keep/anchors.h"
#include "keep/bytes.h"
#include "keep/expire.h"
#include "keep/fresh.h"
#include "keep/merge.h"
#include "keep/notes.h"
#include "keep/pending.h"
#include "keep/setaside.h"
#include "keep/store.h"

enum { ROLL_SECONDS = 60 }; /* how old a fresh row becomes */

struct store {
	char *directory;
	uint64_t limit_bytes;
	struct sink_names sinks;
	int lock_fd; /* held: no other kitlogd has this store */
	sqlite3 *
		db; /* NULL: it cannot be opened, or was set aside and there is no room for a new one */
	sqlite3_stmt *next_chunk;
	struct fresh *fresh;
	struct merger *merger;
	struct expirer *expirer;
	struct notes *notes;
	struct pending pending;
	struct bytes_out rest; /* pending records whose stream is not rolled in this commit */

	bool has_fresh;             /* there are rows that are in no chunk yet */
	struct instant fresh_since; /* the oldest of them, or a little later */
	uint64_t roll_to;           /* mark up to which streams are being rolled; 0: none are */
	bool may_be_over;    /* the limit: something was written since it was last looked at */
	unsigned room_waits; /* commits that had something else to do than to look at it */
	uint64_t rows;       /* on the card */

	int64_t scrubbed;           /* chunks up to this id were looked at; -1: done for now */
	struct instant scrub_again; /* then once more */
	unsigned scrub_waits;

	struct boot boot;                   /* of this run; id 0: not known yet */
	struct anchors anchors;             /* of this boot */
	struct device *devices[DEVICE_MAX]; /* as they were announced last in this run */
	int64_t found_ns[DEVICE_MAX];       /* when first; INT64_MAX: not known */
	size_t n_devices;

	struct loss loss; /* by damage found at opening: gaps, once it is known what time it is */
	uint64_t damaged, commits;
	int64_t commit_max_ns;
	int last_error;
	struct log_state upkeep;
	struct instant started; /* this run */
	struct instant durable;
	uint32_t durable_act;
};

/* What a transaction changes of the store itself, besides the streams' `next`. */
struct change {
	uint64_t roll_to;
	bool has_fresh, is_fresh_new; /* new: the oldest fresh row is of this commit, or nearly */
	bool may_be_over;
	unsigned room_waits;
	uint64_t rows_gone;
};

/* --- opening.c --- */
/* Makes the folder, makes sure nobody else has it (-EBUSY), opens the database and learns what is
 * in it. */
int opening_load(struct store *store);
/* Is that an answer about the file, so that another one must be begun? */
bool opening_is_unusable(int error);
/* Closes the database, if one is open. */
void opening_forget(struct store *store);
/* Sets the database aside and begins a new one; `why` is what opening_load or a commit answered.
 * What is pending stays so. When it fails (no room) everything is as it was. */
int opening_begin_anew(struct store *store, int why, struct store_finding *ret_finding);
/* Notes the gap that damage found in opening has left, once it is known what time it is. */
int opening_note_damage(struct store *store, struct instant now);

/* --- upkeep.c --- */
/* Is there anything to do in a commit at this time? */
bool upkeep_is_due(const struct store *store, struct instant now);
/* Rolls, merges and makes room, a little of what is due, within the transaction. */
int upkeep_do(struct store *store, struct instant now, struct change *change);
/* Looks at a few chunks for damage, in a transaction of its own when it finds some. Not each time
 * after a commit that was busy with upkeep. */
int upkeep_scrub(struct store *store, struct instant now, bool was_busy);
