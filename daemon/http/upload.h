/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request's body that is a file: it goes onto the card while it comes, a piece at a time, on a work
 * thread, and the socket waits meanwhile. So a body of any size takes the memory of one piece, and a slow
 * card keeps nobody waiting but the one who sends. Main thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "http/connection.h"
#include "http/work.h"

struct upload;

struct uploads {
	const struct clock *clock;
	struct work *work;
	const char *directory; /* of the store: the files are in its folder "uploads" */
	unsigned n;            /* under way; at most UPLOADS_MOST. Private, as is the next */
	unsigned number;
};
enum { UPLOADS_MOST = 4 };
#define UPLOAD_BYTES (512LL << 20) /* of one file */

/* -EBUSY: too many; -ENOMEM. */
int upload_new(struct uploads *uploads, struct MHD_Connection *mhd, struct connection *connection,
	struct upload **ret_upload);
/* Removes the file. NULL: nothing. */
void upload_free(struct upload *upload);

/* Takes some of these bytes and returns how many; 0: the connection is suspended, and goes on with the same
 * bytes when there is room. What nobody can use any more (upload_result) is taken and thrown away. */
size_t upload_take(struct upload *upload, const char *bytes, size_t n);
/* All has come: true when it is on the card; false: the connection is suspended, ask again. */
bool upload_finish(struct upload *upload);

int upload_result(const struct upload *upload);       /* 0; -EFBIG, -EBUSY; -ENOSPC and the like */
const char *upload_path(const struct upload *upload); /* the upload's */
