/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged recordings: what cables, static and students do to a conversation. Each depends on the
 * seed and its number alone. One owner. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sense/recording.h"

/* Behind `made:` of each: who plays it again does not ask what was sent. */
#define WOUNDS_MADE "damaged on purpose"

struct wounds;

int wounds_new(struct wounds **ret_wounds);
void wounds_free(struct wounds *wounds);

/* Learns the events of a good recording; -errno of the file, in its report. */
int wounds_learn(struct wounds *wounds, const char *path, struct report *report);

/* Damaged recording number `number` as text, malloc'ed, closed by NUL; NULL: memory is short. */
char *wounds_make(const struct wounds *wounds, uint64_t seed, uint64_t number, size_t *ret_n);
