/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of the pages, read into memory once at start.
 *
 * A request is looked up in a table of the files that were there; no path is ever built from what a
 * browser says. A file x with a sibling x.gz is sent packed to whoever takes gzip, which all browsers
 * do; where both say the same only the packed one is kept, and unpacked for others. Everything has
 * an ETag and is asked for again each time (no-cache): after an update nobody sees old pages. Main
 * thread. */
#pragma once

#include <stddef.h>

#include "http/request.h"

struct pages;

/* Reads the folder and those in it, at most 16 MB. A folder that is missing or empty is -ENOENT. */
int pages_open(const char *folder, struct pages **ret_pages);
void pages_close(struct pages *pages); /* after http_close */

/* Answers with the file at `path` ("/js/student.js"); "/" is /index.html and "/teacher"
 * /teacher.html. 304 when the browser has it, 404 when there is none. `pages` may be NULL: 404. */
void pages_answer(const struct pages *pages, struct request *request, const char *path);
