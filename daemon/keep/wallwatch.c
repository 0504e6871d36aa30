/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the kernel; keep/wall_claims.c makes something of what it says. */
#include "keep/wallwatch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/container.h"
#include "keep/wall_chrony.h"
#include "keep/wall_gps.h"
#include "keep/wall_pps.h"

#define LOG_TAG "clock"
#include "base/log.h"

/* A sleep is looked for each second, since rows that were taken before it is told have the hour of
 * before it (wall_rule.c, wake_ns); all the rest each tenth. */
static const int64_t look_ns = NS_PER_S;
enum { LOOKS = 10 };

/* chronyd is asked where it does not tell the kernel; what it said holds until it should have said
 * it twice more. */
static const int64_t ask_chrony_ns = 60 * (int64_t)NS_PER_S,
		     chrony_holds_ns = 150 * (int64_t)NS_PER_S;

/* The timer that somebody cancels is never due: it ends with the kernel's own time, or with that of
 * a time_t of 32 bits, which Debian 12 has on armhf. */
static const time_t never_s = sizeof(time_t) > 4 ? (time_t)(INT64_MAX / NS_PER_S) : INT32_MAX;

/* What found no room yet, and what a look may find: a sleep is a gap and an anchor, the kernel's own
 * claim is another. */
enum { WAITING = 16, NEWS_OF_A_LOOK = 3 };

struct news {
	bool is_gap;
	struct gap gap;
	struct anchor anchor;
};

struct wallwatch {
	struct wallwatch_options options;
	struct wall_claims claims;
	struct news waiting[WAITING];
	unsigned n_waiting;
	struct log_state full, slew;
	int64_t slew_ppb; /* 0: no more than a crystal may need */
	int64_t slept_ns;
	struct wall_gps gps;
	struct wall_pps pps;
	struct timer timer;
	unsigned n_looks;
	struct wall_chrony *chrony;
	struct chrony_tracking tracking; /* what chronyd said last, and when */
	struct instant tracked, asked;
	struct watch was_set; /* readable when the wall clock was set */
};

/* ---------------------------------------------------------------- to the card */

static int give(struct keep *keep, const struct news *news)
{
	return news->is_gap ? keep_order_gap(keep, &news->gap)
			    : keep_order_anchor(keep, &news->anchor);
}

static void give_waiting(struct wallwatch *watch)
{
	unsigned n = 0;

	while (n < watch->n_waiting && give(watch->options.keep, &watch->waiting[n]) == 0)
		n++;
	watch->n_waiting -= n;
	for (unsigned i = 0; i < watch->n_waiting; i++)
		watch->waiting[i] = watch->waiting[i + n];
}

/* Nothing is said that could not be kept: it is found, or said, again. */
static bool has_room(struct wallwatch *watch)
{
	give_waiting(watch);
	if (watch->n_waiting + NEWS_OF_A_LOOK <= WAITING) {
		log_state_clear(&watch->full, LOG_TAG, "the card takes the hour again");
		return true;
	}
	log_state_set(&watch->full, LOG_WARN, LOG_TAG,
		"the card is too slow: what is said of the hour has to wait");
	return false;
}

/* In order, since the map tells later ones by the earlier ones. */
static void order(struct wallwatch *watch, const struct news *news)
{
	watch->waiting[watch->n_waiting++] = *news;
	give_waiting(watch);
}

static void order_anchor(struct wallwatch *watch, const struct anchor *anchor)
{
	char text[WALL_TEXT];

	if (anchor->source != ANCHOR_CARRIED) /* which is how long it slept, and was told */
		log_info("it was %s +- %.3f s at %.3f s (%s)", wall_text(anchor->wall, 3, text),
			(double)anchor->uncertainty_ns / NS_PER_S, (double)anchor->at.ns / NS_PER_S,
			anchor_source_name(anchor->source));
	order(watch, &(struct news){.anchor = *anchor});
}

