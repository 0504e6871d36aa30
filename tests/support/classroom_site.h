/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A class in front of a site (support/site.h): what is asked is answered once keep has turned. One
 * thread. What goes wrong here fails the test by cmocka's asserts. */
#pragma once

#include "support/site.h"

/* The teacher logs in and begins session 1, of so many groups, of the lesson pendulum. */
void class_begin(struct site *site, unsigned groups);

/* What is answered once it is on the card; the caller's. */
json_t *class_post(struct site *site, const char *path, const char *body, int status);

/* The teacher does something in session 1: as it is then, the caller's. */
json_t *class_act(struct site *site, const char *body);
void class_refuses_act(struct site *site, const char *body, int status, const char *code);

/* The site begins anew with a lesson of its own, of that id, and then without; first forget, then the site goes. */
struct shelf *class_put_lesson(struct site *site, const char *id, const char *yaml);
void class_take_lesson(struct site *site, struct shelf *shelf);

/* A list of what is asked for; the caller's. */
json_t *class_list(struct site *site, const char *path, const char *name);

/* A text of a JSON object. */
const char *class_text(const json_t *object, const char *name);

/* Another browser joins by the code of session 1: its header line, for site->cookie. */
void class_join(struct site *site, unsigned group, char ret_cookie[96]);

/* As another browser, by such a header line, or "". */
json_t *class_post_as(
	struct site *site, const char *cookie, const char *path, const char *body, int status);
void class_refuses_as(struct site *site, const char *cookie, const char *path, const char *body,
	int status, const char *code);
json_t *class_get_as(struct site *site, const char *cookie, const char *path);
