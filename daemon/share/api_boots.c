/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GET /clock/boots: which boots have an hour, from whom; POST /clock/boots/{id}: somebody remembers
 * when one began. Both are read by the work thread. */
#include <errno.h>
#include <stdlib.h>

#include "base/container.h"
#include "keep/boots.h"
#include "share/ask.h"
#include "share/handlers.h"
#include "share/json.h"

/* The newest ones: a board that is switched on each lesson has a thousand a year. */
enum { MOST_BOOTS = 500, MOST_ANCHORS = 50 };

/* People remember when a lesson began, and kitlogd is there half a minute after the switch. */
static const int64_t REMEMBERED_NS = 300 * (int64_t)NS_PER_S;

static const int64_t OLDEST_MS = 1767225600000; /* 2026-01-01, as api_clock.c */

struct boot_hour {
	struct boot_span span;
	bool is_known;
	struct wall began, ended;
	struct anchor by;
};

struct question {
	struct job job;
	struct parts *parts;
	struct request *request;
	uint32_t wanted; /* POST: this one */
	int64_t wall_ms; /* POST: when it began */

	/* the work thread's */
	struct boot_hour boots[MOST_BOOTS];  /* a ring: the newest */
	size_t n;                            /* all that there are */
	struct anchor anchors[MOST_ANCHORS]; /* of the newest boot */
	size_t n_anchors;
	int result;
};

static struct boot_hour *boot_at(struct question *question, size_t i)
{
	return &question->boots[i % MOST_BOOTS];
}

static size_t first_boot(const struct question *question)
{
	return question->n > MOST_BOOTS ? question->n - MOST_BOOTS : 0;
}

static int take_boot(void *self, const struct boot_span *span)
{
	struct question *question = self;

	*boot_at(question, question->n++) = (struct boot_hour){.span = *span};
	return 0;
}

static int take_anchor(void *self, const struct anchor *anchor)
{
	struct question *question = self;

	question->anchors[question->n_anchors++] = *anchor;
	return 0;
}

static void read_boots(struct job *job, struct reader *reader)
{
	struct question *question = CONTAINER(job, struct question, job);
	struct wall_map *map;

	question->result = reader ? boots_read(reader, take_boot, question) : -ENODEV;
	if (question->result == 0)
		question->result = reader_wall_map(reader, &map);
	if (question->result < 0)
		return;
	for (size_t i = first_boot(question); i < question->n; i++) {
		struct boot_hour *boot = boot_at(question, i);

		boot->is_known = wall_map_at(map, boot->span.began, &boot->began, &boot->by);
		if (boot->span.ended.ns != INT64_MAX)
			wall_map_at(map, boot->span.ended, &boot->ended, NULL);
	}
	wall_map_free(map);
	if (question->n > 0)
		question->result =
			boots_read_anchors(reader, boot_at(question, question->n - 1)->span.id,
				MOST_ANCHORS, take_anchor, question);
}

static void ask_work(struct parts *parts, struct request *request, void (*done)(struct job *job),
	uint32_t wanted, int64_t wall_ms)
{
	struct question *question = calloc(1, sizeof *question);

	if (!question) {
		refuse_busy(request);
		return;
	}
	question->job.run = read_boots;
	question->job.done = done;
	question->parts = parts;
	question->request = request;
	question->wanted = wanted;
	question->wall_ms = wall_ms;
	if (work_submit(parts->work, &question->job) < 0) {
		refuse_busy(request);
		free(question);
	} else {
		request_wait(request);
	}
}

/* --- the list --- */

static void add_claim(
	struct text *text, const char *key, const struct wall *wall, const struct anchor *by)
{
	if (!wall) {
		text_addf(text, "\"%s\":null,\"source\":null,\"uncertainty_us\":null", key);
		return;
	}
	text_addf(text, "\"%s\":%lld,\"source\":\"%s\",\"uncertainty_us\":%lld", key,
		(long long)(wall->ns / NS_PER_US), anchor_source_name(by->source),
		(long long)(by->uncertainty_ns / NS_PER_US));
}

static void add_boot(struct text *text, const struct boot_hour *boot)
{
	text_addf(text, "{\"id\":%u,\"began_us\":%lld,\"ended_us\":", boot->span.id,
		(long long)instant_us(boot->span.began));
	if (boot->span.ended.ns == INT64_MAX)
		text_add(text, "null,");
	else
		text_addf(text, "%lld,", (long long)instant_us(boot->span.ended));
	add_claim(text, "wall_began_us", boot->is_known ? &boot->began : NULL, &boot->by);
	text_add(text, ",\"wall_ended_us\":");
	if (boot->ended.ns)
		text_add_int(text, boot->ended.ns / NS_PER_US);
	else
		text_add(text, "null");
	text_add_char(text, '}');
}