static void tell_slew(struct wallwatch *watch, int64_t rate_ppb)
{
	watch->slew_ppb = llabs(rate_ppb) > CLOCK_SLEW_PPB ? rate_ppb : 0;
	if (watch->slew_ppb)
		log_state_set(&watch->slew, LOG_WARN, LOG_TAG,
			"the kernel's clock is being slewed by %+lld ppm, and intervals that are measured now are off by as much; let it be slewed more slowly (chrony: maxslewrate 500; kitlogd.yaml(5), wall_clock)",
			(long long)(rate_ppb / 1000));
	else
		log_state_clear(
			&watch->slew, LOG_TAG, "the kernel's clock runs at its own speed again");
}

void wallwatch_look(struct wallwatch *watch, const struct wall_evidence *evidence)
{
	struct wall_finding finding;

	tell_slew(watch, evidence->rate_ppb);
	if (!has_room(watch))
		return;
	wall_claims_look(&watch->claims, evidence, &finding);
	if (finding.slept_ns > 0) {
		watch->slept_ns += finding.slept_ns;
		log_info("the board slept for %.3f s", (double)finding.slept_ns / NS_PER_S);
		order(watch, &(struct news){.is_gap = true, .gap = finding.slept});
	}
	if (finding.stepped_ns != 0)
		log_info("the wall clock was set by %+.6f s; no stamp changes",
			(double)finding.stepped_ns / NS_PER_S);
	for (unsigned i = 0; i < finding.n_anchors; i++)
		order_anchor(watch, &finding.anchors[i]);
}

int64_t wallwatch_slept_ns(const struct wallwatch *watch)
{
	return watch->slept_ns;
}

int64_t wallwatch_slew_ppb(const struct wallwatch *watch)
{
	return watch->slew_ppb;
}

/* ---------------------------------------------------------------- the kernel */

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The tightest of a few: one that was interrupted in the middle would look like a short sleep. */
static int64_t time_asleep(void)
{
	int64_t least_ns = INT64_MAX;

	for (int i = 0; i < 5; i++) {
		int64_t monotonic_ns = read_clock(CLOCK_MONOTONIC);
		int64_t ns = read_clock(CLOCK_BOOTTIME) - monotonic_ns;

		least_ns = ns < least_ns ? ns : least_ns;
	}
	return least_ns;
}

/* Where the kernel knows of no time server, chronyd may. */
static void hear_chrony(struct wallwatch *watch, struct wall_evidence *evidence)
{
	struct instant now = clock_now(watch->options.clock);

	if (instant_since(now, watch->asked) >= ask_chrony_ns) {
		watch->asked = now;
		wall_chrony_ask(watch->chrony, now);
	}
	if (!watch->tracking.is_synchronised ||
		instant_since(now, watch->tracked) > chrony_holds_ns)
		return;
	evidence->is_vouched = true;
	evidence->source = ANCHOR_NTP;
	evidence->uncertainty_ns = watch->tracking.uncertainty_ns;
	evidence->maxerror_ns = watch->tracking.uncertainty_ns;
}

static void ask_kernel(struct wallwatch *watch)
{
	struct clock_evidence kernel;
	struct wall_evidence evidence = {.asleep_ns = time_asleep()};

	clock_ask_kernel(&kernel);
	kernel.is_said_right = watch->options.is_trusted_always;
	evidence.maxerror_ns = kernel.ntp_maxerror_us * NS_PER_US;
	evidence.rate_ppb = clock_rate_ppb(&kernel);
	evidence.is_vouched = clock_trust_of(&kernel, &evidence.source, &evidence.uncertainty_ns);
	if (evidence.source != ANCHOR_NTP)
		hear_chrony(watch, &evidence);
	evidence.pair = clock_pair(watch->options.clock, evidence.source);
	wallwatch_look(watch, &evidence);
}

/* An hour that was heard after a sleep says the sleep already: the sleep has to be told before. */
static void ask_if_slept(struct wallwatch *watch)
{
	if (!watch->options.clock->is_fake && wall_claims_slept(&watch->claims, time_asleep()))
		ask_kernel(watch);
}

