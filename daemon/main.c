/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kitlogd: opens the parts bottom-up, runs, closes them in reverse. Reading main() is the map of
 * the daemon; nothing else happens here, and nothing else exits. */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#define LOG_TAG "kitlogd"
#include "base/log.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/ring.h"
#include "data/config.h"
#include "data/places.h"
#include "keep/boot_ask.h"
#include "keep/keep.h"
#include "keep/store.h"
#include "keep/wallwatch.h"
#include "sense/ports.h"
#include "sense/registry.h"
#include "sense/sense.h"
#include "http/teacher_pin.h"
#include "ship/ship.h"
#include "api/web.h"
#include "command.h"
#include "service.h"
#include "written.h"

/* Room between sense and the others. A row of three values takes about 40 bytes: keep's ring holds
 * a stalled card for about 5 s at 20 000 rows/s and two minutes at 800; main only has to survive a
 * slow turn of its loop. */
enum { KEEP_RING_BYTES = 4 << 20, MAIN_RING_BYTES = 1 << 20, NOTICE_RING_BYTES = 4096 };

static const int64_t look_ns = 25 * (int64_t)NS_PER_MS; /* live sends as often */
static const int64_t web_retry_ns = 5 * (int64_t)NS_PER_S;

/* How long a thread may make no turn before it counts as hung, in beats, 10 s each by the unit we install.
 * Sense makes hundreds of turns a second. Keep waits for the card: one that is cheap or dying stalls for many
 * seconds, and a restart would throw away what the ring holds meanwhile. */
enum { SENSE_PATIENCE = 1, KEEP_PATIENCE = 12 };

struct daemon {
	struct config *config;
	char *config_problem; /* what is wrong with it; NULL: nothing */
	struct clock clock;
	uint32_t boot;
	char pin[TEACHER_PIN_TEXT];
	char pages[PATH_MAX];
	struct loop *loop;
	struct store *store;
	struct written written; /* kits and lessons */
	struct registry *registry;
	struct ring *feed_keep, *feed_main;
	struct ring *notices; /* of keep, for the pages */
	struct keep *keep;
	struct ship *ship;
	struct sense *sense;
	struct ports *ports;
	struct web *web;
	struct wallwatch *wallwatch;
	struct signals signals;
	bool has_terminal; /* was started by hand */
	struct wake fed;   /* sense wrote to feed_main, or keep to notices */
	struct timer look; /* at the feed: being woken for each batch costs more than the batch */
	struct timer web_retry;
	struct log_state web_state;
	struct service service;
};

#define daemon_of(member_pointer, member) \
	((struct daemon *)((char *)(member_pointer)-offsetof(struct daemon, member)))

/* ---- small callbacks between the parts ---- */

/* SIGHUP asks a service to read again what people write, which is the lessons and the certificate; in a terminal it says that the
 * window is gone. */
static void got_signal(struct signals *signals, int signal)
{
	struct daemon *d = daemon_of(signals, signals);

	if (signal == SIGHUP && !d->has_terminal) {
		if (d->web)
			web_reread(d->web);
		else
			log_warn("%s: nothing is read again, there are no pages yet; "
				 "try again",
				strsignal(signal));
		return;
	}
	log_info("%s: stopping", strsignal(signal));
	loop_stop(d->loop);
}

/* On the sense thread. */
static void sense_has_news(void *self, bool is_urgent)
{
	struct daemon *d = self;

	if (!is_urgent)
		return; /* main and keep look by themselves often enough */
	wake_signal(&d->fed);
	keep_wake(d->keep);
}

static void drain_feed(struct daemon *d)
{
	if (d->web) {
		web_feed(d->web);
		return;
	}
	while (ring_peek(d->feed_main, &(size_t){0}))
		ring_drop(d->feed_main); /* no pages yet: nobody to show it to */
}

static void sense_woke(struct wake *wake)
{
	drain_feed(daemon_of(wake, fed));
}

