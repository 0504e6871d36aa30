/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See support/classroom_site.h. */
#include "support/classroom_site.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "class/shelf.h"
#include "support/patience.h"

/* Asked with the site's cookie; keep turns until that is answered. Its clock goes two seconds on with each turn, and who
 * answers has threads of their own: where all is slower, it turns less often, or the card were too late for them. */
static void ask(struct site *site, const char *path, const char *body, struct browser *b)
{
	int turns = 4 * (int)(patience_ns(1) / NS_PER_S);

	browser_open(b, site->loop, site->port);
	browser_send(b,
		"POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s"
		"Content-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		path, site->cookie, strlen(body), body);
	for (int i = 1; i < 125 * turns && !b->is_closed; i++) {
		browser_turn(b);
		if (i % turns == 0 && b->n == 0)
			site_keep_turns(site);
	}
	browser_wait_closed(b);
}

json_t *class_post(struct site *site, const char *path, const char *body, int status)
{
	struct browser b;
	char line[32];

	ask(site, path, body, &b);
	snprintf(line, sizeof line, "HTTP/1.1 %d", status);
	if (!strstr(b.got, line))
		fail_msg("%s %s: %s", path, body, b.got);
	return site_json(&b);
}

void class_begin(struct site *site, unsigned groups)
{
	char body[96];

	site_log_in(site);
	snprintf(body, sizeof body,
		"{\"title\":\"七（3）班\",\"lesson\":\"pendulum\",\"groups\":%u}", groups);
	json_decref(class_post(site, "/api/v1/sessions", body, 201));
}

json_t *class_act(struct site *site, const char *body)
{
	return class_post(site, "/api/v1/sessions/1/acts", body, 200);
}

void class_refuses_act(struct site *site, const char *body, int status, const char *code)
{
	site_refuses(site, "POST", "/api/v1/sessions/1/acts", body, status, code);
}

json_t *class_list(struct site *site, const char *path, const char *name)
{
	json_t *body = site_get(site, path);
	json_t *list = json_incref(json_object_get(body, name));

	json_decref(body);
	return list;
}

const char *class_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text)
		fail_msg("%s is no text", name);
	return text;
}

void class_join(struct site *site, unsigned group, char ret_cookie[96])
{
	json_t *session = site_get(site, "/api/v1/sessions/1");
	char body[64], teacher[96], token[40];
	struct browser b;

	snprintf(body, sizeof body, "{\"code\":\"%s\",\"group\":%u}", class_text(session, "code"),
		group);
	json_decref(session);
	strcpy(teacher, site->cookie);
	site->cookie[0] = '\0';
	ask(site, "/api/v1/join", body, &b);
	strcpy(site->cookie, teacher);
	const char *set = strstr(b.got, "Set-Cookie: kitlog_group=");
	if (!set || sscanf(set, "Set-Cookie: kitlog_group=%32[0-9a-f];", token) != 1)
		fail_msg("%s", b.got);
	snprintf(ret_cookie, 96, "Cookie: kitlog_group=%s\r\n", token);
	browser_close(&b);
}

/* As one browser, then the teacher's again. */
json_t *class_post_as(
	struct site *site, const char *cookie, const char *path, const char *body, int status)
{
	char teacher[96];

	strcpy(teacher, site->cookie);
	memmove(site->cookie, cookie, strlen(cookie) + 1); /* it may be the teacher's own */
	json_t *answer = class_post(site, path, body, status);
	strcpy(site->cookie, teacher);
	return answer;
}

void class_refuses_as(struct site *site, const char *cookie, const char *path, const char *body,
	int status, const char *code)
{
	json_t *answer = class_post_as(site, cookie, path, body, status);

	assert_string_equal(class_text(json_object_get(answer, "error"), "code"), code);
	json_decref(answer);
}

json_t *class_get_as(struct site *site, const char *cookie, const char *path)
{
	char teacher[96];
	struct browser b;

	strcpy(teacher, site->cookie);
	memmove(site->cookie, cookie, strlen(cookie) + 1); /* it may be the teacher's own */
	assert_int_equal(site_ask(site, "GET", path, NULL, &b), 200);
	strcpy(site->cookie, teacher);
	return site_json(&b);
}

/* Beside the store, which goes with its folder. */
struct shelf *class_put_lesson(struct site *site, const char *id, const char *yaml)
{
	char folder[200], path[260], home[240];
	const char *folders[] = {folder};
	struct shelf *shelf;
	FILE *file;

	snprintf(folder, sizeof folder, "%s/lessons", site->directory);
	snprintf(home, sizeof home, "%s/%s", folder, id);
	snprintf(path, sizeof path, "%s/lesson.yaml", home);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkdir(home, 0755), 0);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(yaml, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(shelf_open(folders, 1, NULL, &shelf), 0);
	assert_non_null(shelf_find(shelf, id));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(home), 0);
	assert_int_equal(rmdir(folder), 0);
	site->shelf = shelf;
	site_reopen(site);
	return shelf;
}

void class_take_lesson(struct site *site, struct shelf *shelf)
{
	site->shelf = NULL;
	site_reopen(site);
	shelf_close(shelf);
}
