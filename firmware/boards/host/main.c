/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kitlog-virtual: the firmware as a Linux program, on a pseudo-terminal instead of a cable. For
 * trying kitlog without hardware, and for tests. Reads its options, then turns the core's loop and
 * sleeps until something is due or a byte comes.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "core/core.h"
#include "kit.h"
#include "noise.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

#define SKEW_LIMIT_PPM 20000.0

static const struct model *const models[] = {&model_cup, &model_pendulum, &model_co2, &model_wave};

static const char usage[] =
	"Usage: kitlog-virtual [OPTION]...\n"
	"A kit without hardware: the firmware as a program, on a pseudo-terminal.\n"
	"\n"
	"  --model NAME     what it measures (cup):\n";

static const char options_help[] =
	"  --link PATH      symbolic link to the pseudo-terminal, removed at the end\n"
	"  --rate HZ        samples per second until the host asks for another rate\n"
	"  --uid HEX        serial number, 16 hexadecimal digits (made from model and link)\n"
	"  --seed NUMBER    the same noise and the same world again (from the clock)\n"
	"  --skew-ppm PPM   its clock runs so much too fast\n"
	"  --clock US       its clock shows this at the start (0)\n"
	"  --drop SHARE     lose this share of all sent bytes, 0 to 1\n"
	"  --garbage SHARE  put noise behind this share of all frames, 0 to 1\n"
	"  --quiet          print nothing\n"
	"  --help           this text\n"
	"\n"
	"It runs until it gets SIGTERM or SIGINT. Exit status: 0 ended by a signal, 1 it could\n"
	"not run, 2 an option is wrong.\n";

static void print_help(void)
{
	fputs(usage, stdout);
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		printf("                     %-9s %s\n", models[i]->name, models[i]->summary);
	fputs(options_help, stdout);
}

static bool read_number(const char *text, double low, double high, double *ret)
{
	char *end;
	double value = strtod(text, &end);

	if (*text == '\0' || *end != '\0' || !isfinite(value) || value < low || value > high)
		return false;
	*ret = value;
	return true;
}

static bool read_count(const char *text, uint64_t most, uint64_t *ret)
{
	char *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value > most)
		return false;
	*ret = value;
	return true;
}

static bool read_uid(const char *text, uint8_t uid[8])
{
	if (strlen(text) != 16 || strspn(text, "0123456789abcdefABCDEF") != 16)
		return false;
	for (size_t i = 0; i < 8; i++) {
		unsigned byte;

		sscanf(text + 2 * i, "%2x", &byte);
		uid[i] = (uint8_t)byte;
	}
	return true;
}

static const struct model *find_model(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (strcmp(models[i]->name, name) == 0)
			return models[i];
	return NULL;
}

/* The same command is the same kit, and two links are two kits: FNV-1a of model and link, behind
 * the letters "kv". */
static void make_uid(const struct model *model, const char *link, uint8_t uid[8])
{
	uint64_t hash = 0xcbf29ce484222325u;
	const char *texts[] = {model->name, "@", link ? link : ""};

	for (size_t i = 0; i < 3; i++)
		for (const char *c = texts[i]; *c; c++)
			hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	uid[0] = 'k';
	uid[1] = 'v';
	for (size_t i = 2; i < 8; i++)
		uid[i] = (uint8_t)(hash >> (8 * i));
}

