/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The better map of a run, where the truth is known: a device whose clock is off and wanders, paths
 * whose delays are those of a UART, of full-speed USB and of an FTDI adapter at 1 ms, the live map of
 * sense, all of it through a real store. Errors are against the truth, the bias of the path
 * included: its true floors are drawn by +-40 % around what is presumed of them. Run with
 * KITLOG_REFINE_PRINT=1 to see the figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep/refining.h"
#include "keep/store.h"
#include "sense/describe.h"
#include "sense/timebase.h"
#include "support/cmocka_all.h"
#include "support/store_bench.h"

enum { MAIN = 1, CLOCK = 2, RATE_HZ = 20, POINTS_MOST = 200000 };

static const double start_s = 100;

struct world {
	const char *name, *port;
	double seconds;
	double rate_ppm, warm_ppm; /* warmed: its rate goes there, with a time constant of 100 s */
	double leap_at_s, leap_ms; /* its clock leaps */
	bool is_unasked;           /* it says the time by itself, and answers nobody */
	double floors;             /* so many times what is presumed; 0: within 40 % of it */
	bool is_long_tailed;       /* delays by a power law, of which no mean is near the usual */
	uint64_t random;
	double to_s, from_s, phase_s; /* true floors; phase of the frames */
	int64_t out_ns;               /* so much more than is presumed are the floors */
};

struct figures {
	double *live, *better;      /* us, absolute */
	size_t n, covered, excused; /* excused: covered but for what the floors are out by */
	double width;               /* sum of what is stated, us */
	double gap;                 /* the longest time without a better map, s */
};

static double uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static double tail(uint64_t *state, double mean)
{
	return -mean * log(1 - uniform(state));
}

/* Pareto's, of exponent 1.5: its mean is three times, and one of a thousand a hundred times the least. */
static double long_tail(uint64_t *state, double least)
{
	return least * (pow(1 - uniform(state), -1 / 1.5) - 1);
}

static bool is_uart(const struct world *world)
{
	return strstr(world->port, "USB") == NULL && strstr(world->port, "ACM") == NULL;
}

/* The device's microseconds; 0.5 ppm of wander in 10 minutes, and what a warm hand does. */
static int64_t device_us(const struct world *world, double t)
{
	double since = t - start_s;
	double us = t * (1e6 + world->rate_ppm) + 48 * sin(2 * M_PI * t / 600);

	us += world->warm_ppm * (since - 100 * (1 - exp(-since / 100)));
	if (world->leap_at_s > 0 && since > world->leap_at_s)
		us += world->leap_ms * 1e3;
	return (int64_t)floor(us);
}

static double frame(const struct world *world, double t)
{
	return ceil((t + world->phase_s) * 1e3) * 1e-3 - world->phase_s;
}

/* One exchange: when the question came in, when the answer left and was received. */
static void exchange(
	struct world *w, double sent, double *ret_in, double *ret_out, double *ret_back)
{
	bool uart = is_uart(w);

	*ret_in = (uart ? sent : frame(w, sent)) + w->to_s + tail(&w->random, uart ? 20e-6 : 50e-6);
	*ret_in += uniform(&w->random) < 0.01 ? tail(&w->random, 2e-3) : 0;
	/* Answered at random phase, as firmware/core does. */
	*ret_out = *ret_in + 50e-6 + uniform(&w->random) * 2e-3;
	if (uart)
		*ret_back = *ret_out + w->from_s + uniform(&w->random) * 350e-6 +
			tail(&w->random, 30e-6);
	else
		*ret_back = frame(w, *ret_out) + w->from_s + tail(&w->random, 40e-6);
	*ret_back += uniform(&w->random) < 0.02 ? tail(&w->random, 3e-3) : 0;
	if (w->is_long_tailed) {
		double late = long_tail(&w->random, 40e-6);

		*ret_in += late;
		*ret_out += late;
		*ret_back += late + long_tail(&w->random, 60e-6);
	}
}

static struct device device_of(const struct world *world);

static void draw_path(struct world *world)
{
	struct device device = device_of(world);
	struct refine_path path = refining_path(&device);

	if (path.to_ns == 0) /* nobody presumes anything, and yet it takes its time */
		path = (struct refine_path){.to_ns = 30000, .from_ns = 100000};
	if (world->floors > 0) {
		world->to_s = (double)path.to_ns * 1e-9 * world->floors;
		world->from_s = (double)path.from_ns * 1e-9 * world->floors;
		world->out_ns = llround((world->floors - 1) * (double)path.from_ns);
		world->phase_s = uniform(&world->random) * 1e-3;
		return;
	}
	world->phase_s = uniform(&world->random) * 1e-3;
	world->to_s = (double)path.to_ns * 1e-9 * (0.6 + 0.8 * uniform(&world->random));
	world->from_s = (double)path.from_ns * 1e-9 * (0.6 + 0.8 * uniform(&world->random));
}

