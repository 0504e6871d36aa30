/* SPDX-License-Identifier: GPL-3.0-or-later */
/* POST /import: the zip is on the card already (http/upload.h); the slow work thread unpacks it and makes a
 * store of each run in it. All of them come in, or none; those of a class that are here already stay as they are.
 * A session that is to go on here (session.json says so) is opened behind them (api/moving.h). A lesson's sample is
 * named instead, by JSON: it lies unpacked on the shelf, and comes in once. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/container.h"
#include "http/ask.h"
#include "http/files.h"
#include "api/classes.h"
#include "api/handlers.h"
#include "api/moving.h"
#include "export/import.h"
#include "export/sums.h"
#include "history/import_place.h"
#include "live/json.h"
#include "export/unpack.h"

#define LOG_TAG "imports"
#include "base/log.h"

enum { PATH_BYTES = 512 };

struct importing {
	struct job job;
	struct parts *parts;
	struct request *request;
	const char *directory, *zip;
	char sample[PATH_BYTES]; /* its folder; "": it is the zip */

	/* the work thread's until it is done */
	uint32_t first; /* number of its first run */
	size_t most;    /* so many more have a place */
	struct imported runs[IMPORTS_MOST];
	size_t n;
	uint32_t found;             /* the sample is here: its import */
	uint32_t had[IMPORTS_MOST]; /* imports that are here already, of a zip of several */
	size_t n_had;
	struct moving *moving; /* the session that goes on here; NULL: none does */
	int result;
	struct about_fault fault;
};

/* --- the work thread --- */

/* The list stays as it is while one comes (is_changing). */
static int refuse_same(struct importing *in)
{
	const struct imported *same = imports_same(&in->parts->imports, &in->runs[in->n - 1]);
	const struct run *run = same ? &same->run : NULL;
	char group_zh[32] = "", group_en[32] = "";

	if (!run)
		return 0;
	in->had[in->n_had] = same->import;
	if (run->group) {
		snprintf(group_zh, sizeof group_zh, " %u 组第 %u 次", run->group, run->number);
		snprintf(group_en, sizeof group_en, ", group %u, run %u", run->group, run->number);
	}
	snprintf(in->fault.zh, sizeof in->fault.zh,
		"“%s”%s已经在存档里了（%u 号），没有再导入。要重新导入，先删掉那一次。", run->title,
		group_zh, run->id);
	snprintf(in->fault.en, sizeof in->fault.en,
		"\"%s\"%s is among the imported runs already (number %u); nothing was imported. To "
		"import it anew, delete that one first.",
		run->title, group_en, run->id);
	return -EEXIST;
}

/* `within`: what its files are called by, in a zip of several runs. */
static int import_one(struct importing *in, const char *folder, const char *within)
{
	uint32_t number = in->first + (uint32_t)in->n;
	int r;

	if (in->n == in->most) {
		snprintf(in->fault.zh, sizeof in->fault.zh,
			"导入的记录最多 500 次，放不下这些。先删掉不用的（kitlog run delete）。");
		snprintf(in->fault.en, sizeof in->fault.en,
			"A board holds 500 imported runs, and these would be more. Delete some that nobody "
			"needs (kitlog run delete).");
		return -EMLINK;
	}
	if (in->n + in->n_had == IMPORTS_MOST) {
		snprintf(
			in->fault.zh, sizeof in->fault.zh, "一次最多导入 500 次记录。分几次导入。");
		snprintf(in->fault.en, sizeof in->fault.en,
			"At most 500 runs are imported at a time. Import them in parts.");
		return -EBADMSG;
	}
	/* The sample of a lesson is its author's to change. */
	r = in->sample[0] ? 0 : sums_check(folder, within, &in->fault);
	if (r == 0)
		r = import_folder(in->directory, number, folder, &in->job.is_cancelled, &in->fault);
	if (r == 0)
		in->n++; /* what goes wrong from here on removes it, too */
	if (r == 0)
		r = imports_look(in->directory, number, &in->runs[in->n - 1]);
	return r == 0 ? refuse_same(in) : r;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strverscmp((*a)->d_name, (*b)->d_name);
}

