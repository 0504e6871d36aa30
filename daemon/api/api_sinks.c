/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the data go: the sinks' states, and the lines that a server refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "http/ask.h"
#include "api/handlers.h"
#include "api/inquiry.h"
#include "live/json.h"

enum { MOST_SINKS = 16, MOST_LINES = 200 };

static const char *state_name(enum sink_state state)
{
	switch (state) {
	case SINK_IDLE:
		return "idle";
	case SINK_SENDING:
		return "sending";
	case SINK_WAITING:
		return "waiting";
	case SINK_REFUSED:
		return "refused";
	case SINK_NO_TIME:
		return "no_time";
	}
	return "idle";
}

static size_t sinks_of(const struct parts *parts, struct sink_status sinks[MOST_SINKS])
{
	size_t n = parts->ship ? ship_status(parts->ship, sinks, MOST_SINKS) : 0;

	return n < MOST_SINKS ? n : MOST_SINKS;
}

void handle_sinks(void *self, struct request *request)
{
	struct parts *parts = self;
	struct sink_status sinks[MOST_SINKS];
	size_t n = sinks_of(parts, sinks);
	struct text text = answer_begin(parts);

	text_add(&text, "{\"sinks\":[");
	for (size_t i = 0; i < n; i++) {
		const struct sink_status *s = &sinks[i];

		text_add(&text, i > 0 ? ",{\"name\":" : "{\"name\":");
		text_add_json(&text, s->name);
		text_add(&text, ",\"kind\":");
		text_add_json(&text, s->kind);
		text_add(&text, ",\"url\":");
		text_add_json(&text, s->url);
		text_addf(&text, ",\"state\":\"%s\",\"sentence\":", state_name(s->state));
		json_words(&text, s->sentence_zh, s->sentence);
		text_addf(&text,
			",\"last_http\":%d,\"rows_sent\":%llu,\"rows_behind\":%llu,"
			"\"quarantined\":%llu,\"retries\":%llu,\"retry_in_ms\":%lld,"
			"\"counted_us\":%lld,\"last_success_us\":",
			s->last_http, (unsigned long long)s->rows_sent,
			(unsigned long long)s->rows_behind, (unsigned long long)s->quarantined,
			(unsigned long long)s->retries, (long long)(s->retry_in_ns / NS_PER_MS),
			(long long)instant_us(s->counted));
		if (s->last_success.ns > 0)
			text_add_int(&text, instant_us(s->last_success));
		else
			text_add(&text, "null");
		text_add_char(&text, '}');
	}
	text_add(&text, "]}\n");
	answer_send(request, 200, &text);
}

void write_sinks_health(struct parts *parts, struct text *text)
{
	struct sink_status sinks[MOST_SINKS];
	size_t n = sinks_of(parts, sinks);

	text_add_char(text, '[');
	for (size_t i = 0; i < n; i++) {
		text_add(text, i > 0 ? ",{\"name\":" : "{\"name\":");
		text_add_json(text, sinks[i].name);
		text_addf(text, ",\"state\":\"%s\",\"rows_behind\":%llu,\"sentence\":",
			state_name(sinks[i].state), (unsigned long long)sinks[i].rows_behind);
		json_words(text, sinks[i].sentence_zh, sinks[i].sentence);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

/* --- quarantine: the newest lines, from the store --- */

struct question {
	struct inquiry inquiry;
	char sink[ROUTE_ARGUMENT_TEXT];
	struct quarantined *lines; /* a ring of MOST_LINES */
	size_t n;                  /* ever */
};

static struct question *of(struct inquiry *inquiry)
{
	return CONTAINER(inquiry, struct question, inquiry);
}

static int take_line(void *self, const struct quarantined *line)
{
	struct question *question = self;

	question->lines[question->n++ % MOST_LINES] = *line;
	return atomic_load(&question->inquiry.job.is_cancelled) ? -ECANCELED : 0;
}

static int read_lines(struct inquiry *inquiry, struct reader *reader)
{
	struct question *question = of(inquiry);

	question->lines = malloc(MOST_LINES * sizeof *question->lines);
	return question->lines ? reader_quarantined(reader, question->sink, take_line, question)
			       : -ENOMEM;
}

static void add_line(const struct quarantined *line, struct text *text)
{
	text_addf(text, "{\"at_us\":%lld,\"status\":%d,\"line\":", (long long)instant_us(line->at),
		line->status);
	text_add_json(text, line->line);
	text_add(text, ",\"words\":");
	text_add_json(text, line->words);
	text_add_char(text, '}');
}

static void answer_lines(struct inquiry *inquiry)
{
	const struct question *question = of(inquiry);
	size_t kept = question->n < MOST_LINES ? question->n : MOST_LINES;
	/* A byte becomes at most six. */
	size_t size =
		kept * (6 * (sizeof question->lines->line + sizeof question->lines->words) + 128) +
		64;
	char *bytes = malloc(size);

	if (!bytes) {
		refuse_busy(inquiry->request);
		return;
	}
	struct text text = text_over(bytes, size);

	text_add(&text, "{\"lines\":[");
	for (size_t i = question->n - kept; i < question->n; i++) {
		if (i > question->n - kept)
			text_add_char(&text, ',');
		add_line(&question->lines[i % MOST_LINES], &text);
	}
	text_add(&text, "]}\n");
	request_answer_owned(inquiry->request, 200, "application/json", bytes, text.length);
}

static void clear(struct inquiry *inquiry)
{
	free(of(inquiry)->lines);
}

static const struct inquiry_kind KIND = {
	.look = read_lines, .answer = answer_lines, .clear = clear};

static bool is_sink(const struct parts *parts, const char *name)
{
	for (size_t i = 0; i < parts->config->n_sinks; i++)
		if (strcmp(parts->config->sinks[i].name, name) == 0)
			return true;
	return false;
}

void handle_quarantine(void *self, struct request *request)
{
	struct parts *parts = self;
	const char *name = request_argument(request, 0);

	if (!is_sink(parts, name)) {
		refuse_unknown(request, "没有这个数据库。", "There is no such sink.");
		return;
	}
	struct question *question = inquiry_new(parts, request, &KIND, sizeof *question);
	if (!question)
		return;
	text_copy(question->sink, sizeof question->sink, name);
	inquiry_ask(&question->inquiry);
}
