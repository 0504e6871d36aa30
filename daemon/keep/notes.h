/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be written besides rows: devices, gaps, anchors, runs, marks, calibrations and ship's
 * bookkeeping, held as copies until a commit succeeds. A later note about the same thing replaces the earlier
 * one, so a card that refuses for hours costs little memory. Inside keep/, for the writer only. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sqlite3.h>

#include "data/batch.h"
#include "data/device.h"
#include "keep/record.h"

/* May rows have gone out by what a person said of boot ?1? Its hour is also that of the boots before it of
 * which nobody told. A cursor that passed the rows by, leaving holes, counts as well: rather refuse a
 * correction than move what was shipped. */
#define NOTES_BOOT_IS_SENT \
	"EXISTS (SELECT 1 FROM cursor WHERE done_ns > (SELECT min(begin_ns) FROM boot WHERE id >" \
	" coalesce((SELECT max(boot) FROM anchor WHERE boot < ?1), 0)))"

enum note_kind {
	NOTE_BOOT,
	NOTE_DEVICE,
	NOTE_GAP,
	NOTE_ANCHOR,
	NOTE_RUN,
	NOTE_MARK,
	NOTE_CURSOR,
	NOTE_HOLES,
	NOTE_QUARANTINED,
	NOTE_RELEASED, /* struct hole: what of it is in quarantine is so no longer */
	NOTE_CALIBRATION,
	NOTE_UNCERTAINTY,
	NOTE_REFINEMENT,
	NOTE_ACT, /* struct journal_entry */
};

struct boot {
	uint32_t id;
	char kernel_id[64]; /* boot_name.h */
	int64_t base_ns, begin_ns;
	int64_t skipped_ns; /* board time beyond the usual second that is left out before it */
};
struct boot_anchor {
	uint32_t boot;
	struct anchor anchor;
	struct instant from; /* it may rule from here on: no row behind it was in the store */
};
struct holes {
	char sink[32];
	uint32_t stream;
	size_t n;
	struct hole holes[];
};

struct notes;
int notes_new(struct notes **ret_notes);
void notes_free(struct notes *notes);

/* Copies `size` bytes of the struct of that kind. -ENOMEM also when there are too many. */
int notes_add(struct notes *notes, enum note_kind kind, const void *body, size_t size);
/* The same of an uncertainty. While the card refuses for hours only so many wait, then a stream's last
 * one is widened instead. */
int notes_add_uncertainty(struct notes *notes, const struct uncertainty *uncertainty);
/* Those of a boot that are not on the card yet: they are to be noted anew. */
void notes_drop_anchors(struct notes *notes, uint32_t boot);
size_t notes_count(const struct notes *notes);
/* The highest number of an act among them; 0: there is none. */
uint32_t notes_newest_act(const struct notes *notes);
size_t notes_bytes(const struct notes *notes);

/* Writes them all into the database, within the caller's transaction; clear them once that is
 * safe. */
int notes_write(struct notes *notes, sqlite3 *db);
void notes_clear(struct notes *notes);
/* The statements belonged to a connection that is closed now. */
void notes_forget_database(struct notes *notes);