static int is_folder(const struct dirent *found)
{
	return found->d_type == DT_DIR && found->d_name[0] != '.';
}

static void remove_last(struct importing *in)
{
	char path[PATH_BYTES];

	in->n--;
	if (import_path(in->directory, in->first + (uint32_t)in->n, path, sizeof path) == 0)
		folder_remove(path);
}

/* One of several: it may be here since an earlier time, and the others still come. */
static int import_another(struct importing *in, const char *folder, const char *within)
{
	int r = import_one(in, folder, within);

	if (r != -EEXIST)
		return r;
	remove_last(in);
	in->n_had++;
	return 0;
}

/* Run by run, in the order of their folders' names. */
static int import_folders(struct importing *in, const char *folder)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_folder, by_name), r = n < 0 ? -errno : 0;

	for (int i = 0; i < n; i++) {
		char path[PATH_BYTES + 260], within[260];

		snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
		snprintf(within, sizeof within, "%s/", names[i]->d_name);
		if (r == 0)
			r = import_another(in, path, within);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return r;
}

static int import_all(struct importing *in, const char *folder, struct reader *reader)
{
	char path[PATH_BYTES + 16];
	int r = unpack(in->zip, folder, &in->job.is_cancelled, &in->fault);

	if (r < 0)
		return r;
	snprintf(path, sizeof path, "%s/run.json", folder);
	if (access(path, F_OK) == 0)
		return import_one(in, folder, "");
	r = moving_read(folder, reader, &in->moving, &in->fault);
	if (r == 0)
		r = import_folders(in, folder);
	if (r < 0 || in->n > 0 || in->moving)
		return r;
	if (in->n_had > 0) /* all of them, of which the sentence names the last */
		return -EEXIST;
	return import_one(in, folder, ""); /* which says what is missing */
}

/* Where one of them cannot be read, the import will say so. */
static bool is_same(const char *one, const char *other)
{
	char *a = NULL, *b = NULL;
	size_t n_a = 0, n_b = 0;
	bool answer = file_load(one, &a, &n_a) == 0 && file_load(other, &b, &n_b) == 0 &&
		n_a == n_b && memcmp(a, b, n_a) == 0;

	free(a);
	free(b);
	return answer;
}

/* A run.json names its streams, marks and readings: the same one is the same run. */
static int import_sample(struct importing *in)
{
	const struct imports *imports = &in->parts->imports;
	char own[PATH_BYTES + 16], path[PATH_BYTES + 16];

	snprintf(own, sizeof own, "%s/run.json", in->sample);
	for (size_t i = 0; i < imports->n; i++) {
		if (import_path(in->directory, imports->all[i].import, path, PATH_BYTES) < 0)
			continue;
		strcat(path, "/run.json");
		if (is_same(own, path)) {
			in->found = imports->all[i].import;
			return 0;
		}
	}
	return import_one(in, in->sample, "");
}

static int import_zip(struct importing *in, struct reader *reader)
{
	char folder[PATH_BYTES - 8];
	int r;

	snprintf(folder, sizeof folder, "%s/imports/%u.in", in->directory, in->first);
	folder_remove(folder);
	r = mkdir(folder, 0700) < 0 ? -errno : import_all(in, folder, reader);
	folder_remove(folder);
	return r;
}

static void remove_runs(struct importing *in)
{
	char path[PATH_BYTES];

	for (size_t i = 0; i < in->n; i++)
		if (import_path(in->directory, in->first + (uint32_t)i, path, sizeof path) == 0)
			folder_remove(path);
	in->n = 0;
}

static void run_import(struct job *job, struct reader *reader)
{
	struct importing *in = CONTAINER(job, struct importing, job);
	char folder[PATH_BYTES - 8];

	snprintf(folder, sizeof folder, "%s/imports", in->directory);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
		in->result = -errno;
		return;
	}
	in->result = in->sample[0] ? import_sample(in) : import_zip(in, reader);
	if (in->result < 0)
		remove_runs(in);
}

/* --- main --- */

