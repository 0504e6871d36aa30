/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a write request: rows become lines, and any portion of the lines becomes bytes to
 * post, gzipped if wanted. Bounded, allocated once, reused. Belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "ship/series.h"

struct body;

/* At most so many lines and bytes (before gzip; bytes >= 16 KiB). */
int body_new(size_t most_lines, size_t most_bytes, bool is_gzipped, struct body **ret_body);
void body_free(struct body *body);

/* Empties it. */
void body_reset(struct body *body);

/* The bound in bytes from now on, at most the one it was made with; a body always takes one
 * line. */
void body_limit(struct body *body, size_t most_bytes);

/* Appends one row, with the uncertainty of its stamp if that is not 0: one line, or none when the row
 * has no number at all. -ENOSPC when the body is full. */
int body_add(struct body *body, const struct series *series, struct instant stamp,
	const double *values, int64_t uncertainty_ns, struct wall wall);

size_t body_lines(const struct body *body);
struct instant body_stamp(const struct body *body, size_t line);

/* The text of lines from .. to-1; borrowed until body_reset. */
const char *body_text(const struct body *body, size_t from, size_t to, size_t *ret_n);

/* The bytes to post for lines from .. to-1; borrowed until the next call or body_reset. */
int body_encode(struct body *body, size_t from, size_t to, const char **ret_bytes, size_t *ret_n);
