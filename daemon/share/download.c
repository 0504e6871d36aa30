/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One job object that is submitted again for each bufferful. The first bufferful is there before
 * the status line goes out, so that a stream that does not exist is a 404 and not an empty file;
 * what fails later breaks the connection, so that nobody takes half a file for a whole one. */
#include "share/download.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "share/ask.h"
#include "share/refinements.h"

static const int64_t LOOK_NS = 100 * NS_PER_MS;
/* A batch leaves sense 20 ms after its oldest row, and a stamp may be some milliseconds old by
 * then: so long after an instant the feed has every row before it. */
static const int64_t SETTLE_NS = 100 * NS_PER_MS;
static const int64_t PATIENCE_NS = 5 * (int64_t)NS_PER_S;

struct download {
	struct source source;
	struct job job;
	struct work *work;
	struct downloads *downloads;
	struct request *request; /* until it is answered */
	struct download *next;   /* of those that wait for the card */
	struct instant give_up;

	/* the work thread's while `is_working`, else main's */
	struct extract extract;
	int result;

	/* main's */
	size_t sent;
	bool is_working, is_left;
};

static void download_free(struct download *download)
{
	extract_clear(&download->extract);
	free(download);
}

/* On the work thread. */
static void fill_buffer(struct job *job, struct reader *reader)
{
	struct download *download = CONTAINER(job, struct download, job);

	download->result =
		reader ? extract_fill(&download->extract, reader, &job->is_cancelled) : -ENODEV;
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
	size_t left = download->extract.text.length - download->sent;
	if (left == 0) {
		if (download->extract.is_over)
			return SOURCE_END;
		submit(download); /* from here on all but main's own fields are the thread's */
		return download->is_working ? 0 : SOURCE_FAILED;
	}
	if (left > room)
		left = room;
	memcpy(ret_bytes, download->extract.text.at + download->sent, left);
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

/* A file of which nothing but a comment would be left. */
static bool lacks_hour(const struct download *download)
{
	return download->extract.is_over && export_lacks_hour(&download->extract.exporter);
}

/* The first that was asked for and is not there; 0: none. */
static uint32_t unknown_stream(const struct download *download)
{
	const struct extract_options *options = &download->extract.options;

	for (size_t i = 0; i < options->n_streams; i++) {
		size_t k = 0;

		while (k < download->extract.exporter.n_streams &&
			download->extract.streams[k].stream.id != options->streams[i])
			k++;
		if (k == download->extract.exporter.n_streams)
			return options->streams[i];
	}
	return 0;
}

static void refuse_uneven(struct request *request, uint32_t stream)
{
	char zh[160], en[160];

	snprintf(zh, sizeof zh,
		"数据流 %u 的读数不是按固定间隔来的，没有均匀时间。改用 stamps=live。", stream);
	snprintf(en, sizeof en,
		"The rows of stream %u come at no regular time, so they have no even stamps. Take "
		"stamps=live.",
		stream);
	request_refuse(request, 400, "not_periodic", zh, en);
}

static void refuse(const struct download *download)
{
	struct request *request = download->request;
	uint32_t unknown = download->result == -ENOENT ? unknown_stream(download) : 0;

	if (unknown)
		refuse_no_stream(request, unknown);
	else if (download->result == -ENOENT)
		refuse_unknown(request, "这段时间没有数据。", "There are no data in this range.");
	else if (download->result == -EDOM)
		refuse_uneven(request, download->extract.uneven);
	else if (download->result == -E2BIG && download->extract.exporter.n_streams > 0)
		request_refuse(request, 400, "too_many_rows",
			"均匀时间最多能算 50 万行。用 from_us 和 to_us 选短一些的一段。",
			"Even stamps are made of 500 000 rows at most. Choose a shorter part by "
			"from_us and to_us.");
	else if (download->result == -E2BIG || download->result == -EMSGSIZE)
		request_refuse(request, 400, "too_many_streams",
			"一次最多导出 64 组数据。分几次导出。",
			"At most 64 streams fit into one file. Export fewer at a time.");
	else if (lacks_hour(download))
		request_refuse(request, 404, "no_hour",
			"line protocol 要写时刻，可这些数据没人知道是几点记的。让板子连上网；板子的钟若是准的，"
			"就在配置里写 wall_clock: system。也可以改用 csv 导出。",
			"Line protocol needs the hour, and nobody has told it for these data. Give the "
			"board a network, or set wall_clock: system if its clock is right; or export "
			"as csv.");
	else
		refuse_busy(request);
}

static void begin_answer(struct download *download)
{
	struct request *request = download->request;
	enum export_format format = download->extract.options.format;
	char buffer[128];
	struct text name = text_over(buffer, sizeof buffer);

	if (!download->job.has_run || download->result < 0 || lacks_hour(download)) {
		refuse(download);
		download_free(download);
		return;
	}
	text_addf(&name, "attachment; filename=\"%s.%s\"", download->extract.options.file,
		format == EXPORT_CSV ? "csv" : "lp");
	request_add_header(request, "Content-Disposition", name.at);
	download->request = NULL;
	request_answer_source(request, 200, export_type(format), &download->source);
}

/* A better map that had to be made is kept, if all that counts for it was on the card. */
static void keep_made(struct download *download)
{
	struct downloads *downloads = download->downloads;
	const struct extract *extract = &download->extract;
	struct refinement *made;

	if (!extract->restamps || extract->is_preparing || download->result < 0)
		return;
	while ((made = restamps_take_made(extract->restamps)))
		if (!refinements_are_due(downloads->store, extract->options.run_to) ||
			keep_order_refinement(downloads->keep, made) < 0)
			free(made);
}

static void buffer_filled(struct job *job)
{
	struct download *download = CONTAINER(job, struct download, job);

	download->is_working = false;
	keep_made(download);
	if (download->request && job->has_run && download->result == 0 &&
		download->extract.is_preparing) {
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
	return instant_add(download->extract.options.to, SETTLE_NS);
}

/* Is there nothing (more) to wait for? Then what the card lacks is noted. */
static bool is_time(struct downloads *downloads, struct download *download, struct instant now)
{
	struct instant durable = downloads->store->durable;

	if (durable.ns >= wanted(download).ns)
		return true;
	if (now.ns < download->give_up.ns && !downloads->store->last_error)
		return false;
	download->extract.exporter.lacks_end = true;
	download->extract.exporter.kept_to = durable.ns > download->extract.options.from.ns
		? durable
		: download->extract.options.from;
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

void download_start(
	struct downloads *downloads, struct request *request, const struct extract_options *options)
{
	struct download *download = calloc(1, sizeof *download);

	if (!download) {
		refuse_busy(request);
		return;
	}
	download->source = (struct source){.read = read_download, .closed = download_left};
	download->job = (struct job){.run = fill_buffer, .done = buffer_filled};
	download->work = downloads->work;
	download->downloads = downloads;
	download->extract.catalogue = downloads->catalogue;
	download->request = request;
	download->extract.options = *options;
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