static void add_imported(const struct imported *imported, struct text *text)
{
	json_run(text, &imported->run, imported->has_wall ? &imported->wall : NULL,
		imported->wall_uncertainty_ns);
	text->length--; /* the object goes on */
	text_addf(text, ",\"is_imported\":true,\"bytes\":%" PRIu64 "}", imported->bytes);
}

void write_imported(const struct parts *parts, struct text *text)
{
	text_add(text, "{\"runs\":[");
	for (size_t i = 0; i < parts->imports.n; i++) {
		text_add(text, i > 0 ? "," : "");
		add_imported(&parts->imports.all[i], text);
	}
	text_add(text, "]}\n");
}

bool write_imported_run(const struct parts *parts, uint32_t id, struct text *text)
{
	const struct imported *imported = imports_find(&parts->imports, id);

	if (!imported || imported->run.id != id)
		return false;
	add_imported(imported, text);
	return true;
}

static void refuse_card(struct request *request, int result)
{
	if (result == -ENOSPC || result == -EDQUOT)
		request_refuse(request, 507, "card_full",
			"存储卡快满了（留着 32 MB 给记录），没有导入。删掉不用的导入（kitlog run "
			"delete）或卡上别的文件再试。",
			"The card is full but for 32 MB that are left for readings, so nothing was "
			"imported. Delete imports that nobody needs (kitlog run delete), or other files, "
			"and try again.");
	else if (result == -EFBIG)
		request_refuse(request, 413, "too_large", "文件太大，最多 512 MiB。分几次导入。",
			"The file is too large: at most 512 MiB. Import it in parts.");
	else
		refuse_busy(request);
}

static void answer_runs(struct importing *in, uint32_t session)
{
	struct text text = answer_begin(in->parts);

	text_add(&text, "{\"runs\":[");
	if (in->found)
		add_imported(imports_find(&in->parts->imports, import_run_id(in->found)), &text);
	for (size_t i = 0; i < in->n; i++) {
		text_add(&text, i > 0 ? "," : "");
		add_imported(&in->runs[i], &text);
	}
	text_addf(&text, "],\"were_here\":%zu", in->n_had + (in->found != 0));
	if (session)
		text_addf(&text, ",\"session\":%u", session);
	text_add(&text, "}\n");
	answer_send(in->request, in->n > 0 ? 201 : 200, &text);
}

/* The runs are here, whatever the session's fate. */
static void refuse_unopened(struct importing *in, int result, uint32_t left)
{
	char zh[320], en[320], zh_left[120] = "", en_left[120] = "";
	bool is_too_much = result == -EMSGSIZE || result == ACT_FULL;

	if (left) {
		snprintf(zh_left, sizeof zh_left, "这里还开着一节空课（第 %u 节）：先下课。", left);
		snprintf(en_left, sizeof en_left,
			" An empty session was left open (session %u): end it first.", left);
	}
	snprintf(zh, sizeof zh, "记录都导入了，可是课没有接上：%s%s",
		is_too_much ? "一节课接不了这么多次记录。它们在存档里，可以另开一节课。"
			    : "现在写不进日志。过一会儿，同一个文件再来一次。",
		zh_left);
	snprintf(en, sizeof en, "The runs were imported, but the session does not go on here: %s%s",
		is_too_much
			? "they are more than one session can take. They are among the saved runs; "
			  "begin a new session beside them."
			: "it cannot be written now. Take the same file again in a while.",
		en_left);
	request_refuse(
		in->request, is_too_much ? 409 : 503, is_too_much ? "too_many" : "busy", zh, en);
}

/* Its runs are on the card; with them it is opened. */
static void open_session(struct importing *in)
{
	uint32_t session = 0;
	int r;

	for (size_t i = 0; i < in->n; i++)
		moving_add(in->moving, &in->runs[i].run);
	for (size_t i = 0; i < in->n_had; i++) {
		const struct imported *had =
			imports_find(&in->parts->imports, import_run_id(in->had[i]));

		if (had)
			moving_add(in->moving, &had->run);
	}
	r = moving_open(in->moving, in->parts, &session);
	if (r != 0)
		refuse_unopened(in, r, session);
	else
		answer_runs(in, session);
}