/* --- into the store --- */

static struct device device_of(const struct world *world)
{
	struct device device = {.id = 1, .sticker = 1, .identity = "link:01", .n_streams = 2};

	snprintf(device.port, sizeof device.port, "%s", world->port);
	device.streams[0] = (struct stream){.id = MAIN,
		.device = 1,
		.name = "main",
		.stamps = STAMP_DEVICE,
		.n_channels = 1,
		.channels = {{.id = "truth"}}};
	device.streams[1] = (struct stream){.id = CLOCK,
		.device = 1,
		.name = "clock",
		.kind = STREAM_CLOCK,
		.n_channels = CLOCK_CHANNELS,
		.channels = {{.id = "trip"}, {.id = "device_received"}, {.id = "pause"}}};
	return device;
}

static void add_pair(struct bench *bench, const struct timebase_pair *pair, bool is_unasked)
{
	double values[CLOCK_CHANNELS] = {
		[CLOCK_TRIP] = (double)instant_since(pair->received, pair->sent),
		[CLOCK_RECEIVED] = (double)pair->device_received,
		[CLOCK_PAUSE] = (double)(pair->device_sent - pair->device_received),
	};

	if (is_unasked) {
		values[CLOCK_TRIP] = values[CLOCK_PAUSE] = NAN;
		values[CLOCK_RECEIVED] = (double)pair->device_sent;
	}
	struct feed_record record = {.kind = FEED_BATCH,
		.batch = {.stream = CLOCK,
			.n_channels = CLOCK_CHANNELS,
			.n_rows = 1,
			.stamps_ns = &pair->received.ns,
			.values = values}};

	assert_int_equal(store_add_batch(bench->store, &record), 0);
}

/* A row whose value is its true time since the start. */
static void add_row(
	struct bench *bench, const struct clock_piece *piece, int64_t tick, double truth)
{
	int64_t stamp_ns = clock_piece_stamp(piece, tick);
	struct feed_record record = {.kind = FEED_BATCH,
		.batch = {.stream = MAIN,
			.n_channels = 1,
			.n_rows = 1,
			.has_ticks = 1,
			.piece = *piece,
			.stamps_ns = &stamp_ns,
			.ticks = &tick,
			.values = &truth}};

	assert_int_equal(store_add_batch(bench->store, &record), 0);
}

static void live(struct bench *bench, struct world *world)
{
	struct device device = device_of(world);
	struct timebase base;
	double ping_at = start_s, row_at = start_s + 1, end = start_s + world->seconds;
	double commit_at = start_s + 60;

	assert_int_equal(store_add_device(bench->store, &device), 0);
	struct refine_path presumed = refining_path(&device);
	struct fit_path path = {presumed.to_ns, presumed.from_ns, presumed.from_doubt_ns};

	timebase_init(&base, 0, &path);
	while (row_at < end) {
		if (ping_at < row_at) {
			double in, out, back;

			exchange(world, ping_at, &in, &out, &back);
			struct timebase_pair pair = {{llround(ping_at * 1e9)},
				{llround(back * 1e9)}, device_us(world, in), device_us(world, out)};

			if (world->is_unasked)
				timebase_heard(&base, pair.device_sent, pair.received);
			else
				timebase_pair(&base, &pair);
			add_pair(bench, &pair, world->is_unasked);
			ping_at = back +
				(double)timebase_next_ping_ns(
					&base, (uint32_t)(uniform(&world->random) * 4e9)) *
					1e-9;
			continue;
		}
		int64_t tick = device_us(world, row_at);
		const struct clock_piece *piece = timebase_piece_at(&base, tick);

		if (piece) {
			timebase_advance(&base, tick, (struct instant){llround(row_at * 1e9)});
			add_row(bench, piece, tick, row_at - start_s);
		}
		row_at += 1.0 / RATE_HZ;
		if (row_at > commit_at) {
			bench->now.ns = llround(row_at * 1e9);
			assert_int_equal(store_commit(bench->store, bench->now), 0);
			commit_at += 60;
		}
	}
	bench->now.ns = llround((end + 1) * 1e9);
	assert_int_equal(store_commit(bench->store, bench->now), 0);
}

