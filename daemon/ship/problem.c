/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Problems and their sentences (sentence.c). */
#include "ship/problem.h"

#include <string.h>

#include "base/text.h"

#define LOG_TAG "ship"

enum { SENTENCE_TEXT = 256 };

static void put_in_words(const struct problems *problems, const struct problem *problem,
	char *ret_english, char *ret_chinese, size_t size)
{
	sentence_write(
		&(struct sentence){
			.matter = problem->matter,
			.sink = problems->sink,
			.host = problems->host,
			.status = problem->status,
			.error = problem->error,
			.words = problem->words,
			.what = problem->what,
			.kit = problem->kit,
			.sticker = problem->sticker,
		},
		ret_english, ret_chinese, size);
}

/* Where a quotation in single quotes opens (not the apostrophe of "can't"). */
static const char *find_quote(const char *words)
{
	for (const char *at = words; (at = strchr(at, '\'')); at++)
		if (at > words && at[-1] == ' ')
			return at;
	return NULL;
}

/* The server's words without what they quote: that is the offending line, which is long, differs
 * each time, and holds readings that no log should have. It is in quarantine. */
static void copy_words(char *ret_words, size_t size, const char *words)
{
	struct text text = text_over(ret_words, size);

	for (const char *quote; (quote = find_quote(words));) {
		const char *end = strchr(quote + 1, '\'');

		text_add_bytes(&text, words, (size_t)(quote - words));
		text_add(&text, "'...'");
		words = end ? end + 1 : "";
	}
	text_add(&text, words);
}

void problem_begin(const struct problems *problems, struct problem *problem, enum matter matter,
	int status, int error, const char *words, const char *what, const struct series *series)
{
	char english[SENTENCE_TEXT], chinese[SENTENCE_TEXT];

	problem->matter = matter;
	problem->status = status;
	problem->error = error;
	copy_words(problem->words, sizeof(problem->words), words ? words : "");
	text_copy(problem->what, sizeof(problem->what), what ? what : "");
	text_copy(problem->kit, sizeof(problem->kit), series ? series->kit : "");
	problem->sticker = series ? series->sticker : 0;
	put_in_words(problems, problem, english, chinese, sizeof(english));
	log_state_set(&problem->log, LOG_WARN, LOG_TAG, "%s", english);
}

void problem_end(const struct problems *problems, struct problem *problem)
{
	problem->matter = MATTER_NONE;
	log_state_clear(&problem->log, LOG_TAG, "%s: data go again", problems->sink->name);
}

bool problems_are_refusal(const struct problems *problems)
{
	switch (problems->now.matter) {
	case MATTER_SECRET:
	case MATTER_KEY:
	case MATTER_RIGHT:
	case MATTER_NOT_FOUND:
	case MATTER_LINE_TOO_LARGE:
		return true;
	default:
		return false;
	}
}

/* What stops everything, then what stops something, then what is only to be known. */
void problems_in_words(
	const struct problems *problems, char *ret_english, char *ret_chinese, size_t size)
{
	struct problem plain = {.matter = problems->waits_for_time ? MATTER_NO_TIME
			: problems->has_no_hour                    ? MATTER_NO_HOUR
			: problems->is_smaller                     ? MATTER_SMALLER
								   : MATTER_NONE};
	const struct problem *problem = &plain;

	if (problems->now.matter)
		problem = &problems->now;
	else if (problems->held.matter)
		problem = &problems->held;
	else if (problems->waits_for_time)
		problem = &plain;
	else if (problems->aside.matter)
		problem = &problems->aside;
	else if (problems->fast.matter)
		problem = &problems->fast;
	put_in_words(problems, problem, ret_english, ret_chinese, size);
}