static void send_boots(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);

	if (job->has_run && question->result >= 0) {
		struct text text = answer_begin(question->parts);

		text_add(&text, "{\"boots\":[");
		for (size_t i = first_boot(question); i < question->n; i++) {
			if (i > first_boot(question))
				text_add_char(&text, ',');
			add_boot(&text, boot_at(question, i));
		}
		text_add(&text, "],\"anchors\":[");
		for (size_t i = question->n_anchors; i-- > 0;) {
			const struct anchor *anchor = &question->anchors[i];

			text_addf(&text, "{\"at_us\":%lld,", (long long)instant_us(anchor->at));
			add_claim(&text, "wall_us", &anchor->wall, anchor);
			text_add(&text, i > 0 ? "}," : "}");
		}
		text_addf(
			&text, "],\"has_more\":%s}\n", first_boot(question) > 0 ? "true" : "false");
		answer_send(question->request, 200, &text);
	} else {
		refuse_busy(question->request);
	}
	free(question);
}

void handle_boots(void *self, struct request *request)
{
	ask_work(self, request, send_boots, 0, 0);
}

/* --- somebody remembers --- */

static struct boot_hour *find_boot(struct question *question)
{
	for (size_t i = first_boot(question); i < question->n; i++)
		if (boot_at(question, i)->span.id == question->wanted)
			return boot_at(question, i);
	return NULL;
}

/* When the newest boot knows its hour, an earlier one was over before that one began. */
static bool is_too_late(struct question *question, const struct boot_hour *boot)
{
	const struct boot_hour *newest = boot_at(question, question->n - 1);
	int64_t wall_ns = question->wall_ms * NS_PER_MS;

	if (!newest->is_known || boot == newest)
		return false;
	return wall_ns + instant_since(boot->span.ended, boot->span.began) > newest->began.ns;
}

static void answer_remembered(struct job *job)
{
	struct question *question = CONTAINER(job, struct question, job);
	struct request *request = question->request;
	const struct boot_hour *boot =
		job->has_run && question->result >= 0 ? find_boot(question) : NULL;

	if (!job->has_run || question->result < 0)
		refuse_busy(request);
	else if (!boot)
		refuse_unknown(request, "没有这一次开机。看看列表（kitlog clock）。",
			"There is no such boot. Look at the list (kitlog clock).");
	else if (boot->is_known)
		request_refuse(request, 409, "is_known",
			"这一次开机的时间已经知道了，不用再说。看看列表（kitlog clock）。",
			"The hour of this boot is known already. Look at the list (kitlog clock).");
	else if (is_too_late(question, boot))
		refuse_parameter(request, "wall_ms", "太晚了：那时板子已经又开过机",
			"is too late: by then the board had been started again");
	else {
		const struct anchor anchor = {boot->span.began, {question->wall_ms * NS_PER_MS},
			REMEMBERED_NS, ANCHOR_PERSON};

		if (keep_order_anchor(question->parts->keep, &anchor) < 0) {
			refuse_busy(request);
		} else {
			struct text text = answer_begin(question->parts);

			keep_order_commit(question->parts->keep);
			text_addf(&text, "{\"uncertainty_us\":%lld}\n",
				(long long)(REMEMBERED_NS / NS_PER_US));
			answer_send(request, 200, &text);
		}
	}
	free(question);
}

void handle_boot_tell(void *self, struct request *request)
{
	struct parts *parts = self;
	struct wall now;
	int64_t wall_ms = INT64_MIN;
	int64_t most_ms = 4102444800000; /* 2100-01-01, if nobody knows it better */
	uint32_t id;
	json_t *body;
	bool is_read;

	if (!ask_id(request, 0, &id) || !ask_body(request, &body))
		return;
	is_read = ask_member_int(request, body, "wall_ms", &wall_ms);
	json_decref(body);
	if (!is_read)
		return;
	if (walltime_at(&parts->walltime, clock_now(parts->clock), &now, NULL))
		most_ms = now.ns / NS_PER_MS;
	if (wall_ms == INT64_MIN)
		refuse_parameter(request, "wall_ms", "要写上", "is missing");
	else if (wall_ms < OLDEST_MS || wall_ms > most_ms)
		refuse_parameter(request, "wall_ms", "要在 2026 年以后、现在以前",
			"must be after the beginning of 2026 and before now");
	else
		ask_work(parts, request, answer_remembered, id, wall_ms);
}
