/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kitlogd: opens the parts bottom-up, runs, closes them in reverse. Reading main() is the map of
 * the daemon; nothing else happens here, and nothing else exits. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#define LOG_TAG "kitlogd"
#include "base/log.h"
#include "base/loop.h"
#include "base/ring.h"
#include "data/config.h"
#include "keep/keep.h"
#include "keep/store.h"
#include "keep/wallwatch.h"
#include "sense/catalogue.h"
#include "sense/catalogue_config.h"
#include "sense/ports.h"
#include "sense/registry.h"
#include "sense/sense.h"
#include "class/shelf.h"
#include "ship/ship.h"
#include "api/web.h"

/* Room between sense and the others. A row of three values takes about 40 bytes: keep's ring holds
 * a stalled card for about 5 s at 20 000 rows/s and two minutes at 800; main only has to survive a
 * slow turn of its loop. */
enum { KEEP_RING_BYTES = 4 << 20, MAIN_RING_BYTES = 1 << 20, NOTICE_RING_BYTES = 4096 };

static const int64_t look_ns = 25 * (int64_t)NS_PER_MS; /* live sends as often */
static const int64_t web_retry_ns = 5 * (int64_t)NS_PER_S;

struct daemon {
	struct config *config;
	const char *config_name;
	char *config_problem; /* what is wrong with it; NULL: nothing */
	struct clock clock;
	uint32_t boot;
	char pin[16];
	char pages[512];
	struct loop *loop;
	struct store *store;
	struct catalogue *catalogue;
	struct shelf *shelf;
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
	struct wake fed;   /* sense wrote to feed_main, or keep to notices */
	struct timer look; /* at the feed: being woken for each batch costs more than the batch */
	struct timer web_retry;
	struct log_state web_state;
};

#define daemon_of(member_pointer, member) \
	((struct daemon *)((char *)(member_pointer)-offsetof(struct daemon, member)))

/* ---- small callbacks between the parts ---- */

static void got_signal(struct signals *signals, int signal)
{
	log_info("%s: stopping", strsignal(signal));
	loop_stop(daemon_of(signals, signals)->loop);
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
		.catalogue = d->catalogue,
		.shelf = d->shelf,
	};

	int failed = web_open(&options, &d->web, why, sizeof why);
	if (failed) {
		log_state_set(&d->web_state, LOG_ERR, "http", "%s; recording goes on without pages",
			*why ? why : strerror(-failed));
		timer_at(d->loop, timer, instant_add(now, web_retry_ns));
		return;
	}
	log_state_clear(&d->web_state, "http", "pages are back");
	if (!*why) /* else the web side has said what it waits for, and says when it has it */
		log_info("pages at %s", web_address(d->web));
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

static int read_boot_id(char *ret_text, size_t size)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret_text, size - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -EIO;
	ret_text[strcspn((ret_text[n] = 0, ret_text), "\n")] = 0;
	return 0;
}

/* Whole or not at all: a file that a power cut left empty would be there for ever. */
static int write_pin(const char *path, const char *pin)
{
	char fresh[PATH_MAX];

	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return -ENAMETOOLONG;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	int failed = dprintf(fd, "%s\n", pin) < 0 || fsync(fd) ? -errno : 0;
	close(fd);
	if (!failed && rename(fresh, path))
		failed = -errno;
	if (failed)
		unlink(fresh);
	return failed;
}

static int make_pin(const char *path, char *ret_pin, size_t size)
{
	uint32_t random;

	if (getrandom(&random, sizeof random, 0) != sizeof random)
		return -EIO;
	snprintf(ret_pin, size, "%06u", random % 1000000);
	return write_pin(path, ret_pin);
}

/* DIR/pin, made at the first start: six digits, readable by the service only. Without a PIN nobody
 * can sign in as teacher (http/teacher.h); everything else runs. */
static void load_pin(struct daemon *d)
{
	char path[PATH_MAX];
	const char *why;

	if (snprintf(path, sizeof path, "%s/pin", d->config->data) >= (int)sizeof path)
		return; /* the store would not have opened */
	int failed = config_read_secret(path, d->pin, sizeof d->pin);
	if (failed == -ENODATA)
		log_warn("%s: was empty and holds a new PIN now", path);
	if (failed == -ENOENT || failed == -ENODATA)
		failed = make_pin(path, d->pin, sizeof d->pin);
	if (!failed)
		return;
	d->pin[0] = 0;
	why = failed == -EMSGSIZE   ? "is longer than 15 characters"
		: failed == -EINVAL ? "holds control characters"
				    : strerror(-failed);
	log_err("%s: %s; nobody can sign in as teacher until you put that right (a line of 1 to 15 "
		"characters that this user may read, or no such file) and start kitlogd again",
		path, why);
}