int wallwatch_claim(struct wallwatch *watch, const struct anchor *anchor)
{
	ask_if_slept(watch);
	if (!has_room(watch))
		return -ENOSPC;
	order_anchor(watch, anchor);
	return 0;
}

void wallwatch_pulse(struct wallwatch *watch, const struct wall_pulse *pulse)
{
	wall_gps_pulse(&watch->gps, pulse);
}

/* Pulses are looked at when a sentence comes, which is each second, too. */
void wallwatch_hear(struct wallwatch *watch, const struct anchor *sentence)
{
	struct wall_pulse pulse;
	struct anchor claim;

	ask_if_slept(watch);
	if (wall_pps_read(&watch->pps, watch->options.clock, &pulse))
		wallwatch_pulse(watch, &pulse);
	if (has_room(watch) && wall_gps_hear(&watch->gps, sentence, &claim))
		order_anchor(watch, &claim);
}

static void chrony_told(void *self, const struct chrony_tracking *tracking)
{
	struct wallwatch *watch = self;

	watch->tracking = *tracking;
	watch->tracked = clock_now(watch->options.clock);
	ask_kernel(watch);
}

static void due(struct timer *timer, struct instant now)
{
	struct wallwatch *watch = CONTAINER(timer, struct wallwatch, timer);

	(void)now;
	give_waiting(watch);
	ask_if_slept(watch);
	if (++watch->n_looks % LOOKS != 0)
		return;
	if (watch->pps.fd < 0)
		wall_pps_open(&watch->pps);
	ask_kernel(watch);
}

static int arm(int fd)
{
	const struct itimerspec never = {.it_value = {.tv_sec = never_s}};

	return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0
		? -errno
		: 0;
}

/* It is read before it is armed anew: what is set in between is found by the look that follows. */
static void was_set(struct watch *fd, uint32_t events)
{
	struct wallwatch *watch = CONTAINER(fd, struct wallwatch, was_set);
	uint64_t ignored;

	(void)events;
	if (read(fd->fd, &ignored, sizeof ignored) < 0 && errno == EAGAIN)
		return;
	arm(fd->fd);
	ask_kernel(watch);
}

/* Without it (a sandbox forbids it), the look each 10 s has to do. */
static void watch_for_steps(struct wallwatch *watch)
{
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	int result = fd < 0 ? -errno : arm(fd);

	watch->was_set.ready = was_set;
	if (result == 0)
		result = watch_add(watch->options.loop, &watch->was_set, fd, EPOLLIN);
	if (result == 0)
		return;
	log_warn(
		"steps of the wall clock are noticed within 10 s, not at once: the kernel refuses a timer");
	if (fd >= 0)
		close(fd);
}

/* ---------------------------------------------------------------- life */

int wallwatch_open(const struct wallwatch_options *options, struct wallwatch **ret_watch)
{
	struct wallwatch *watch = calloc(1, sizeof *watch);

	if (!watch)
		return -ENOMEM;
	watch->options = *options;
	watch->timer.due = due;
	watch->pps.fd = -1;
	if (options->clock->is_fake) {
		*ret_watch = watch;
		return 0; /* the kernel's clocks say nothing of it */
	}
	watch->asked = watch->tracked = (struct instant){INT64_MIN / 2};
	int result = wall_chrony_open(options->loop, "chronyc", chrony_told, watch, &watch->chrony);
	if (result < 0) {
		free(watch);
		return result;
	}
	wall_pps_open(&watch->pps);
	watch_for_steps(watch);
	ask_kernel(watch);
	timer_every(options->loop, &watch->timer, look_ns);
	*ret_watch = watch;
	return 0;
}

void wallwatch_close(struct wallwatch *watch)
{
	if (!watch)
		return;
	timer_cancel(&watch->timer);
	wall_chrony_close(watch->chrony);
	wall_pps_close(&watch->pps);
	if (watch->was_set.loop) {
		watch_remove(&watch->was_set);
		close(watch->was_set.fd);
	}
	free(watch);
}