/* Fills options and link. Returns 0, EXIT_USAGE after saying why, or -1 when --help was printed. */
static int read_options(int argc, char **argv, struct kit_options *options, const char **link)
{
	enum { MODEL, LINK, RATE, UID, SEED, SKEW, CLOCK, DROP, GARBAGE, QUIET, HELP };
	static const struct option table[] = {{"model", required_argument, NULL, MODEL},
		{"link", required_argument, NULL, LINK}, {"rate", required_argument, NULL, RATE},
		{"uid", required_argument, NULL, UID}, {"seed", required_argument, NULL, SEED},
		{"skew-ppm", required_argument, NULL, SKEW},
		{"clock", required_argument, NULL, CLOCK}, {"drop", required_argument, NULL, DROP},
		{"garbage", required_argument, NULL, GARBAGE}, {"quiet", no_argument, NULL, QUIET},
		{"help", no_argument, NULL, HELP}, {NULL, 0, NULL, 0}};
	const char *wrong = NULL; /* what the option wants */
	bool has_uid = false;
	double rate = 0, skew = 0;
	uint64_t clock_us = 0;
	int option, index = 0;

	while (!wrong && (option = getopt_long(argc, argv, "", table, &index)) != -1) {
		switch (option) {
		case MODEL:
			options->model = find_model(optarg);
			if (!options->model)
				wrong = "cup, pendulum, co2 or wave";
			break;
		case LINK:
			*link = optarg;
			break;
		case RATE:
			if (!read_number(optarg, 1e-3, 1e6, &rate))
				wrong = "a number of samples per second";
			break;
		case UID:
			has_uid = read_uid(optarg, options->uid);
			if (!has_uid)
				wrong = "16 hexadecimal digits";
			break;
		case SEED:
			if (!read_count(optarg, UINT64_MAX, &options->seed))
				wrong = "a whole number";
			break;
		case SKEW:
			if (!read_number(optarg, -SKEW_LIMIT_PPM, SKEW_LIMIT_PPM, &skew))
				wrong = "a number from -20000 to 20000";
			break;
		case CLOCK:
			if (!read_count(optarg, UINT32_MAX, &clock_us))
				wrong = "a number of microseconds below 2^32";
			break;
		case DROP:
			if (!read_number(optarg, 0, 1, &options->drop))
				wrong = "a number from 0 to 1";
			break;
		case GARBAGE:
			if (!read_number(optarg, 0, 1, &options->garbage))
				wrong = "a number from 0 to 1";
			break;
		case QUIET:
			options->is_quiet = true;
			break;
		case HELP:
			print_help();
			return -1;
		default: /* getopt has said what is wrong */
			fprintf(stderr, "Try kitlog-virtual --help.\n");
			return EXIT_USAGE;
		}
	}
	if (wrong) {
		fprintf(stderr, "kitlog-virtual: --%s wants %s, not \"%s\".\n", table[index].name,
			wrong, optarg);
		return EXIT_USAGE;
	}
	if (optind < argc) {
		fprintf(stderr, "kitlog-virtual: \"%s\" is not an option; try --help.\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	options->skew_ppb = (int32_t)lround(skew * 1000);
	options->clock_us = (uint32_t)clock_us;
	if (!has_uid)
		make_uid(options->model, *link, options->uid);
	if (rate > 0) {
		const struct source *source = &options->model->source;
		double period_us = round(1e6 / rate);

		if (period_us < source->period_min_us || period_us > source->period_max_us) {
			fprintf(stderr,
				"kitlog-virtual: %s takes from %g to %g samples per second, "
				"not %g.\n",
				options->model->name, 1e6 / source->period_max_us,
				1e6 / source->period_min_us, rate);
			return EXIT_USAGE;
		}
		options->period_us = (uint32_t)period_us;
	}
	return 0;
}

/* Turns the core's loop until a signal comes. Returns 0 or -errno. */
static int run(struct core *core, const struct kit *kit, struct port *port, int signals)
{
	struct pollfd polls[] = {
		{.fd = port_fd(port), .events = POLLIN}, {.fd = signals, .events = POLLIN}};

	for (;;) {
		uint32_t idle_us;
		struct timespec timeout;

		core_step(core);
		idle_us = kit_has_input(kit) ? 0 : core_idle_us(core);
		timeout.tv_sec = (time_t)(idle_us / 1000000);
		timeout.tv_nsec = (long)(idle_us % 1000000 * 1000);
		if (ppoll(polls, 2, &timeout, NULL) < 0 && errno != EINTR)
			return -errno;
		if (polls[1].revents)
			return 0;
	}
}

int main(int argc, char **argv)
{
	struct kit_options options = {.model = &model_cup};
	const char *link = NULL;
	struct port *port = NULL;
	struct kit *kit = NULL;
	struct core core;
	sigset_t ends;
	int signals = -1, error;

	options.seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	error = read_options(argc, argv, &options, &link);
	if (error != 0)
		return error < 0 ? 0 : error;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signals = signalfd(-1, &ends, SFD_CLOEXEC);

	error = port_open(link, &port);
	if (error < 0) {
		fprintf(stderr,
			"kitlog-virtual: cannot make the port %s: %s; give --link a new name.\n",
			link ? link : "", strerror(-error));
		goto end;
	}
	error = kit_new(&options, port, &kit);
	if (error < 0) {
		fprintf(stderr, "kitlog-virtual: %s.\n", strerror(-error));
		goto end;
	}
	if (!options.is_quiet) {
		printf("%s is plugged into %s\n", kit_board(kit)->model,
			link ? link : port_name(port));
		fflush(stdout);
	}
	core_init(&core, kit_board(kit));
	error = run(&core, kit, port, signals);
	if (error < 0)
		fprintf(stderr, "kitlog-virtual: %s.\n", strerror(-error));
end:
	kit_free(kit);
	port_close(port);
	if (signals >= 0)
		close(signals);
	return error < 0 ? EXIT_FAILED : 0;
}