/* What is installed stands beside the program, or in the build tree: the first of these that is
 * there, seen from the program's folder. */
static int find_beside(const char *const *places, size_t n_places, char *ret_path, size_t size)
{
	char own[400];
	ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);

	if (n < 0)
		return -errno;
	own[n] = 0;
	*strrchr(own, '/') = 0;
	for (size_t i = 0; i < n_places; i++) {
		snprintf(ret_path, size, "%s%s", own, places[i]);
		if (access(ret_path, R_OK | X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

static int find_pages(struct daemon *d)
{
	static const char *const places[] = {"/../share/kitlog/web", "/../pages", "/pages"};

	return find_beside(places, sizeof places / sizeof *places, d->pages, sizeof d->pages);
}

/* kitlog's own kits, then the school's. */
static int open_catalogue(struct daemon *d)
{
	static const char *const places[] = {
		"/../share/kitlog/kits", "/../kit-folders", "/kit-folders"};
	static const char school[] = "/etc/kitlog/kits";
	char own[512];
	const char *folders[CONFIG_FOLDERS + 1] = {own};
	size_t n = 1;

	if (find_beside(places, sizeof places / sizeof *places, own, sizeof own))
		log_warn("kitlog's kits are not beside the program; install kitlog whole");
	for (size_t i = 0; i < d->config->n_kits; i++)
		folders[n++] = d->config->kits[i];
	if (n == 1 && access(school, F_OK) == 0)
		folders[n++] = school;
	return catalogue_open(folders, n, &d->catalogue);
}

/* The same of lessons. */
static int open_shelf(struct daemon *d)
{
	static const char *const places[] = {
		"/../share/kitlog/lessons", "/../lesson-folders", "/lesson-folders"};
	static const char school[] = "/etc/kitlog/lessons";
	char own[512];
	const char *folders[CONFIG_FOLDERS + 1] = {own};
	size_t n = 1;

	if (find_beside(places, sizeof places / sizeof *places, own, sizeof own))
		log_warn("kitlog's lessons are not beside the program; install kitlog whole");
	for (size_t i = 0; i < d->config->n_lessons; i++)
		folders[n++] = d->config->lessons[i];
	if (n == 1 && access(school, F_OK) == 0)
		folders[n++] = school;
	return shelf_open(folders, n, &d->shelf);
}

/* Calls `say` for each sentence about lessons, and about kits: in their files, and in the configuration about them.
 * Returns whether there was one. */
static bool tell_problems(const struct daemon *d, void (*say)(const char *sentence))
{
	char *lines = NULL, *compared = catalogue_compare(d->catalogue, d->config, d->config_name);
	bool is_any = false;

	if (asprintf(&lines, "%s%s%s", catalogue_problems(d->catalogue), compared ? compared : "",
		    shelf_problems(d->shelf)) < 0)
		lines = NULL;
	for (char *rest = NULL, *line = lines ? strtok_r(lines, "\n", &rest) : NULL; line;
		line = strtok_r(NULL, "\n", &rest)) {
		say(line);
		is_any = true;
	}
	free(lines);
	free(compared);
	return is_any;
}

static void say_log(const char *sentence)
{
	log_warn("%s", sentence);
}

static void say_plain(const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
}

/* --check-config: kits and lessons, too. Returns whether all is well. */
static bool check_folders(struct daemon *d)
{
	int failed = open_catalogue(d);

	if (!failed)
		failed = open_shelf(d);
	if (failed)
		fprintf(stderr, "kitlogd: %s\n", strerror(-failed));
	bool is_well = !failed && !tell_problems(d, say_plain);

	shelf_close(d->shelf);
	catalogue_close(d->catalogue);
	return is_well;
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
	char boot_id[64];

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
		failed = read_boot_id(boot_id, sizeof boot_id);
	if (!failed)
		failed = store_begin_boot(d->store, boot_id, clock_now(&(struct clock){0}).ns,
			&d->boot, &d->clock.base_ns);
	return failed ? fail("store", failed) : 0;
}

/* ---- the parts, bottom-up ---- */

static int open_all(struct daemon *d)
{
	sigset_t set;
	int failed;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);

	if ((failed = open_store(d)))
		return failed;
	load_pin(d);
	if ((failed = load_registry(d))) {
		log_err("%s: the devices known there cannot be read: %s; try kitlog store verify %s",
			d->config->data, strerror(-failed), d->config->data);
		return failed;
	}
	if ((failed = open_catalogue(d)))
		return fail("the kits", failed);
	if ((failed = open_shelf(d)))
		return fail("the lessons", failed);
	tell_problems(d, say_log);
	if ((failed = find_pages(d)))
		log_warn(
			"the pages are not beside the program; install kitlog whole, or build the target pages");

	d->signals.got = got_signal;
	d->fed.woken = sense_woke;
	d->look.due = look_due;
	d->web_retry.due = open_web;
	if ((failed = loop_open(&d->clock, &d->loop)) ||
		(failed = signals_open(d->loop, &d->signals, &set)) ||
		(failed = wake_open(d->loop, &d->fed)) ||
		(failed = ring_new(KEEP_RING_BYTES, &d->feed_keep)) ||
		(failed = ring_new(MAIN_RING_BYTES, &d->feed_main)) ||
		(failed = ring_new(NOTICE_RING_BYTES, &d->notices)))
		return fail("the event loop", failed);

	failed = keep_new(&(struct keep_options){.clock = &d->clock,
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
	if (failed)
		return fail("the thread that reads devices", failed);

	if ((failed = keep_start(d->keep)))
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
				    .catalogue = d->catalogue,
				    .sense = d->sense},
		&d->ports);
	if (failed)
		return fail("the ports", failed);
	if ((failed = sense_start(d->sense)))
		return fail("the thread that reads devices", failed);
	if ((failed = ship_start(d->ship)))
		return fail("the thread that ships readings", failed);
	open_web(&d->web_retry, clock_now(&d->clock));
	timer_every(d->loop, &d->look, look_ns);
	return 0;
}

/* In reverse; every part takes NULL. */
static void close_all(struct daemon *d)
{
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
	shelf_close(d->shelf);
	catalogue_close(d->catalogue);
	store_close(d->store);
	config_free(d->config);
	free(d->config_problem);
}

/* ---- the command line ---- */

static void usage(FILE *out)
{
	fputs("Usage: kitlogd [--config FILE] [--check-config | --print-config]\n"
	      "Reads the kits at this board, keeps their samples, ships them, shows them.\n\n"
	      "  -c, --config FILE   configuration (default: /etc/kitlog/kitlogd.yaml if it is there)\n"
	      "      --check-config  say what is wrong with it, the kits, the lessons, and stop\n"
	      "      --print-config  print the configuration in effect and stop\n"
	      "  -V, --version\n"
	      "  -h, --help\n",
		out);
}

int main(int argc, char **argv)
{
	enum { CHECK = 256, PRINT };
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, CHECK},
		{"print-config", no_argument, NULL, PRINT},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static const char usual[] = "/etc/kitlog/kitlogd.yaml";
	/* One that is there and may not be read is an error with a sentence, not the defaults. */
	const char *path = access(usual, F_OK) == 0 || errno == EACCES ? usual : NULL;
	int mode = 0, option;

	while ((option = getopt_long(argc, argv, "c:Vh", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case CHECK:
		case PRINT:
			mode = option;
			break;
		case 'V':
			puts("kitlogd " KITLOG_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "kitlogd: \"%s\" is not an option; see kitlogd --help\n",
			argv[optind]);
		return 2;
	}

	/* The daemon's memory must stay small and flat, and its threads hardly allocate: one arena, and
	 * blocks from 128 KiB on are maps of their own, which take the pages that are touched and go
	 * back when they are freed. (malloc would raise that limit with the first large block freed.) */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 128 << 10);

	struct daemon d = {0};
	int failed = mode == CHECK ? config_load(path, &d.config, &d.config_problem)
				   : config_load_rest(path, &d.config, &d.config_problem);
	if (d.config_problem)
		fputs(d.config_problem, stderr);
	d.config_name = path ? path : usual;
	if (failed || mode) {
		if (!failed && mode == PRINT)
			config_print(d.config, stdout);
		if (!failed && mode == CHECK && !check_folders(&d))
			failed = -EINVAL;
		config_free(d.config);
		free(d.config_problem);
		return failed ? 1 : 0;
	}
	log_set_level(d.config->log);

	/* Pages that were touched stay in memory, so that a stamp never waits for the card. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
		log_debug("memory is not locked: %s", strerror(errno));

	failed = open_all(&d);
	if (!failed) {
		failed = loop_run(d.loop);
		if (failed)
			log_err("event loop: %s", strerror(-failed));
	}
	close_all(&d);
	return failed ? 1 : 0;
}
