/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/fuzz_site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "class/shelf.h"
#include "support/classroom_site.h"

/* A turn waits 5 ms for the work threads at most. */
enum { INPUTS_OF_ONE = 250, TURNS = 40, QUIET = 4, ROWS = 3000, PLACES = 200 };

static struct site *site;
static struct shelf *shelf; /* of all lessons: read once */
static unsigned n_inputs;
static char group_cookie[96], *answer_bytes;

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "fuzz_site: %s: %.2000s\n", what, shown);
	abort();
}

/* --- the board --- */

static void end_site(void)
{
	if (site)
		site_tear_down((void **)&site);
	site = NULL;
	free(answer_bytes);
	answer_bytes = NULL;
}

static void end_all(void)
{
	end_site();
	shelf_close(shelf);
}

static void post(const char *path, const char *body, int status)
{
	json_decref(class_post(site, path, body, status));
}

static void plug(uint32_t id, const char *name)
{
	site_plug(site, id, name);
	site_keep_rows(site, 10 * id, 900 * S, S / 10, ROWS);
	site_keep_gap(site, 10 * id, GAP_WIRE, 950 * S, 951 * S, 10);
}

static void open_shelf(void)
{
	const char *source = getenv("KITLOG_SOURCE");
	char path[300];
	const char *folders[] = {path};

	must(source != NULL, "KITLOG_SOURCE must name the folder of kitlog", "");
	snprintf(path, sizeof path, "%s/lessons", source);
	must(shelf_open(folders, 1, NULL, &shelf) == 0, "no lessons", "");
	setenv("CMOCKA_TEST_ABORT", "1", 1); /* asserts of the support are ours, too */
	log_set_level(LOG_ERR);
	atexit(end_all);
}

static void begin_site(void)
{
	if (!shelf)
		open_shelf();
	site_set_up((void **)&site);
	site->shelf = shelf;
	site_reopen(site);
	plug(1, "temperature");
	plug(2, "pressure");
	site_keep_turns(site);
	class_begin(site, 3);
	json_decref(class_act(site, "{\"do\":\"assign\",\"group\":1,\"devices\":[1]}"));
	json_decref(class_act(site, "{\"do\":\"may_start\",\"who\":\"groups\"}"));
	class_join(site, 1, group_cookie);
	json_decref(class_act(site, "{\"do\":\"start\",\"groups\":[1]}"));
	json_decref(class_act(site, "{\"do\":\"stop\",\"groups\":[1]}"));
	post("/api/v1/sessions", "{\"title\":\"酵素\",\"groups\":1,\"is_project\":true}", 201);
	post("/api/v1/runs", "{\"from_us\":900000000,\"to_us\":960000000}", 201);
	post("/api/v1/marks", "{\"text\":\"开窗\"}", 201);
	post("/api/v1/calibrations",
		"{\"stream\":10,\"channel\":\"t\",\"name\":\"冰水\",\"points\":[{\"raw\":0.5,\"true\":0}]}",
		201);
}

void fuzz_site_begin(void)
{
	if (!site || n_inputs++ % INPUTS_OF_ONE == 0) {
		end_site();
		begin_site();
	}
}

const char *fuzz_site_cookie(enum fuzz_who who)
{
	return who == FUZZ_TEACHER ? site->cookie : who == FUZZ_GROUP ? group_cookie : "";
}

/* --- a browser --- */

/* Who took the teacher's cookie out of force leaves a board at which nothing can be tried. */
static void see_logout(const void *bytes, size_t n)
{
	if (memmem(bytes, n, "DELETE", 6) && memmem(bytes, n, "login", 5))
		n_inputs = 0;
}

/* From chunks to bytes: its length. */
static size_t undo_chunks(char *body, size_t n)
{
	char *to = body, *from = body, *end = body + n;

	while (from < end) {
		char *rest;
		size_t size = strtoul(from, &rest, 16);

		if (size == 0 || rest + 2 > end || size > (size_t)(end - rest - 2))
			break;
		memmove(to, rest + 2, size);
		to += size;
		from = rest + 2 + size + 2;
	}
	*to = '\0';
	return (size_t)(to - body);
}