static void look_due(struct timer *timer, struct instant now)
{
	(void)now;
	drain_feed(daemon_of(timer, look));
}

/* A port that is taken must not cost a lesson its data: everything else runs, and the pages come up
 * when the port is free. */
static void open_web(struct timer *timer, struct instant now)
{
	struct daemon *d = daemon_of(timer, web_retry);
	char why[256] = "";
	struct web_options options = {
		.clock = &d->clock,
		.loop = d->loop,
		.config = d->config,
		.feed = d->feed_main,
		.notices = d->notices,
		.keep = d->keep,
		.wallwatch = d->wallwatch,
		.ship = d->ship,
		.sense = d->sense,
		.ports = d->ports,
		.pages = d->pages,
		.pin = d->pin,
		.config_problem = d->config_problem,
		.boot = d->boot,
		.catalogue = d->written.catalogue,
		.shelf = d->written.shelf,
	};

	int failed = web_open(&options, &d->web, why, sizeof why);
	if (failed) {
		log_state_set(&d->web_state, LOG_ERR, "http", "%s; recording goes on without pages",
			*why ? why : strerror(-failed));
		timer_at(d->loop, timer, instant_add(now, web_retry_ns));
		return;
	}
	log_state_clear(&d->web_state, "http", "pages are back");
}

/* ---- what main prepares for the parts ---- */

static int learn_device(void *self, const struct device *device)
{
	registry_learn(self, device); /* full: the registry's header says what that means */
	return 0;
}

/* Everything ever plugged in keeps its number, and no new device gets the stream of a lost one.
 * Where there is no store, or a damaged one that waits for room on the card, what cannot be read is
 * new. */
static int load_registry(struct daemon *d)
{
	struct reader *reader = NULL;
	uint32_t highest = 0;
	int failed = registry_new(&d->registry);

	if (failed)
		return failed;
	failed = reader_open(d->config->data, &reader);
	if (!failed)
		failed = reader_devices(reader, learn_device, d->registry);
	if (!failed)
		failed = reader_highest_stream(reader, &highest);
	registry_reserve_streams(d->registry, highest);
	reader_close(reader);
	return failed == -ENOMEM ? failed : 0;
}

static const char *next_step(int error)
{
	switch (error) {
	case -ENOMEM:
	case -EAGAIN:
		return "stop other programs, or restart the board";
	case -EMFILE:
	case -ENFILE:
		return "allow it more open files (LimitNOFILE=)";
	case -EACCES:
	case -EPERM:
		return "let this user do it";
	case -ENOSPC:
	case -EDQUOT:
		return "make room on the card";
	default:
		return "restart the board; if that does not help, look at its card";
	}
}

/* `what` could not be begun, and nothing works without it. */
static int fail(const char *what, int error)
{
	log_err("%s: %s; %s", what, strerror(-error), next_step(error));
	return error;
}

static int open_store(struct daemon *d)
{
	struct store_options options = {
		.directory = d->config->data,
		.limit_bytes = (uint64_t)d->config->store.limit_mb << 20,
	};
	struct store_finding finding = {""};
	char boot_id[BOOT_ASKED];

	int failed = store_open(&options, &finding, &d->store);
	if (failed == -EBUSY)
		log_err("%s: another kitlogd is using it; stop that one, or choose another data: folder",
			d->config->data);
	else if (failed)
		log_err("%s: %s; choose a data: folder that this user may write", d->config->data,
			strerror(-failed));
	if (failed)
		return failed;
	if (*finding.sentence)
		log_warn("%s", finding.sentence);

	for (size_t i = 0; i < d->config->n_sinks && !failed; i++)
		failed = store_use_sink(d->store, d->config->sinks[i].name);
	if (!failed)
		failed = boot_ask(boot_id);
	if (!failed)
		failed = store_begin_boot(d->store, boot_id, clock_now(&(struct clock){0}).ns,
			&d->boot, &d->clock.base_ns);
	return failed ? fail("store", failed) : 0;
}

