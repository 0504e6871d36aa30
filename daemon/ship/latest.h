/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The latest value of something, from one thread to another: the writer never waits, the reader
 * gets the newest that was finished, and nothing piles up when the reader does not look for a week
 * (as it would in a ring). Three slots: one being written, one being read, one between them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct latest;

int latest_new(size_t size, struct latest **ret_latest);
void latest_free(struct latest *latest);

/* Writer: the slot to fill (what it holds is old), then make it the latest. */
void *latest_slot(struct latest *latest);
void latest_publish(struct latest *latest);

/* Reader: the newest value, valid until the next call; NULL before the first. */
const void *latest_read(struct latest *latest);