static struct fuzz_answer read_answer(char *got, size_t n)
{
	struct fuzz_answer answer = {.head = "", .body = ""};
	char *body = memmem(got, n, "\r\n\r\n", 4);

	if (!body || sscanf(got, "HTTP/1.%*1[01] %d", &answer.status) != 1)
		return answer;
	body[2] = '\0';
	answer.head = got;
	answer.body = body + 4;
	answer.n = n - (size_t)(body + 4 - got);
	const char *length = strcasestr(answer.head, "\r\nContent-Length:");

	if (strcasestr(answer.head, "\r\nTransfer-Encoding: chunked"))
		answer.n = undo_chunks(body + 4, answer.n);
	else if (length && strtoul(length + 17, NULL, 10) < answer.n)
		answer.n = strtoul(length + 17, NULL, 10); /* behind it is the next one */
	return answer;
}

/* Where it comes from is the input's: who guesses codes in vain is made to wait, and others are not. */
static void come_from_somewhere(const void *bytes, size_t n)
{
	browser_come_from(1 + (unsigned)(hash_add(HASH_START, bytes, n) % PLACES));
}

/* Without a minute's wait for what may still be under way: there are only so many ports. */
static void leave(struct browser *b)
{
	const struct linger at_once = {.l_onoff = 1};

	setsockopt(b->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	browser_close(b);
	loop_turn(site->loop, 0); /* the board sees that the reader left */
}

struct fuzz_answer fuzz_site_send(const void *bytes, size_t n)
{
	struct browser b;

	see_logout(bytes, n);
	come_from_somewhere(bytes, n);
	browser_open(&b, site->loop, site->port);
	browser_send_bytes(&b, bytes, n);
	shutdown(b.fd, SHUT_WR);
	for (int i = 1, quiet = 0; i <= TURNS && quiet < QUIET && !b.is_closed; i++) {
		size_t before = b.n;

		browser_turn(&b);
		quiet = b.n == 0 || b.n > before ? 0 : quiet + 1; /* as events, which have no end */
		if (i % 2 == 0 && b.n == 0)
			site_keep_turns(site); /* it may wait for the card */
	}
	free(answer_bytes);
	answer_bytes = b.got;
	n = b.n;
	b.got = NULL;
	leave(&b);
	browser_come_from(1);
	return answer_bytes ? read_answer(answer_bytes, n)
			    : (struct fuzz_answer){.head = "", .body = ""};
}

/* --- what holds of every answer --- */

static bool has_header(const struct fuzz_answer *answer, const char *line)
{
	return strcasestr(answer->head, line) != NULL;
}

static void check_json(const struct fuzz_answer *answer)
{
	json_error_t error;
	json_t *json = json_loadb(answer->body, answer->n, JSON_REJECT_DUPLICATES, &error);
	const json_t *said = json_object_get(json, "error");

	must(json != NULL, error.text, answer->body);
	must(answer->status < 400 || said, "a refusal without a sentence", answer->body);
	if (answer->status >= 400)
		must(json_string_length(json_object_get(said, "zh")) > 0 &&
				json_string_length(json_object_get(said, "en")) > 0 &&
				json_string_length(json_object_get(said, "code")) > 0,
			"a sentence in one language", answer->body);
	json_decref(json);
}

void fuzz_site_check(const struct fuzz_answer *answer)
{
	if (answer->status == 0 || answer->status == 100)
		return;
	must(answer->status != 500, "the board fails", answer->body);
	must(answer->status < 500 || answer->status == 501 || answer->status == 503 ||
			answer->status == 505,
		"a failure of the board's own", answer->head);
	if (!has_header(answer, "\r\nX-Content-Type-Options: nosniff")) {
		/* libmicrohttpd's own words, before anybody of ours is asked. */
		must(answer->status >= 400, "no header that guards the page", answer->head);
		return;
	}
	if (has_header(answer, "\r\nContent-Type: application/json") && answer->n > 0)
		check_json(answer);
	if (has_header(answer, "\r\nContent-Type: text/html"))
		must(utf8_is_valid(answer->body, answer->n), "it is no UTF-8", answer->body);
}
