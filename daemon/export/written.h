/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is written whole into memory before it is sent, and is as long as it is. A work thread's. */
#pragma once

#include "base/text.h"

typedef void written_by(const void *what, struct text *text);

/* Writes `what` into `room` bytes, and into twice as many until it fits. ret_text->at is the caller's to
 * free. 0, -ENOMEM; -EFBIG beyond 64 MiB. */
int written_whole(written_by *write, const void *what, size_t room, struct text *ret_text);
