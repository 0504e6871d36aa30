/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One recording played and compared with the .expect file beside it. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "data/feed.h"
#include "sense/replay.h"

enum { KIT_SENTENCE = PATH_MAX + 600 };

struct kit_played {
	bool is_good;
	char sentences[KIT_SENTENCE]; /* what is wrong, with file and line, one a line; "" */
	struct replay_outcome outcome;
	char kit[64];           /* of its first lines */
	char unsaid[FEED_WORD]; /* a word of trouble came out that has no sentence; "": none */
	uint32_t said;          /* of the kit.yaml's own `troubles`, a bit each: it came out */
	bool is_new;     /* with is_update: the .expect was written, since it was not there ... */
	bool is_changed; /* ... or was different */
};

/* `path` is NAME.txt or NAME.txt.zst. With is_update the .expect is written anew instead of
 * compared. 0, with what is wrong in ret_played; -ENOMEM. */
int kit_play(
	const char *path, const struct model *model, bool is_update, struct kit_played *ret_played);