/* ---- the parts, bottom-up ---- */

/* What is on the card: all that was recorded, the PIN, who was here before, kits, lessons, pages. */
static int open_card(struct daemon *d)
{
	int failed = open_store(d);

	if (failed)
		return failed;
	teacher_pin_load(d->config->data, d->pin);
	if ((failed = load_registry(d))) {
		log_err("%s: the devices known there cannot be read: %s; try kitlog store verify %s",
			d->config->data, strerror(-failed), d->config->data);
		return failed;
	}
	if ((failed = written_open(&d->written)))
		return fail("the kits and lessons", failed);
	written_log(&d->written);
	if (places_of_pages(d->pages))
		log_warn(
			"the pages are not beside the program; install kitlog whole, or build the target pages");
	return 0;
}

/* Main's own loop, and what the threads meet in. */
static int open_loop(struct daemon *d, const sigset_t *stopping)
{
	int failed;

	d->signals.got = got_signal;
	d->has_terminal = isatty(STDIN_FILENO);
	d->fed.woken = sense_woke;
	d->look.due = look_due;
	d->web_retry.due = open_web;
	if ((failed = loop_open(&d->clock, &d->loop)) ||
		(failed = signals_open(d->loop, &d->signals, stopping)) ||
		(failed = wake_open(d->loop, &d->fed)) ||
		(failed = ring_new(KEEP_RING_BYTES, &d->feed_keep)) ||
		(failed = ring_new(MAIN_RING_BYTES, &d->feed_main)) ||
		(failed = ring_new(NOTICE_RING_BYTES, &d->notices)))
		return fail("the event loop", failed);
	return 0;
}

static int make_threads(struct daemon *d)
{
	int failed = keep_new(&(struct keep_options){.clock = &d->clock,
				      .store = d->store,
				      .feed = d->feed_keep,
				      .commit_ns = (int64_t)d->config->store.commit_ms * NS_PER_MS},
		&d->keep);

	if (failed || (failed = keep_listen(d->keep, d->notices, &d->fed)))
		return fail("the thread that keeps readings", failed);
	failed = ship_new(
		&(struct ship_options){.clock = &d->clock, .config = d->config, .keep = d->keep},
		&d->ship);
	if (failed)
		return fail("the thread that ships readings", failed);
	failed = sense_new(&(struct sense_options){.clock = &d->clock,
				   .registry = d->registry,
				   .feed_keep = d->feed_keep,
				   .feed_main = d->feed_main,
				   .notify = sense_has_news,
				   .self = d},
		&d->sense);
	return failed ? fail("the thread that reads devices", failed) : 0;
}

/* Who takes runs before who gives. */
static int start_threads(struct daemon *d)
{
	int failed = keep_start(d->keep);

	if (failed)
		return fail("the thread that keeps readings", failed);
	failed = wallwatch_open(&(struct wallwatch_options){.loop = d->loop,
					.clock = &d->clock,
					.keep = d->keep,
					.is_trusted_always = d->config->wall_clock_is_trusted},
		&d->wallwatch);
	if (failed)
		return fail("the watch on the wall clock", failed);
	failed = ports_open(&(struct ports_options){.loop = d->loop,
				    .config = d->config,
				    .catalogue = d->written.catalogue,
				    .sense = d->sense},
		&d->ports);
	if (failed)
		return fail("the ports", failed);
	if ((failed = sense_start(d->sense)))
		return fail("the thread that reads devices", failed);
	if ((failed = ship_start(d->ship)))
		return fail("the thread that ships readings", failed);
	return 0;
}

static unsigned probe_sense(void *sense)
{
	return sense_probe(sense);
}

static unsigned probe_keep(void *keep)
{
	return keep_probe(keep);
}

