/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is signed in and remembered lives through a restart: DIR/signed-in, which its owner alone may read and
 * which opens nothing (teacher.h says what stands in it).
 *
 * It is written behind the answer, on a work thread: a card that is slow, full or broken keeps no teacher
 * waiting, and then a restart asks for the PIN as ever. Main thread. */
#pragma once

#include <stdbool.h>

#include "base/log.h"
#include "http/teacher.h"
#include "http/work.h"

struct teacher_file {
	struct teacher *teacher;
	struct work *work;

	/* private */
	char path[512], bytes[TEACHER_TEXT];
	size_t n;
	unsigned n_written; /* teacher->n_changes of what is on the card, or is being put there */
	int result;
	bool is_busy;
	struct job job;
	struct log_state state;
};

/* Reads what there is. A file that is damaged, or not there, signs nobody in. */
void teacher_file_open(struct teacher_file *file, struct teacher *teacher, struct work *work,
	const char *directory, struct instant now);

/* Writes, if there is something new. Call it after changes, and each second: it tries again. */
void teacher_file_keep(struct teacher_file *file);

/* After work_stop: writes what is not yet there. */
void teacher_file_close(struct teacher_file *file);
