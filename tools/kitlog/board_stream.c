/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that are taken as they come: a file, and the event stream. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/kitlog/board_inside.h"
#include "tools/kitlog/say.h"

enum { EVENT_MAX = 4 << 20, STALL_S = 30 };

struct fetch {
	struct board *board;
	FILE *out;
	struct board_body error;
	int write_error; /* errno, as it was then */
	char line[BOARD_LINE];
	size_t n_line;
	bool is_line_over;
};

/* Whatever a file says of itself stands in its last line. */
static void keep_line(struct fetch *fetch, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fetch->is_line_over)
			fetch->n_line = 0;
		fetch->is_line_over = bytes[i] == '\n';
		if (!fetch->is_line_over && fetch->n_line < BOARD_LINE - 1)
			fetch->line[fetch->n_line++] = bytes[i];
	}
}

static size_t pour(char *bytes, size_t size, size_t n, void *self)
{
	struct fetch *fetch = self;
	long status = 0;

	curl_easy_getinfo(fetch->board->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return board_collect(bytes, size, n, &fetch->error);
	keep_line(fetch, bytes, size * n);
	if (fwrite(bytes, size, n, fetch->out) == n)
		return n * size;
	fetch->write_error = errno;
	return 0;
}

void board_cannot_write(const char *name, int error)
{
	fprintf(stderr, say("kitlog: %s：%s；换个地方\n", "kitlog: %s: %s; choose another place\n"),
		name, strerror(error));
}

int board_fetch(struct board *board, const char *path, FILE *out, const char *name,
	char ret_last[BOARD_LINE])
{
	struct fetch fetch = {.board = board, .out = out};
	long status = 0;

	board_aim(board, board->curl, path);
	curl_easy_setopt(board->curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(board->curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(board->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(board->curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	curl_easy_setopt(board->curl, CURLOPT_WRITEFUNCTION, pour);
	curl_easy_setopt(board->curl, CURLOPT_WRITEDATA, &fetch);
	CURLcode code = curl_easy_perform(board->curl);
	if (fflush(out) && !fetch.write_error)
		fetch.write_error = errno;
	curl_easy_getinfo(board->curl, CURLINFO_RESPONSE_CODE, &status);

	int failed = code != CURLE_OK || status != 200 || fetch.write_error ? -EIO : 0;
	if (fetch.write_error)
		board_cannot_write(name, fetch.write_error);
	else if (code != CURLE_OK)
		board_tell_silence(board, code);
	else if (status != 200)
		board_tell_answer(board, status, fetch.error.bytes);
	free(fetch.error.bytes);
	fetch.line[fetch.n_line] = 0;
	if (!failed)
		memcpy(ret_last, fetch.line, BOARD_LINE);
	return failed;
}

/* Server-sent events: fields a line each, an empty line ends the event (HTML living standard,
 * 9.2). */
struct listen {
	CURL *curl;
	board_event *event;
	void *self;
	char name[32];
	struct board_body data, line;
	int result;
	bool is_open; /* the board did answer */
};

static void take_line(struct listen *listen)
{
	const char *line = listen->line.bytes ? listen->line.bytes : "";

	if (!*line) {
		json_t *data = listen->data.n ? json_loads(listen->data.bytes, 0, NULL) : NULL;
		if (data && listen->result == 0)
			listen->result = listen->event(listen->self, listen->name, data);
		json_decref(data);
		listen->data.n = 0;
		listen->name[0] = 0;
	} else if (strncmp(line, "event: ", 7) == 0) {
		text_copy(listen->name, sizeof listen->name, line + 7);
	} else if (strncmp(line, "data: ", 6) == 0) {
		board_collect((char *)line + 6, 1, listen->line.n - 6, &listen->data);
	}
	listen->line.n = 0;
	if (listen->line.bytes)
		listen->line.bytes[0] = 0;
}

static size_t hear(char *bytes, size_t size, size_t n, void *self)
{
	struct listen *listen = self;
	long status = 0;

	n *= size;
	curl_easy_getinfo(listen->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return board_collect(bytes, 1, n, &listen->data);
	listen->is_open = true;
	for (size_t from = 0; from < n && listen->result == 0;) {
		char *end = memchr(bytes + from, '\n', n - from);
		size_t length = end ? (size_t)(end - bytes) - from : n - from;
		if (listen->line.n + length > EVENT_MAX ||
			board_collect(bytes + from, 1, length, &listen->line) != length)
			return 0;
		from += length + (end ? 1 : 0);
		if (end)
			take_line(listen);
	}
	return listen->result ? 0 : n;
}

int board_listen(struct board *board, board_event *event, void *self)
{
	struct listen listen = {.event = event, .self = self};
	CURL *curl = curl_easy_init(); /* so that others may be asked meanwhile */
	long status = 0;

	if (!curl)
		return -ENOMEM;
	listen.curl = curl;
	board_aim(board, curl, "/api/v1/events");
	curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 0L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L); /* the board pings each 10 s */
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &listen);
	CURLcode code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	if (listen.result == 0 && !listen.is_open && code == CURLE_OK)
		board_tell_answer(board, status, listen.data.bytes);
	else if (listen.result == 0)
		board_tell_silence(board, code == CURLE_OK ? CURLE_GOT_NOTHING : code);
	free(listen.data.bytes);
	free(listen.line.bytes);
	return listen.result == 0 ? -EIO : listen.result;
}
