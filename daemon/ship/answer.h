/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server's HTTP answer to a write means for the lines that were sent. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum answer {
	ANSWER_TAKEN = 1,     /* 2xx: the lines are answered for */
	ANSWER_BAD_LINES = 2, /* 400, 422: some line offends */
	ANSWER_TOO_LARGE = 3, /* 413 */
	ANSWER_REFUSED = 4,   /* 401, 403, 404: a person must put something right */
	ANSWER_LATER = 5,     /* 429, 5xx, everything else, no answer at all (status 0) */
};

/* `content_type` may be NULL; `words` are those of answer_words, `tells_error` is what
 * answer_tells_error says of the body. A web page is no store's answer, whatever the status: networks
 * with a log-in page answer every request like that, and proxies their errors. It says nothing about the
 * lines, so it counts as ANSWER_LATER (but for what a person must put right anyway). So does a 2xx that
 * tells of an error: InfluxDB 1 says of its 200 that it understood the request but could not complete
 * it. InfluxDB 2.0 says 500 where the others say 400 to lines that are older than it keeps data. */
enum answer answer_classify(
	int status, const char *content_type, const char *words, bool tells_error);
bool answer_is_page(const char *content_type);

/* A JSON body with an error that is not empty. */
bool answer_tells_error(const char *body, size_t n);

/* The server's own words as one line of UTF-8: the message in a JSON answer (also in one that was
 * cut off), otherwise the text, "a web page" for HTML; empty when there is none. */
void answer_words(const char *body, size_t n, char *ret_words, size_t size);

/* InfluxDB dropped every one of the n lines because they are older than it keeps data. To halve
 * such a request down to its lines would end the same way after 2n requests. */
bool answer_is_all_expired(const char *words, size_t n_lines);
