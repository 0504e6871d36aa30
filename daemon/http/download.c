/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job object that is submitted again for each piece. The first piece is there before
 * the status line goes out, so that a stream that does not exist is a 404 and not an empty file;
 * what fails later breaks the connection, so that nobody takes half a file for a whole one. */
#include "http/download.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/text.h"
#include "http/ask.h"

static const int64_t LOOK_NS = 100 * NS_PER_MS;
/* A batch leaves sense 20 ms after its oldest row, and a stamp may be some milliseconds old by
 * then: so long after an instant the feed has every row before it. */
static const int64_t SETTLE_NS = 100 * NS_PER_MS;
static const int64_t PATIENCE_NS = 5 * (int64_t)NS_PER_S;

struct download {
	struct source source;
	struct job job;
	struct work *work;
	struct request *request; /* until it is answered */
	struct download *next;   /* of those that wait for the card */
	struct instant give_up;

	/* the work thread's while `is_working`, else main's */
	struct product *product;
	int result;

	/* main's */
	size_t sent;
	bool is_working, is_left;
};

static void download_free(struct download *download)
{
	download->product->kind->free(download->product);
	free(download);
}

/* On the work thread. */
static void fill_buffer(struct job *job, struct reader *reader)
{
	struct download *download = CONTAINER(job, struct download, job);

	struct product *product = download->product;

	download->result =
		reader ? product->kind->fill(product, reader, &job->is_cancelled) : -ENODEV;
}

static void submit(struct download *download)
{
	download->sent = 0;
	download->is_working = work_submit(download->work, &download->job) == 0;
	if (!download->is_working)
		download->result = -EBUSY;
}

static ssize_t read_download(struct source *source, char *ret_bytes, size_t room)
{
	struct download *download = CONTAINER(source, struct download, source);

	if (download->is_working)
		return 0;
	if (download->result < 0)
		return SOURCE_FAILED;
	size_t left = download->product->n_bytes - download->sent;
	if (left == 0) {
		if (download->product->is_over)
			return SOURCE_END;
		submit(download); /* from here on all but main's own fields are the thread's */
		return download->is_working ? 0 : SOURCE_FAILED;
	}
	if (left > room)
		left = room;
	memcpy(ret_bytes, (const char *)download->product->bytes + download->sent, left);
	download->sent += left;
	return (ssize_t)left;
}

static void download_left(struct source *source)
{
	struct download *download = CONTAINER(source, struct download, source);

	if (download->is_working) { /* freed when the thread gives it back */
		atomic_store(&download->job.is_cancelled, true);
		download->is_left = true;
	} else {
		download_free(download);
	}
}

static void begin_answer(struct download *download)
{
	struct request *request = download->request;
	struct product *product = download->product;
	char buffer[128];
	struct text name = text_over(buffer, sizeof buffer);
	int result = download->job.has_run ? download->result : -EBUSY;

	if (product->kind->refuse(product, request, result)) {
		download_free(download);
		return;
	}
	if (product->file[0]) {
		text_addf(&name, "attachment; filename=\"%s\"", product->file);
		request_add_header(request, "Content-Disposition", name.at);
	}
	download->request = NULL;
	request_answer_source(request, 200, product->type, &download->source);
}

static void buffer_filled(struct job *job)
{
	struct download *download = CONTAINER(job, struct download, job);

	struct product *product = download->product;

	download->is_working = false;
	if (job->has_run && download->result == 0 && product->kind->filled)
		product->kind->filled(product);
	if (download->request && job->has_run && download->result == 0 && product->is_preparing) {
		submit(download);
		if (download->is_working)
			return;
	}
	if (download->request) {
		begin_answer(download);
		return;
	}
	if (!job->has_run)
		download->result = -ECANCELED;
	if (download->is_left)
		download_free(download);
	else
		source_wake(&download->source);
}

/* False: it was refused, and is gone. */
static bool begin(struct download *download)
{
	submit(download);
	if (download->is_working)
		return true;
	refuse_busy(download->request);
	download_free(download);
	return false;
}

/* --- waiting for the card --- */

static struct instant wanted(const struct download *download)
{
	return instant_add(download->product->to, SETTLE_NS);
}

/* Is there nothing (more) to wait for? Then what the card lacks is noted. */
static bool is_time(struct downloads *downloads, struct download *download, struct instant now)
{
	if (download->product->import)
		return true;

	struct instant durable = downloads->store->durable;

	if (durable.ns >= wanted(download).ns)
		return true;
	if (now.ns < download->give_up.ns && !downloads->store->last_error)
		return false;
	download->product->kind->lack(download->product, durable);
	return true;
}

static void look_again(struct downloads *downloads)
{
	struct instant now = clock_now(downloads->clock);
	bool is_order_due = false, has_refused = false;

	for (struct download **at = &downloads->waiting; *at;) {
		struct download *download = *at;

		if (is_time(downloads, download, now)) {
			*at = download->next;
			has_refused |= !begin(download);
		} else {
			is_order_due |= now.ns >= wanted(download).ns;
			at = &download->next;
		}
	}
	if (is_order_due && !downloads->is_ordered)
		downloads->is_ordered = keep_order_commit(downloads->keep) == 0;
	if (!downloads->waiting)
		timer_cancel(&downloads->look);
	if (has_refused)
		downloads->refused(downloads->self);
}

static void look(struct timer *timer, struct instant now)
{
	(void)now;
	look_again(CONTAINER(timer, struct downloads, look));
}

void downloads_told(struct downloads *downloads)
{
	downloads->is_ordered = false;
	look_again(downloads);
}

void downloads_init(struct downloads *downloads)
{
	downloads->look.due = look;
}

void downloads_clear(struct downloads *downloads)
{
	struct download *next;

	timer_cancel(&downloads->look);
	for (struct download *download = downloads->waiting; download; download = next) {
		next = download->next;
		refuse_busy(download->request);
		download_free(download);
	}
	downloads->waiting = NULL;
}

void download_start(struct downloads *downloads, struct request *request, struct product *product)
{
	struct download *download = calloc(1, sizeof *download);

	if (!download) {
		product->kind->free(product);
		refuse_busy(request);
		return;
	}
	download->source = (struct source){.read = read_download, .closed = download_left};
	download->job =
		(struct job){.import = product->import, .run = fill_buffer, .done = buffer_filled};
	download->work = downloads->work;
	download->request = request;
	download->product = product;
	download->give_up = instant_add(clock_now(downloads->clock), PATIENCE_NS);
	if (is_time(downloads, download, clock_now(downloads->clock))) {
		if (begin(download))
			request_wait(request);
		return;
	}
	request_wait(request);
	if (!downloads->waiting)
		timer_every(downloads->loop, &downloads->look, LOOK_NS);
	download->next = downloads->waiting;
	downloads->waiting = download;
}
