/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run package comes in (export/package.h): also one of another board, or the sample of a lesson.
 *
 * Its rows must never meet the board's own: an import has a place of its own. It is a store by itself
 * (keep/store.h), DIR/imports/<number>, with a board time of its own in which the run begins at IMPORT_BEGIN.
 * So it takes part in nothing: no sink sees it, no run of the board holds rows of it, no boot begins behind it,
 * nothing of the board goes to make room for it; and all that reads a store reads it. Its run.json lies beside
 * it as it came, so that it can leave again to the byte. It is made in a folder with another name and is there
 * at once, whole, or not at all.
 *
 * Numbers: import k has the run import_run_id(k), and stream i of its run.json is import_stream(k, i). The
 * board's own are far below. Devices are "import:<sha256 of run.json and the rows' files>:<n>".
 *
 * Work thread, but for the numbers. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "export/about.h"

enum { IMPORT_FIRST = 1 << 22, IMPORT_MOST = 65535 };

static inline uint32_t import_run_id(uint32_t import)
{
	return IMPORT_FIRST + import * ABOUT_STREAMS;
}
static inline uint32_t import_stream(uint32_t import, size_t place)
{
	return IMPORT_FIRST + import * ABOUT_STREAMS + (uint32_t)place;
}
/* Of a run or a stream; 0: it is the board's own. */
static inline uint32_t import_of(int64_t id)
{
	return id < IMPORT_FIRST ? 0 : (uint32_t)((id - IMPORT_FIRST) / ABOUT_STREAMS);
}

/* The instant of t_ns = 0. Rows may lie 50 days before it and ten years behind. */
#define IMPORT_BEGIN ((struct instant){100 * 86400 * (int64_t)NS_PER_S})

/* Reads run.json and the rows' files of `folder` and makes the store of that number. 0; -EBADMSG with the
 * fault, which names file and line; other -errno with the fault, too: the card, memory; -ECANCELED. Nothing is
 * left then. */
int import_folder(const char *directory, uint32_t import, const char *folder,
	const atomic_bool *is_cancelled, struct about_fault *ret_fault);

/* What that import's run.json says; the streams have their numbers. The bytes are the caller's to free. */
int import_about(const char *directory, uint32_t import, struct about *ret_about, char **ret_bytes,
	size_t *ret_n);