/* --- and out of it --- */

struct judging {
	const struct curve *curve;
	struct figures *figures;
	int64_t last_ns, out_ns;
	double known_s;
};

static int judge(void *self, const struct rows *rows)
{
	struct judging *judging = self;
	struct figures *f = judging->figures;

	for (size_t i = 0; i < rows->n; i++) {
		int64_t stamp = rows->stamps_ns[i], better = curve_stamp(judging->curve, stamp);
		int64_t truth = llround((start_s + rows->values[i]) * 1e9), width, moved;
		double s = rows->values[i];

		assert_true(better > judging->last_ns); /* no row changes its place */
		judging->last_ns = better;
		if (!curve_extent(judging->curve, stamp, stamp + 1, &width, &moved))
			continue;
		f->gap = s - judging->known_s > f->gap ? s - judging->known_s : f->gap;
		judging->known_s = s;
		assert_in_range(f->n, 0, POINTS_MOST - 1);
		f->live[f->n] = fabs((double)(stamp - truth)) * 1e-3;
		f->better[f->n] = fabs((double)(better - truth)) * 1e-3;
		f->covered += llabs(better - truth) <= width;
		f->excused += llabs(better - truth) <= width + judging->out_ns;
		f->width += (double)width * 1e-3;
		f->n++;
	}
	return 0;
}

static struct refining *refined(struct bench *bench, struct instant from, struct instant to)
{
	struct refining *refining;
	int more;

	assert_int_equal(refining_new(from, to, &refining), 0);
	do
		more = refining_step(refining, bench->reader);
	while (more == 1);
	assert_int_equal(more, 0);
	return refining;
}

