/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /runs/{id}/package, which http/download.h sends, and GET /runs/{id}/streams. */
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "export/import.h"
#include "export/imports.h"
#include "export/package.h"
#include "export/run_about.h"

static struct instant end_of(const struct run *run, struct instant now)
{
	return run->to.ns == INT64_MAX ? now : run->to;
}

static const struct lesson *lesson_of(const struct parts *parts, const struct run *run)
{
	return run->lesson[0] ? shelf_find(parts->shelf, run->lesson) : NULL;
}

void handle_package(void *self, struct request *request)
{
	struct parts *parts = self;
	struct instant now = clock_now(parts->clock);
	struct package_options options = {
		.board = parts->board, .directory = parts->config->data, .n_runs = 1};
	struct text file = text_over(options.file, sizeof options.file);
	struct product *product;
	const struct run *run;

	if (!parts_ask_run(parts, request, &run))
		return;
	options.runs = calloc(1, sizeof *options.runs);
	if (!options.runs) {
		refuse_busy(request);
		return;
	}
	options.runs->run = *run;
	options.runs->lesson = lesson_of(parts, run);
	options.runs->import = import_of(run->id);
	options.runs->hides = classes_hides(parts, request, run);
	options.runs->run.to = options.to = end_of(run, now);
	text_addf(&file, import_of(run->id) ? "kitlog-import-%u" : "kitlog-run-%u",
		import_of(run->id) ? import_of(run->id) : run->number);
	if (package_product_new(&options, &product) < 0)
		refuse_busy(request);
	else
		download_start(&parts->downloads, request, product);
}

/* --- of a session --- */

static bool is_of(const struct run *run, uint32_t session)
{
	return run->session == session && !run->is_withdrawn;
}

static struct session_about_options session_options(
	const struct parts *parts, const struct request *request, uint32_t id)
{
	const struct session *session =
		parts->sessions.is_known ? classroom_session(parts->sessions.room, id) : NULL;
	const struct runs *runs = &parts->runs;
	struct session_about_options options = {.session = id,
		.board = parts->board,
		.now = clock_now(parts->clock),
		.shows_all = classes_shows_all(parts, request, session),
		.own = session ? classes_member(parts, request, session) : 0};

	options.has_guessed =
		options.own && classes_shows_guess(parts, request, session, options.own);

	for (size_t i = 0; i < runs->n && !options.lesson; i++)
		if (is_of(&runs->run[i], id) && runs->run[i].lesson[0])
			options.lesson = shelf_find(parts->shelf, runs->run[i].lesson);
	return options;
}

/* What belongs to a session that goes on elsewhere, and is no run of it: what it came with, and what groups typed
 * that recorded nothing. */
static void add_moving(
	const struct parts *parts, const struct session *session, struct package_options *options)
{
	bool has_run[CLASSROOM_GROUPS + 1] = {false};

	for (size_t i = 0; i < session->n_runs; i++)
		has_run[session->runs[i].group] = true;
	for (size_t i = 0; i < session->n_came; i++) {
		const struct run *run = parts_find_run(parts, session->came[i].run);

		if (run)
			options->runs[options->n_runs++] =
				(struct package_run){.run = *run, .import = import_of(run->id)};
	}
	for (unsigned group = 1; group <= session->n_groups; group++) {
		struct package_run *to = &options->runs[options->n_runs];

		if (has_run[group])
			continue;
		*to = (struct package_run){.run = {.session = session->id,
						   .group = group,
						   .from = session->made,
						   .to = session->ended}};
		text_copy(to->run.title, sizeof to->run.title, session->title);
		text_copy(to->run.lesson, sizeof to->run.lesson, session->lesson);
		options->n_runs++;
	}
}

/* It is over, or its runs would go on behind what is packed; NULL: refused. */
static const struct session *moving(const struct parts *parts, struct request *request, uint32_t id)
{
	const struct session *session =
		parts->sessions.is_known ? classroom_session(parts->sessions.room, id) : NULL;

	if (!parts_is_teacher(parts, request))
		request_refuse(request, 401, "teacher_only", "先输入老师的 PIN。",
			"Enter the teacher's PIN first.");
	else if (!session)
		refuse_unknown(request, "这节课不在手边了；只有开着的和刚下的课能带走。",
			"This session is not at hand any more; open ones and those that ended last can "
			"move.");
	else if (session_is_open(session))
		request_refuse(request, 409, "is_open", "课还开着；先下课，再带走。",
			"The session is still open; end it first, then it can move.");
	else
		return session;
	return NULL;
}

