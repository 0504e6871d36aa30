/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that comes from another board and goes on here: what its session.json says (class/session_about.h),
 * and the acts by which it is opened. It is the same session that it was there: packed once more and taken once
 * more it is found by its origin, and what is new is added. Its runs are imports, as they came, and stand in its
 * `came`; what groups guessed is acts here, as is who has what, which is dealt anew. */
#pragma once

#include "api/parts.h"
#include "export/about.h"

struct moving;

/* Reads FOLDER/session.json. *ret_moving NULL: there is none, or it does not go on. 0; -EBADMSG with the fault;
 * -EEXIST with it: this board packed it, so all of it is here (by the session and the instant at which it was made,
 * which no two boards share); -ENOMEM. Work thread. */
int moving_read(const char *folder, struct reader *reader, struct moving **ret_moving,
	struct about_fault *ret_fault);
void moving_free(struct moving *moving); /* NULL is well */

/* One of its runs, which is imported. Main thread, as is the next. */
void moving_add(struct moving *moving, const struct run *run);

/* Opens it, or finds it open. 0; or as sessions_do says: then none was left open for it, or *ret_session is the
 * one that could not be ended again (else 0). */
int moving_open(const struct moving *moving, struct parts *parts, uint32_t *ret_session);