/* One run of 5 s after the start to 5 s before the end. */
static void run(struct world *world, struct figures *figures)
{
	struct instant from = {llround((start_s + 5) * 1e9)},
		       to = {llround((start_s + world->seconds - 5) * 1e9)};
	struct judging judging = {.figures = figures, .known_s = 5};
	struct bench bench;
	uint32_t id = 0;

	bench_open(&bench, 0);
	draw_path(world);
	live(&bench, world);
	struct refining *refining = refined(&bench, from, to);

	judging.out_ns = world->out_ns;
	judging.curve = refining_curve(refining, 0, &id);
	assert_non_null(judging.curve);
	assert_int_equal(id, 1);
	assert_int_equal(reader_rows(bench.reader, MAIN, from, to, judge, &judging), 0);
	assert_null(refining_curve(refining, 1, &id));
	refining_free(refining);
	bench_close(&bench);
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double p95(double *values, size_t n)
{
	qsort(values, n, sizeof *values, by_size);
	return values[n * 95 / 100];
}

/* Of some runs together: how good it must be, and that what is stated is true and not too wide. */
static void prove(const struct world *like, unsigned runs, double most_us)
{
	struct figures f = {.live = malloc(POINTS_MOST * sizeof(double)),
		.better = malloc(POINTS_MOST * sizeof(double))};

	for (unsigned i = 0; i < runs; i++) {
		struct world world = *like;

		world.random = 7919 * (i + 1);
		if (world.rate_ppm == 0)
			world.rate_ppm = -200 + 400 * uniform(&world.random);
		run(&world, &f);
	}
	double before = p95(f.live, f.n), after = p95(f.better, f.n);
	double width = f.width / (double)f.n, covered = (double)f.covered / (double)f.n;

	if (getenv("KITLOG_REFINE_PRINT"))
		print_message(
			"%-22s live p95 %6.1f us max %6.1f | better p95 %6.1f max %6.1f us, stated "
			"+-%.1f us, covers %.1f %%, %.1f %% but for the floors\n",
			like->name, before, f.live[f.n - 1], after, f.better[f.n - 1], width,
			100 * covered, 100 * (double)f.excused / (double)f.n);
	assert_true((double)f.n > runs * (like->seconds - 20) * RATE_HZ);
	assert_true(f.gap < 1);
	assert_true(after <= most_us);
	assert_true((double)f.excused / (double)f.n >= 0.95);
	if (like->floors > 0) { /* no message tells of it, and the stamps are off by it */
		free(f.live);
		free(f.better);
		return;
	}
	/* Where nothing is presumed of the path, its bias is most of both; of FTDI it is much. */
	assert_true(after < before * 1.1 || like->port[1] == 't');
	/* The live map leads a bend; where it turns, the worst instant of the two may be either's. */
	assert_true(f.better[f.n - 1] < f.live[f.n - 1] * (like->warm_ppm > 0 ? 1.5 : 1));
	assert_true(covered >= 0.95);
	assert_true(width <= 4 * after);
	free(f.live);
	free(f.better);
}

static void over_a_uart_stamps_are_within_25_us(void **state)
{
	(void)state;
	prove(&(struct world){.name = "UART 115200", .port = "/dev/ttyAMA0", .seconds = 300}, 20,
		25);
}

static void over_usb_stamps_are_within_100_us(void **state)
{
	(void)state;
	prove(&(struct world){.name = "USB CDC", .port = "/dev/ttyACM0", .seconds = 300}, 20, 100);
}

static void over_ftdi_at_1_ms_stamps_are_within_150_us(void **state)
{
	(void)state;
	prove(&(struct world){.name = "FTDI, 1 ms", .port = "/dev/ttyUSB0", .seconds = 300}, 20,
		150);
}

static void a_run_of_half_a_minute_is_as_good(void **state)
{
	(void)state;
	prove(&(struct world){.name = "UART, 30 s", .port = "/dev/ttyAMA0", .seconds = 40}, 20, 25);
}

static void a_resonator_in_a_warm_hand_is_followed(void **state)
{
	(void)state;
	prove(&(struct world){.name = "UART, 30 ppm in 100 s",
		      .port = "/dev/ttyAMA0",
		      .seconds = 300,
		      .warm_ppm = 30},
		10, 40);
}

static void a_clock_that_leaps_is_two_segments(void **state)
{
	(void)state;
	prove(&(struct world){.name = "UART, leaps by 80 ms",
		      .port = "/dev/ttyAMA0",
		      .seconds = 200,
		      .rate_ppm = 50,
		      .leap_at_s = 90,
		      .leap_ms = 80},
		5, 40);
}

/* Nothing is presumed: the middle of the corridor, which may be wrong by half of it. */
static void of_a_path_that_nobody_knows_the_whole_corridor_is_doubted(void **state)
{
	(void)state;
	prove(&(struct world){.name = "unknown path", .port = "/tmp/pty", .seconds = 300}, 10, 80);
}

static void a_device_that_is_only_heard_is_within_80_us(void **state)
{
	(void)state;
	prove(&(struct world){.name = "UART, only heard",
		      .port = "/dev/ttyAMA0",
		      .seconds = 300,
		      .is_unasked = true},
		10, 80);
}

/* Paths over which no constant was chosen. */
static void a_tail_of_another_kind_is_covered_too(void **state)
{
	(void)state;
	prove(&(struct world){.name = "UART, long tail",
		      .port = "/dev/ttyAMA0",
		      .seconds = 300,
		      .is_long_tailed = true},
		10, 25);
	prove(&(struct world){.name = "USB, long tail",
		      .port = "/dev/ttyACM0",
		      .seconds = 300,
		      .is_long_tailed = true},
		10, 100);
}

static void floors_that_nobody_presumed_are_all_that_is_not_covered(void **state)
{
	(void)state;
	for (int times = 2; times <= 3; times++) {
		prove(&(struct world){.name = times == 2 ? "UART, floors twice"
							 : "UART, floors 3 times",
			      .port = "/dev/ttyAMA0",
			      .seconds = 200,
			      .floors = times},
			5, 25 * times);
		prove(&(struct world){.name = times == 2 ? "USB, floors twice"
							 : "USB, floors 3 times",
			      .port = "/dev/ttyACM0",
			      .seconds = 200,
			      .floors = times},
			5, 70 * times);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_a_uart_stamps_are_within_25_us),
		cmocka_unit_test(over_usb_stamps_are_within_100_us),
		cmocka_unit_test(over_ftdi_at_1_ms_stamps_are_within_150_us),
		cmocka_unit_test(a_run_of_half_a_minute_is_as_good),
		cmocka_unit_test(a_resonator_in_a_warm_hand_is_followed),
		cmocka_unit_test(a_clock_that_leaps_is_two_segments),
		cmocka_unit_test(of_a_path_that_nobody_knows_the_whole_corridor_is_doubted),
		cmocka_unit_test(a_tail_of_another_kind_is_covered_too),
		cmocka_unit_test(floors_that_nobody_presumed_are_all_that_is_not_covered),
		cmocka_unit_test(a_device_that_is_only_heard_is_within_80_us),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