void handle_session_package(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct runs *runs = &parts->runs;
	struct package_options options = {
		.board = parts->board, .directory = parts->config->data, .has_folders = true};
	struct text file = text_over(options.file, sizeof options.file);
	struct instant now = clock_now(parts->clock);
	const struct session *moves = NULL;
	struct product *product;
	uint32_t id;

	if (!ask_id(request, 0, &id))
		return;
	if (!runs->is_known) {
		refuse_busy(request);
		return;
	}
	if (request_query(request, "move") && !(moves = moving(parts, request, id)))
		return;
	options.runs = calloc(runs->n + SESSION_CAME + CLASSROOM_GROUPS + 1, sizeof *options.runs);
	if (!options.runs) {
		refuse_busy(request);
		return;
	}
	for (size_t i = 0; i < runs->n; i++) {
		struct run *to = &options.runs[options.n_runs].run;

		if (!is_of(&runs->run[i], id))
			continue;
		*to = runs->run[i];
		options.runs[options.n_runs].lesson = lesson_of(parts, to);
		to->to = end_of(to, now);
		options.runs[options.n_runs].hides = classes_hides(parts, request, &runs->run[i]);
		if (to->to.ns > options.to.ns)
			options.to = to->to;
		options.n_runs++;
	}
	options.session = session_options(parts, request, id);
	options.session.goes_on = moves;
	if (moves)
		add_moving(parts, moves, &options);
	if (moves && options.n_runs > IMPORTS_MOST) { /* which no board would take */
		free(options.runs);
		request_refuse(request, 409, "too_many",
			"这节课的记录超过 500 次，一块板子放不下，不能带走；要紧的用 kitlog run package 一次一次带。",
			"This session has more than the 500 runs that a board takes, so it cannot move; "
			"take along those that matter one by one (kitlog run package).");
		return;
	}
	text_addf(&file, "kitlog-session-%u", id);
	if (options.n_runs == 0 && !moves) {
		free(options.runs);
		refuse_unknown(
			request, "这节课还没有记录。", "There is no run in this session yet.");
	} else if (package_product_new(&options, &product) < 0) {
		refuse_busy(request);
	} else {
		download_start(&parts->downloads, request, product);
	}
}

/* --- which streams a run has --- */

struct asking {
	struct inquiry inquiry;
	struct run run;
	struct about about;
};

static int ask_store(struct inquiry *inquiry, struct reader *reader)
{
	struct asking *asking = CONTAINER(inquiry, struct asking, inquiry);
	const struct run_about_options options = {.directory = inquiry->parts->config->data,
		.import = inquiry->job.import,
		.own = {.board = inquiry->parts->board,
			.run = &asking->run,
			.kept = asking->run.to,
			.hides = HIDES_NOTES}};
	int r = run_about(reader, &options, &asking->about);

	return r == -ENOENT ? 0 : r; /* it has none */
}

static void answer_streams(struct inquiry *inquiry)
{
	const struct asking *asking = CONTAINER(inquiry, struct asking, inquiry);
	struct text text = answer_begin(inquiry->parts);

	text_addf(&text, "{\"run\":%u,\"streams\":", asking->run.id);
	about_write_streams(&asking->about, &text);
	text_add(&text, "}\n");
	answer_send(inquiry->request, 200, &text);
}

static void clear_asking(struct inquiry *inquiry)
{
	about_clear(&CONTAINER(inquiry, struct asking, inquiry)->about);
}

static const struct inquiry_kind STREAMS = {
	.look = ask_store, .answer = answer_streams, .clear = clear_asking};

void handle_run_streams(void *self, struct request *request)
{
	struct parts *parts = self;
	struct asking *asking;
	const struct run *run;

	if (!parts_ask_run(parts, request, &run))
		return;
	asking = inquiry_new(parts, request, &STREAMS, sizeof *asking);
	if (!asking)
		return;
	asking->inquiry.job.import = import_of(run->id);
	asking->run = *run;
	asking->run.to = end_of(run, clock_now(parts->clock));
	inquiry_ask(&asking->inquiry);
}
