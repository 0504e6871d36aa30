/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/teacher_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "data/file.h"

#define LOG_TAG "http"

static void write_down(struct job *job, struct reader *reader)
{
	struct teacher_file *file = CONTAINER(job, struct teacher_file, job);

	(void)reader;
	file->result = file_write_secret(file->path, file->bytes, file->n);
}

static void take_down(struct teacher_file *file)
{
	struct text text = text_over(file->bytes, sizeof file->bytes);

	teacher_write(file->teacher, &text);
	file->n = text.length;
	file->n_written = file->teacher->n_changes;
}

static void tell(struct teacher_file *file)
{
	if (file->result < 0)
		log_state_set(&file->state, LOG_WARN, LOG_TAG,
			"%s: %s; look at the card. After a restart the teacher types the PIN again",
			file->path, strerror(-file->result));
	else
		log_state_clear(&file->state, LOG_TAG, "%s is written again", file->path);
}

static void written(struct job *job)
{
	struct teacher_file *file = CONTAINER(job, struct teacher_file, job);

	file->is_busy = false;
	if (!job->has_run || file->result < 0)
		file->n_written = file->teacher->n_changes - 1;
	if (job->has_run)
		tell(file);
}

void teacher_file_open(struct teacher_file *file, struct teacher *teacher, struct work *work,
	const char *directory, struct instant now)
{
	*file = (struct teacher_file){
		.teacher = teacher, .work = work, .job = {.run = write_down, .done = written}};
	snprintf(file->path, sizeof file->path, "%s/signed-in", directory);
	if (file_read_plain(file->path, file->bytes, sizeof file->bytes - 1, &file->n) == 0) {
		file->bytes[file->n] = '\0';
		teacher_read(teacher, file->bytes, now);
	}
	file->n_written = teacher->n_changes;
}

void teacher_file_keep(struct teacher_file *file)
{
	if (file->is_busy || file->n_written == file->teacher->n_changes)
		return;
	take_down(file);
	file->is_busy = work_submit(file->work, &file->job) == 0;
	if (!file->is_busy)
		file->n_written = file->teacher->n_changes - 1;
}

void teacher_file_close(struct teacher_file *file)
{
	if (!file->work || file->n_written == file->teacher->n_changes)
		return;
	take_down(file);
	file->result = file_write_secret(file->path, file->bytes, file->n);
	tell(file);
}
