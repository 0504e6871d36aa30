/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/container.h"
#include "http/files.h"

enum { PIECE_BYTES = 256 << 10, PATH_BYTES = 512 };

struct upload {
	struct uploads *uploads;
	struct MHD_Connection *mhd;
	struct connection *connection;
	struct job job;
	char path[PATH_BYTES];
	int64_t bytes;
	int result;
	bool is_working, is_suspended, is_left;

	/* the work thread's while `is_working`, else main's */
	int fd, write_result;
	size_t n;
	char piece[PIECE_BYTES];
};

static void destroy(struct upload *upload)
{
	if (upload->fd >= 0)
		close(upload->fd);
	unlink(upload->path);
	upload->uploads->n--;
	free(upload);
}

/* --- the work thread --- */

static int open_file(struct upload *upload)
{
	char folder[PATH_BYTES];

	snprintf(folder, sizeof folder, "%s/uploads", upload->uploads->directory);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return -errno;
	upload->fd = open(upload->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return upload->fd < 0 ? -errno : 0;
}

static void write_piece(struct job *job, struct reader *reader)
{
	struct upload *upload = CONTAINER(job, struct upload, job);
	const char *at = upload->piece;
	int r = upload->fd < 0 ? open_file(upload) : 0;

	(void)reader;
	if (r == 0)
		r = card_has_room(upload->path, upload->n);
	while (r == 0 && upload->n > 0) {
		ssize_t written = write(upload->fd, at, upload->n);

		if (written < 0) {
			r = -errno;
		} else {
			at += written;
			upload->n -= (size_t)written;
		}
	}
	upload->n = 0;
	upload->write_result = r;
}

/* --- main --- */

static void piece_written(struct job *job)
{
	struct upload *upload = CONTAINER(job, struct upload, job);

	upload->is_working = false;
	if (upload->result == 0)
		upload->result = job->has_run ? upload->write_result : -EBUSY;
	if (upload->is_left) {
		destroy(upload);
	} else if (upload->is_suspended) {
		upload->is_suspended = false;
		connection_enter(
			upload->connection, CONNECTION_BODY, clock_now(upload->uploads->clock));
		MHD_resume_connection(upload->mhd);
	}
}

static void submit(struct upload *upload)
{
	upload->is_working = work_submit(upload->uploads->work, &upload->job) == 0;
	if (!upload->is_working)
		upload->result = -EBUSY;
}

static void suspend(struct upload *upload)
{
	upload->is_suspended = true;
	connection_enter(upload->connection, CONNECTION_WAIT, clock_now(upload->uploads->clock));
	MHD_suspend_connection(upload->mhd);
}

int upload_new(struct uploads *uploads, struct MHD_Connection *mhd, struct connection *connection,
	struct upload **ret_upload)
{
	struct upload *upload;

	if (uploads->n == UPLOADS_MOST)
		return -EBUSY;
	upload = calloc(1, sizeof *upload);
	if (!upload)
		return -ENOMEM;
	uploads->n++;
	upload->uploads = uploads;
	upload->mhd = mhd;
	upload->connection = connection;
	upload->fd = -1;
	upload->job = (struct job){.run = write_piece, .done = piece_written};
	snprintf(upload->path, sizeof upload->path, "%s/uploads/%u", uploads->directory,
		++uploads->number);
	*ret_upload = upload;
	return 0;
}

void upload_free(struct upload *upload)
{
	if (!upload)
		return;
	upload->is_left = true;
	if (!upload->is_working)
		destroy(upload);
}

size_t upload_take(struct upload *upload, const char *bytes, size_t n)
{
	if (upload->result < 0)
		return n;
	if (upload->is_working) {
		suspend(upload);
		return 0;
	}
	if (upload->bytes + (int64_t)n > UPLOAD_BYTES) {
		upload->result = -EFBIG;
		return n;
	}
	if (n > PIECE_BYTES - upload->n)
		n = PIECE_BYTES - upload->n;
	memcpy(upload->piece + upload->n, bytes, n);
	upload->n += n;
	upload->bytes += (int64_t)n;
	connection_enter(upload->connection, CONNECTION_BODY, clock_now(upload->uploads->clock));
	if (upload->n == PIECE_BYTES)
		submit(upload);
	return n;
}

bool upload_finish(struct upload *upload)
{
	if (!upload->is_working && upload->result == 0 && upload->n > 0)
		submit(upload);
	if (upload->is_working)
		suspend(upload);
	return !upload->is_working;
}

int upload_result(const struct upload *upload)
{
	return upload->result;
}

const char *upload_path(const struct upload *upload)
{
	return upload->path;
}
