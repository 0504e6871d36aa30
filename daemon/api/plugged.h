/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in and whose it is, as the cards of lessons look at it, and as a session is dealt it.
 * Inside the API. Main thread. */
#pragma once

#include <jansson.h>

#include "data/deal.h"
#include "api/parts.h"
#include "class/readiness.h"

struct plugged {
	struct readiness_device devices[DEAL_DEVICES]; /* is_taken: an open session has it */
	size_t n;
};
/* Borrows devices until the next live_feed. */
struct plugged plugged_look(const struct parts *parts);

/* What a session would be dealt now, and how many groups would get something: 0 of one that is over. */
unsigned plugged_deal(
	const struct parts *parts, const struct session *session, struct deal *ret_deal);

/* The body of an ACT_DEAL: groups that get something, with all that they have then. */
json_t *plugged_deal_body(const struct deal *deal);