static void import_done(struct job *job)
{
	struct importing *in = CONTAINER(job, struct importing, job);
	struct imports *imports = &in->parts->imports;

	imports->is_changing = false;
	for (size_t i = 0; i < in->n && in->result == 0; i++)
		imports_add(imports, &in->runs[i]); /* which has room: begin */
	if (!job->has_run)
		refuse_busy(in->request);
	else if (in->result == 0 && in->moving)
		open_session(in);
	else if (in->result == 0)
		answer_runs(in, 0);
	else if (in->result == -EMLINK)
		request_refuse(in->request, 409, "too_many", in->fault.zh, in->fault.en);
	else if (in->fault.en[0] && in->result == -EEXIST)
		request_refuse(in->request, 409, "is_there", in->fault.zh, in->fault.en);
	else if (in->fault.en[0] && in->result == -EBADMSG)
		request_refuse(in->request, 422, "no_package", in->fault.zh, in->fault.en);
	else
		refuse_card(in->request, in->result);
	if (in->result < 0)
		log_warn("an import failed: %s",
			in->fault.en[0] ? in->fault.en : strerror(-in->result));
	moving_free(in->moving);
	free(in);
}

/* Takes `in`, which is NULL where memory is short. */
static void begin(struct parts *parts, struct request *request, struct importing *in)
{
	size_t most = IMPORTS_MOST - parts->imports.n;

	/* Here, for once they are on the card the list must not refuse one of them. */
	if (!in || imports_reserve(&parts->imports, in->sample[0] ? 1 : most) < 0) {
		refuse_busy(request);
		free(in);
		return;
	}
	in->job = (struct job){.run = run_import, .done = import_done};
	in->parts = parts;
	in->request = request;
	in->directory = parts->config->data;
	in->first = imports_next(&parts->imports);
	in->most = most;
	if (work_submit(parts->slow, &in->job) < 0) {
		refuse_busy(request);
		free(in);
		return;
	}
	parts->imports.is_changing = true;
	request_wait(request);
}

static void begin_zip(struct parts *parts, struct request *request)
{
	struct upload *upload = request_upload(request);
	int r = upload ? upload_result(upload) : -EBUSY;
	struct importing *in;

	if (r < 0) {
		refuse_card(request, r);
		return;
	}
	in = calloc(1, sizeof *in);
	if (in)
		in->zip = upload_path(upload);
	begin(parts, request, in);
}

static void begin_sample(struct parts *parts, struct request *request, const struct lesson *lesson)
{
	struct importing *in = calloc(1, sizeof *in);

	if (in &&
		(size_t)snprintf(in->sample, sizeof in->sample, "%s/%s", lesson->folder,
			lesson->sample) >= sizeof in->sample) {
		free(in);
		in = NULL;
	}
	begin(parts, request, in);
}

/* {"lesson": "pendulum", "sample": "six-groups"} */
static void ask_sample(struct parts *parts, struct request *request)
{
	const char *id = "", *sample = "";
	const struct lesson *lesson;
	json_t *body;

	if (!ask_body(request, &body))
		return;
	if (ask_member_text(request, body, "lesson", &id) &&
		ask_member_text(request, body, "sample", &sample)) {
		lesson = shelf_find(parts->shelf, id);
		if (lesson && lesson->sample &&
			strcmp(lesson->sample + strlen("sample/"), sample) == 0)
			begin_sample(parts, request, lesson);
		else
			refuse_unknown(request, "没有这个样例；用 kitlog lessons 看有哪些课。",
				"There is no such sample; kitlog lessons lists the lessons.");
	}
	json_decref(body);
}

void handle_import(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *type = request_header(request, "Content-Type");

	if (parts->imports.n >= IMPORTS_MOST)
		request_refuse(request, 409, "too_many",
			"已经导入了 500 次记录，放不下了。先删掉不用的（kitlog run delete）。",
			"500 runs have been imported, and there is no place for more. Delete some that "
			"nobody needs (kitlog run delete).");
	else if (parts->imports.is_changing)
		refuse_busy(request);
	else if (type && strncasecmp(type, "application/json", 16) == 0)
		ask_sample(parts, request);
	else
		begin_zip(parts, request);
}
