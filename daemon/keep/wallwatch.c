/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel slews CLOCK_MONOTONIC and CLOCK_REALTIME alike, so their difference is constant except
 * when somebody sets the clock: one anchor says it all until then, and taking more would only store
 * the noise of reading two clocks. */
#include "keep/wallwatch.h"

#include <errno.h>
#include <stdlib.h>

#define LOG_TAG "clock"
#include "base/log.h"

static const int64_t look_ns = 10 * (int64_t)NS_PER_S;

/* Reading two clocks is good to about a microsecond; a thousand times that is somebody's doing. */
static const int64_t moved_ns = NS_PER_MS;

struct wallwatch {
	const struct clock *clock;
	struct keep *keep;
	bool is_trusted_always;
	bool has_anchor;
	struct anchor last;
	struct timer timer;
};

static int64_t offset(const struct anchor *anchor)
{
	return anchor->wall.ns - anchor->at.ns;
}

static void look(struct wallwatch *watch)
{
	enum anchor_source source = ANCHOR_SYSTEM;
	int64_t uncertainty_ns = NS_PER_S;

	if (!clock_is_trusted(&source, &uncertainty_ns) && !watch->is_trusted_always)
		return;
	struct anchor now = clock_pair(watch->clock, source);
	if (now.uncertainty_ns < uncertainty_ns)
		now.uncertainty_ns = uncertainty_ns;

	if (watch->has_anchor && llabs(offset(&now) - offset(&watch->last)) < moved_ns)
		return;
	if (keep_order_anchor(watch->keep, &now))
		return; /* the next look tries again */

	char text[WALL_TEXT];
	log_info("wall clock %s: %s (%s)", watch->has_anchor ? "was set" : "is known",
		wall_text(now.wall, 0, text), anchor_source_name(source));
	watch->last = now;
	watch->has_anchor = true;
}

static void due(struct timer *timer, struct instant now)
{
	struct wallwatch *watch =
		(struct wallwatch *)((char *)timer - offsetof(struct wallwatch, timer));

	(void)now;
	look(watch);
}

int wallwatch_open(struct loop *loop, const struct clock *clock, struct keep *keep,
	bool is_trusted_always, struct wallwatch **ret_watch)
{
	struct wallwatch *watch = calloc(1, sizeof *watch);

	if (!watch)
		return -ENOMEM;
	watch->clock = clock;
	watch->keep = keep;
	watch->is_trusted_always = is_trusted_always;
	watch->timer.due = due;
	look(watch);
	timer_every(loop, &watch->timer, look_ns);
	*ret_watch = watch;
	return 0;
}

void wallwatch_close(struct wallwatch *watch)
{
	if (!watch)
		return;
	timer_cancel(&watch->timer);
	free(watch);
}