static void tell_service(struct daemon *d)
{
	const struct watched parts[] = {
		{"sense", probe_sense, d->sense, SENSE_PATIENCE},
		{"keep", probe_keep, d->keep, KEEP_PATIENCE},
	};

	service_start(&d->service, d->loop, parts, sizeof parts / sizeof *parts);
}

static int open_all(struct daemon *d)
{
	sigset_t stopping;
	int failed;

	/* Before there are threads, which have main's mask. */
	sigemptyset(&stopping);
	sigaddset(&stopping, SIGTERM);
	sigaddset(&stopping, SIGINT);
	sigaddset(&stopping, SIGHUP);
	sigprocmask(SIG_BLOCK, &stopping, NULL);
	signal(SIGPIPE, SIG_IGN);

	if ((failed = open_card(d)) || (failed = open_loop(d, &stopping)) ||
		(failed = make_threads(d)) || (failed = start_threads(d)))
		return failed;
	open_web(&d->web_retry, clock_now(&d->clock));
	timer_every(d->loop, &d->look, look_ns);
	if ((failed = memory_hold()))
		log_debug("memory is not locked: %s", strerror(-failed));
	tell_service(d);
	return 0;
}

/* In reverse; every part takes NULL. */
static void close_all(struct daemon *d)
{
	service_stop(&d->service);
	timer_cancel(&d->look);
	timer_cancel(&d->web_retry);
	web_close(d->web);
	if (d->ship)
		ship_stop(d->ship);
	if (d->sense)
		sense_stop(d->sense);
	ports_close(d->ports);
	wallwatch_close(d->wallwatch);
	if (d->keep)
		keep_stop(d->keep);
	sense_free(d->sense);
	ship_free(d->ship);
	keep_free(d->keep);
	ring_free(d->notices);
	ring_free(d->feed_main);
	ring_free(d->feed_keep);
	wake_close(&d->fed);
	signals_close(&d->signals);
	loop_close(d->loop);
	registry_free(d->registry);
	written_close(&d->written);
	store_close(d->store);
}

/* ---- begin and end ---- */

/* --check-config, --print-config: nothing is opened. */
static bool look_only(struct daemon *d, enum command_deed deed)
{
	if (deed == COMMAND_CHECK)
		return written_check(&d->written, !d->config_problem);
	config_print(d->config, stdout);
	return true;
}

static bool run(struct daemon *d)
{
	log_set_level(d->config->log);

	int failed = open_all(d);
	if (!failed) {
		failed = loop_run(d->loop);
		if (failed)
			log_err("event loop: %s", strerror(-failed));
	}
	close_all(d);
	return !failed;
}

int main(int argc, char **argv)
{
	struct command command;
	static struct daemon d; /* a thread that was left behind reads the clock until the end */
	int status;

	if (!command_read(argc, argv, &command, &status))
		return status;

	/* The daemon's memory must stay small and flat, and its threads hardly allocate: one arena, and
	 * blocks from 128 KiB on are maps of their own, which take the pages that are touched and go
	 * back when they are freed. (malloc would raise that limit with the first large block freed.) */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 128 << 10);

	/* Where the kernel gives 2 MiB for the first byte (Debian's does on PCs), what is touched here
	 * and there, such as the places of 64 kits, would take ten times its size. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);

	/* Also for who checks: what several keys must be to each other shows only in what is left
	 * without the mistakes. */
	int failed = config_load_rest(command.config, &d.config, &d.config_problem);
	if (d.config_problem && command.deed == COMMAND_RUN)
		fputs(d.config_problem, stderr);
	else if (d.config_problem)
		written_print(d.config_problem);
	d.written.config = d.config;
	d.written.name = command.config_name;

	bool is_well =
		!failed && (command.deed == COMMAND_RUN ? run(&d) : look_only(&d, command.deed));

	config_free(d.config);
	free(d.config_problem);
	return is_well ? 0 : 1;
}
