/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* The device-clock map in simulation, where the truth is known: a device whose clock drifts and
 * wanders, paths whose delays are those of a UART and of full-speed USB (1 ms frames), pings as the
 * map asks for them, samples that arrive late. Every figure asserted here was measured first; the
 * bounds leave a margin of about a half. Run with KITLOG_TIMEBASE_PRINT=1 to see the figures.
 *
 * "Error" is stamp minus truth. A constant asymmetry of the path cannot be seen by any two-way
 * method: it is reported as `bias` (the median error), bounded by half the round trip, and taken
 * off the rest. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sense/timebase.h"
#include "support/cmocka_all.h"

enum { SAMPLES_MOST = 400000 };

enum path { PATH_UART, PATH_CDC };

/* A device and its path. Zero means: no such trouble. */
struct world {
	enum path path;
	uint64_t seed;
	double seconds, settle_s;
	double rate_ppm, wander_us,
		wander_s;          /* clock: constant rate, sine of this amplitude and period */
	double outliers;           /* share of exchanges that are some ms late */
	double drops;              /* share of pings that get no answer */
	double start_ticks;        /* counter when we plug it in */
	double jump_at_s, jump_ms; /* the device's clock leaps */
	double restart_at_s;       /* the device starts again at 0 and says so */
	int32_t known_ppb;
};

struct outcome {
	double bias_us, p50_us, p95_us, max_us; /* after settle_s */
	double spacing_ppm;                     /* worst mean spacing over 10 s */
	double round_trip_us, uncertainty_us;
	double first_piece_s; /* from plugging in to the first stamp */
	unsigned pieces, segments, samples;
	bool rises;
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

/* Device microseconds at a board second. */
static double device_us(const struct world *world, double t)
{
	double us = t * (1e6 + world->rate_ppm) + world->start_ticks;

	if (world->wander_s > 0)
		us += world->wander_us * sin(2 * M_PI * t / world->wander_s);
	if (world->jump_at_s > 0 && t >= world->jump_at_s)
		us += world->jump_ms * 1e3;
	if (world->restart_at_s > 0 && t >= world->restart_at_s)
		us = (t - world->restart_at_s) * (1e6 + world->rate_ppm);
	return us;
}

static double next_frame(double t)
{
	return ceil(t * 1e3) * 1e-3;
}

/* Board seconds at which the ping reaches the device and at which its answer reaches us. Delays as
 * published for these paths: 115200 bit/s tty with its receive time-out, or full-speed bulk
 * transfers. */
static void exchange(const struct world *world, uint64_t *state, double sent, double *ret_device,
	double *ret_received)
{
	if (world->path == PATH_UART) {
		*ret_device = sent + 30e-6 + tail(state, 20e-6);
		*ret_received = *ret_device + 100e-6 + 350e-6 * uniform(state) + tail(state, 30e-6);
	} else {
		*ret_device =
			next_frame(sent) + 120e-6 + 30e-6 * uniform(state) + tail(state, 50e-6);
		*ret_received = next_frame(*ret_device) + 150e-6 + tail(state, 40e-6);
	}
	if (uniform(state) < world->outliers)
		*ret_received += tail(state, 3e-3);
	if (uniform(state) < world->outliers / 2)
		*ret_device += tail(state, 3e-3);
	if (*ret_received < *ret_device)
		*ret_received = *ret_device + 150e-6;
}

static int by_value(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static struct instant instant_of(double seconds)
{
	return (struct instant){(int64_t)llround(seconds * 1e9)};
}

static struct outcome run(const struct world *world)
{
	static double errors[SAMPLES_MOST], times[SAMPLES_MOST], stamps[SAMPLES_MOST];
	struct outcome outcome = {.rises = true, .first_piece_s = -1};
	struct timebase base;
	uint64_t state = world->seed;
	double ping_at = 0.01, sample_at = 0.003, uncertainty = 0;
	int64_t last_stamp = INT64_MIN;
	uint32_t segment = 0;
	bool has_restarted = false;
	size_t n = 0;

	timebase_init(&base, world->known_ppb);
	while (fmin(ping_at, sample_at) < world->seconds) {
		if (world->restart_at_s > 0 && !has_restarted &&
			fmin(ping_at, sample_at) >= world->restart_at_s) {
			has_restarted = true;
			timebase_restart(&base);
		}
		if (ping_at < sample_at) {
			double device, received;

			exchange(world, &state, ping_at, &device, &received);
			if (uniform(&state) >= world->drops) {
				uint32_t tick = (uint32_t)(uint64_t)device_us(world, device);
				uint32_t sent_tick =
					(uint32_t)(uint64_t)device_us(world, device + 40e-6);
				struct timebase_pair pair = {
					.sent = instant_of(ping_at),
					.received = instant_of(received + 40e-6),
					.device_received = timebase_unwrap(&base, tick),
				};
				pair.device_sent = timebase_unwrap(&base, sent_tick);
				outcome.pieces += timebase_pair(&base, &pair);
			}
			ping_at = received + 40e-6 +
				(double)timebase_next_ping_ns(
					&base, (uint32_t)(uniform(&state) * 4e9)) *
					1e-9;
			continue;
		}
		int64_t tick =
			timebase_unwrap(&base, (uint32_t)(uint64_t)device_us(world, sample_at));
		const struct clock_piece *piece = timebase_piece_at(&base, tick);

		timebase_advance(&base, tick);
		if (piece) {
			int64_t stamp = clock_piece_stamp(piece, tick);

			outcome.segments += piece->segment != segment;
			segment = piece->segment;
			if (outcome.first_piece_s < 0)
				outcome.first_piece_s = sample_at;
			/* A leap back of the clock is the conversation's to handle; here it must
			 * not be. */
			if (stamp <= last_stamp)
				outcome.rises = false;
			last_stamp = stamp;
			if (sample_at >= world->settle_s && n < SAMPLES_MOST) {
				times[n] = sample_at;
				stamps[n] = (double)stamp * 1e-9;
				errors[n] = ((double)stamp * 1e-9 - sample_at) * 1e6;
				uncertainty = fmax(uncertainty, piece->uncertainty_ns * 1e-3);
				n++;
			}
		}
		sample_at += 0.01;
	}
	assert_true(n > 0);
	for (size_t i = 1000; i < n; i++) {
		double truth = times[i] - times[i - 1000];

		outcome.spacing_ppm = fmax(outcome.spacing_ppm,
			fabs((stamps[i] - stamps[i - 1000]) / truth - 1) * 1e6);
	}
	qsort(errors, n, sizeof(errors[0]), by_value);
	outcome.bias_us = errors[n / 2];
	for (size_t i = 0; i < n; i++)
		errors[i] = fabs(errors[i] - outcome.bias_us);
	qsort(errors, n, sizeof(errors[0]), by_value);
	outcome.p50_us = errors[n / 2];
	outcome.p95_us = errors[n * 95 / 100];
	outcome.max_us = errors[n - 1];
	outcome.samples = (unsigned)n;
	outcome.round_trip_us = (double)timebase_round_trip_ns(&base) * 1e-3;
	outcome.uncertainty_us = uncertainty;
	return outcome;
}

static void show(const char *what, const struct outcome *o)
{
	if (getenv("KITLOG_TIMEBASE_PRINT"))
		printf("  %-34s bias %6.0f  p50 %5.1f  p95 %6.1f  max %6.1f us  spacing %5.2f ppm  "
		       "rtt %5.0f  u %5.0f us  first %.2f s  pieces %u segments %u\n",
			what, o->bias_us, o->p50_us, o->p95_us, o->max_us, o->spacing_ppm,
			o->round_trip_us, o->uncertainty_us, o->first_piece_s, o->pieces,
			o->segments);
}

static const double rates_ppm[] = {-200, -40, 0, 40, 200};

/* The worst of several seeds and rates. */
static struct outcome worst(struct world world, const char *what)
{
	struct outcome all = {.rises = true};

	for (size_t r = 0; r < sizeof(rates_ppm) / sizeof(rates_ppm[0]); r++) {
		for (uint64_t seed = 1; seed <= 4; seed++) {
			world.rate_ppm = rates_ppm[r];
			world.seed = seed * 77;
			struct outcome one = run(&world);

			all.bias_us =
				fabs(one.bias_us) > fabs(all.bias_us) ? one.bias_us : all.bias_us;
			all.p50_us = fmax(all.p50_us, one.p50_us);
			all.p95_us = fmax(all.p95_us, one.p95_us);
			all.max_us = fmax(all.max_us, one.max_us);
			all.spacing_ppm = fmax(all.spacing_ppm, one.spacing_ppm);
			all.round_trip_us = fmax(all.round_trip_us, one.round_trip_us);
			all.uncertainty_us = fmax(all.uncertainty_us, one.uncertainty_us);
			all.first_piece_s = fmax(all.first_piece_s, one.first_piece_s);
			all.segments = one.segments > all.segments ? one.segments : all.segments;
			all.pieces = one.pieces > all.pieces ? one.pieces : all.pieces;
			all.rises &= one.rises;
		}
	}
	show(what, &all);
	return all;
}

static const struct world plain = {
	.seconds = 900,
	.settle_s = 60,
	.wander_us = 47.7,
	.wander_s = 600,
	.outliers = 0.02,
	.start_ticks = 5e6,
};

static struct world world_of(enum path path)
{
	struct world world = plain;

	world.path = path;
	return world;
}

static struct outcome worst_early(struct world world, const char *what)
{
	world.settle_s = 1;
	world.seconds = 20;
	return worst(world, what);
}

static void uart_stamps_are_within_50_us(void **unused)
{
	struct outcome o = worst(world_of(PATH_UART), "UART 115200");

	(void)unused;
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.p95_us <= 45 && o.max_us <= 90);
	assert_true(fabs(o.bias_us) <= o.round_trip_us / 2);
	assert_true(o.spacing_ppm <= 10);
}

static void cdc_stamps_are_within_200_us(void **unused)
{
	struct outcome o = worst(world_of(PATH_CDC), "CDC, 1 ms frames");

	(void)unused;
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.p95_us <= 120 && o.max_us <= 220);
	assert_true(fabs(o.bias_us) <= o.round_trip_us / 2);
	assert_true(o.spacing_ppm <= 16);
}

static void the_first_stamps_come_soon_and_are_within_a_millisecond(void **unused)
{
	struct outcome uart = worst_early(world_of(PATH_UART), "UART, seconds 1 to 20");
	struct outcome cdc = worst_early(world_of(PATH_CDC), "CDC, seconds 1 to 20");

	(void)unused;
	assert_true(uart.first_piece_s < 0.25 && cdc.first_piece_s < 0.25);
	assert_true(uart.rises && cdc.rises);
	assert_true(uart.max_us <= 350 && cdc.max_us <= 750);
}

static void a_remembered_rate_makes_a_good_start(void **unused)
{
	struct world world = world_of(PATH_UART);
	struct outcome with, without;

	(void)unused;
	world.seed = 9;
	world.rate_ppm = 200;
	world.settle_s = 0.5;
	world.seconds = 12;
	without = run(&world);
	world.known_ppb = -200000; /* the device is fast, so its microseconds are short */
	with = run(&world);
	show("rate not known", &without);
	show("rate known", &with);
	assert_true(with.max_us < without.max_us / 2);
}

static void outliers_and_lost_pings_do_not_bend_the_line(void **unused)
{
	struct world world = world_of(PATH_UART);
	struct outcome o;

	(void)unused;
	world.outliers = 0.2;
	world.drops = 0.3;
	o = worst(world, "UART, 20 % late, 30 % lost");
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.p95_us <= 70 && o.max_us <= 130 && o.spacing_ppm <= 20);
}

/* A ceramic resonator that a hand warms: 30 ppm this way and that in ten minutes, and 0.2 % off. */
static void a_resonator_that_wanders_is_followed(void **unused)
{
	struct world world = world_of(PATH_UART);
	struct outcome o, far;

	(void)unused;
	world.wander_us = 3000;
	o = worst(world, "UART, resonator, 30 ppm in 600 s");
	world.rate_ppm = 2000;
	world.seed = 5;
	far = run(&world);
	show("UART, resonator 2000 ppm off", &far);
	assert_true(o.rises && far.rises);
	assert_int_equal(far.segments, 1);
	assert_true(o.p95_us <= 550 && o.max_us <= 700);
	assert_true(far.p95_us <= 550 && far.max_us <= 700);
	assert_true(far.spacing_ppm <= 50);
}

/* The largest error of 20 seeds in a stretch of time, the median of the world's second minute taken
 * off: what a class sees that starts at once. */
static double worst_between(struct world world, double from_s, double to_s)
{
	double most_us = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct outcome o, settled;

		world.seed = seed * 31;
		world.settle_s = 60;
		world.seconds = 120;
		settled = run(&world);
		world.settle_s = from_s;
		world.seconds = to_s;
		o = run(&world);
		assert_true(o.rises);
		assert_int_equal(settled.segments, 1);
		most_us = fmax(most_us, fabs(o.bias_us - settled.bias_us) + o.max_us);
	}
	if (getenv("KITLOG_TIMEBASE_PRINT"))
		printf("  %.0f ppm, seconds %.0f to %.0f: max %.0f us\n", world.rate_ppm, from_s,
			to_s, most_us);
	return most_us;
}

static void a_resonator_is_learnt_in_seconds(void **unused)
{
	struct world world = world_of(PATH_UART);

	(void)unused;
	world.wander_s = 0;
	world.rate_ppm = 2000;
	assert_true(worst_between(world, 1, 2) <= 1500);
	assert_true(worst_between(world, 4, 5) <= 450);
	assert_true(worst_between(world, 8, 10) <= 150);
	/* At the edge of what a piece may carry only 100 ppm are left to catch up with. */
	world.rate_ppm = -4900;
	assert_true(worst_between(world, 1, 2) <= 4000);
	assert_true(worst_between(world, 32, 40) <= 450);
}

static void a_counter_that_wraps_is_the_same_clock(void **unused)
{
	struct world world = world_of(PATH_UART);
	struct outcome o;

	(void)unused;
	world.start_ticks = 4294967296.0 - 100e6; /* wraps after 100 s */
	o = worst(world, "UART, wraps after 100 s");
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.p95_us <= 45 && o.max_us <= 90);
}

static void a_restart_is_a_new_segment_that_keeps_the_rate(void **unused)
{
	struct world world = world_of(PATH_UART);
	struct outcome o;

	(void)unused;
	world.restart_at_s = 300;
	world.rate_ppm = 200;
	world.wander_s = 0;
	world.seed = 3;
	o = run(&world);
	show("UART, restarts at 300 s", &o);
	assert_int_equal(o.segments, 2);
	assert_true(o.max_us <= 250);
}

/* Forward it must be seen at once, and stamps still rise; backward they cannot rise of
 * themselves. */
static void a_leap_of_the_clock_opens_a_segment(void **unused)
{
	struct world world = world_of(PATH_CDC);
	struct outcome o;

	(void)unused;
	world.wander_s = 0;
	world.seed = 4;
	world.jump_at_s = 300;
	world.jump_ms = -25;
	o = run(&world);
	show("CDC, leaps by -25 ms", &o);
	assert_int_equal(o.segments, 2);
	assert_true(o.p95_us <= 200);
	world.jump_ms = 5000;
	o = run(&world);
	show("CDC, leaps by 5 s", &o);
	assert_int_equal(o.segments, 2);
	assert_true(o.p95_us <= 200);
}

static void less_than_20_ms_is_steered_and_never_steps(void **unused)
{
	struct world world = world_of(PATH_UART);
	struct outcome o;

	(void)unused;
	world.wander_s = 0;
	world.seed = 6;
	world.jump_at_s = 300;
	world.jump_ms = 10;
	o = run(&world);
	show("UART, leaps by 10 ms", &o);
	assert_true(o.rises);
	assert_int_equal(o.segments, 1);
	assert_true(o.spacing_ppm <= 10000.0 / 10 + 150); /* the leap itself, and the steering */
}

static void stated_uncertainty_covers_the_error(void **unused)
{
	struct outcome uart = worst(world_of(PATH_UART), "UART"),
		       cdc = worst(world_of(PATH_CDC), "CDC");

	(void)unused;
	assert_true(uart.uncertainty_us >= uart.p50_us && uart.uncertainty_us < 200);
	assert_true(cdc.uncertainty_us >= cdc.p50_us && cdc.uncertainty_us < 800);
	assert_true(fabs(uart.bias_us) + uart.p50_us <= 2 * uart.uncertainty_us);
	assert_true(fabs(cdc.bias_us) + cdc.p50_us <= 2 * cdc.uncertainty_us);
}

static struct timebase_pair pair_at(int64_t board_ns, int64_t tick)
{
	return (struct timebase_pair){.sent = {board_ns},
		.received = {board_ns + 200000},
		.device_received = tick + 100,
		.device_sent = tick + 100};
}

/* Eight exchanges of a perfect clock: tick 0 is board time start. */
static void feed_quick_pings(struct timebase *base, int64_t start_ns, int64_t first_tick)
{
	for (int64_t i = 0; i < TIMEBASE_QUICK_PINGS; i++) {
		struct timebase_pair pair =
			pair_at(start_ns + i * 10 * NS_PER_MS, first_tick + i * 10000);

		timebase_pair(base, &pair);
	}
}

static void there_is_no_stamp_before_the_first_pairs(void **unused)
{
	struct timebase base;
	struct timebase_pair pair = pair_at(NS_PER_S, 0);

	(void)unused;
	timebase_init(&base, 0);
	assert_null(timebase_piece(&base));
	assert_null(timebase_piece_at(&base, 0));
	assert_int_equal(timebase_round_trip_ns(&base), 0);
	assert_false(timebase_pair(&base, &pair));
	assert_null(timebase_piece(&base));
	feed_quick_pings(&base, NS_PER_S, 10000);
	assert_non_null(timebase_piece(&base));
	assert_int_equal(timebase_round_trip_ns(&base), 200000);
	timebase_restart(&base);
	assert_null(timebase_piece(&base));
}

static void few_pings_give_a_piece_after_half_a_second(void **unused)
{
	struct timebase base;
	struct timebase_pair first = pair_at(NS_PER_S, 0),
			     second = pair_at(NS_PER_S + 510 * NS_PER_MS, 510000);

	(void)unused;
	timebase_init(&base, 0);
	assert_false(timebase_pair(&base, &first));
	assert_true(timebase_pair(&base, &second));
	assert_int_equal(clock_piece_stamp(timebase_piece(&base), 100), NS_PER_S + 100000);
}

static void segments_never_repeat(void **unused)
{
	struct timebase base;
	uint32_t last;

	(void)unused;
	timebase_init(&base, 0);
	feed_quick_pings(&base, 7 * (int64_t)NS_PER_S, 0);
	last = timebase_piece(&base)->segment;
	assert_int_equal(last, 7);
	timebase_restart(&base);
	feed_quick_pings(&base, 7 * (int64_t)NS_PER_S + 100 * NS_PER_MS, 0);
	assert_true(timebase_piece(&base)->segment > last);
	last = timebase_piece(&base)->segment;
	timebase_init(&base, 0); /* unplugged and plugged in again */
	feed_quick_pings(&base, 60 * (int64_t)NS_PER_S, 0);
	assert_true(timebase_piece(&base)->segment > last);
}

static void a_pause_longer_than_the_exchange_is_damage(void **unused)
{
	struct timebase base, before;
	struct timebase_pair pair = pair_at(NS_PER_S + 100 * NS_PER_MS, 100000);

	(void)unused;
	timebase_init(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	before = base;
	pair.device_sent = pair.device_received + 250; /* in an exchange of 200 us */
	assert_false(timebase_pair(&base, &pair));
	assert_memory_equal(&base, &before, sizeof(base));
	pair.device_sent = pair.device_received + 201; /* a clock that is half a per cent fast */
	timebase_pair(&base, &pair);
	assert_int_equal(base.last_tick, pair.device_sent);
}

static void a_rate_too_far_out_is_no_clock_until_it_is_one(void **unused)
{
	struct timebase base;
	int64_t tick = 0, now_ns = NS_PER_S;

	(void)unused;
	timebase_init(&base, 0);
	for (int i = 0; i < 40; i++, now_ns += 50 * NS_PER_MS, tick += 50500) { /* 1 % fast */
		struct timebase_pair pair = pair_at(now_ns, tick);

		timebase_pair(&base, &pair);
	}
	assert_false(timebase_is_clock(&base));
	assert_null(timebase_piece(&base));
	assert_int_equal(timebase_rate_ppb(&base), 0); /* nothing to remember */
	timebase_restart(&base);
	assert_true(timebase_is_clock(&base));
	feed_quick_pings(&base, now_ns, 0);
	assert_non_null(timebase_piece(&base));
}

/* Half a second of noise weighs as much after five looks at it as after one. */
static void what_was_known_keeps_its_weight(void **unused)
{
	struct timebase base;

	(void)unused;
	timebase_init(&base, 40000);
	for (int64_t i = 0; i <= 28; i++) {
		int64_t sent_ns = NS_PER_S + i * 50 * NS_PER_MS;
		struct timebase_pair pair = {
			.sent = {sent_ns},
			.received = {sent_ns + NS_PER_MS},
			.device_received = i * 49975, /* 500 ppm, which 1 ms of path may be */
			.device_sent = i * 49975,
		};

		timebase_pair(&base, &pair);
	}
	assert_true(timebase_rate_ppb(&base) < 40000 + 460000 * 65 / 100);
}

static void ticks_unwrap_to_the_nearest(void **unused)
{
	struct timebase base;

	(void)unused;
	timebase_init(&base, 0);
	assert_int_equal(timebase_unwrap(&base, 4294967000u), 4294967000);
	timebase_advance(&base, 4294967000);
	assert_int_equal(timebase_unwrap(&base, 100), 4294967396);
	timebase_advance(&base, 4294967396);
	assert_int_equal(timebase_unwrap(&base, 4294967290u), 4294967290); /* late, not new */
	timebase_advance(&base, 4294967290);
	assert_int_equal(timebase_unwrap(&base, 200), 4294967496);
}

static void late_data_are_stamped_by_the_piece_that_ruled(void **unused)
{
	struct timebase base;
	int64_t late_tick, before;

	(void)unused;
	timebase_init(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	late_tick = 70000;
	before = clock_piece_stamp(timebase_piece_at(&base, late_tick), late_tick);
	for (int64_t i = 1; i < 5; i++) {
		/* The clock turns out to be 1000 ppm off: new pieces, other rates. */
		struct timebase_pair pair = pair_at(
			NS_PER_S + i * 300 * NS_PER_MS + 70 * NS_PER_MS, 70000 + i * 299700);

		timebase_pair(&base, &pair);
	}
	assert_true(timebase_piece(&base)->rate_ppb > 100000);
	assert_int_equal(clock_piece_stamp(timebase_piece_at(&base, late_tick), late_tick), before);
	for (int64_t tick = 60000; tick < 1300000; tick += 7)
		assert_true(clock_piece_stamp(timebase_piece_at(&base, tick + 1), tick + 1) >
			clock_piece_stamp(timebase_piece_at(&base, tick), tick));
}

static void nonsense_pairs_change_nothing(void **unused)
{
	struct timebase base, before;
	struct timebase_pair backward = {{2000}, {1000}, 10, 20},
			     reversed = {{1000}, {2000}, 20, 10};

	(void)unused;
	timebase_init(&base, 0);
	feed_quick_pings(&base, NS_PER_S, 0);
	before = base;
	assert_false(timebase_pair(&base, &backward));
	assert_false(timebase_pair(&base, &reversed));
	assert_memory_equal(&base, &before, sizeof(base));
}

static void gaps_between_pings_are_random_and_slow_down(void **unused)
{
	struct timebase base;
	uint64_t state = 1;
	int64_t least = INT64_MAX, most = 0;

	(void)unused;
	timebase_init(&base, 0);
	for (int i = 0; i < 1000; i++) {
		int64_t gap = timebase_next_ping_ns(&base, (uint32_t)(uniform(&state) * 4e9));

		least = gap < least ? gap : least;
		most = gap > most ? gap : most;
	}
	assert_true(least >= 5 * NS_PER_MS && least < 6 * NS_PER_MS);
	assert_true(most <= 25 * NS_PER_MS + NS_PER_US && most > 24 * NS_PER_MS);
	base.pairs = 1000;
	assert_true(timebase_next_ping_ns(&base, 0) >= 300 * NS_PER_MS);
	assert_true(timebase_next_ping_ns(&base, UINT32_MAX) <= 1201 * NS_PER_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uart_stamps_are_within_50_us),
		cmocka_unit_test(cdc_stamps_are_within_200_us),
		cmocka_unit_test(the_first_stamps_come_soon_and_are_within_a_millisecond),
		cmocka_unit_test(a_remembered_rate_makes_a_good_start),
		cmocka_unit_test(outliers_and_lost_pings_do_not_bend_the_line),
		cmocka_unit_test(a_resonator_that_wanders_is_followed),
		cmocka_unit_test(a_resonator_is_learnt_in_seconds),
		cmocka_unit_test(a_counter_that_wraps_is_the_same_clock),
		cmocka_unit_test(a_restart_is_a_new_segment_that_keeps_the_rate),
		cmocka_unit_test(a_leap_of_the_clock_opens_a_segment),
		cmocka_unit_test(less_than_20_ms_is_steered_and_never_steps),
		cmocka_unit_test(stated_uncertainty_covers_the_error),
		cmocka_unit_test(there_is_no_stamp_before_the_first_pairs),
		cmocka_unit_test(few_pings_give_a_piece_after_half_a_second),
		cmocka_unit_test(segments_never_repeat),
		cmocka_unit_test(a_pause_longer_than_the_exchange_is_damage),
		cmocka_unit_test(a_rate_too_far_out_is_no_clock_until_it_is_one),
		cmocka_unit_test(what_was_known_keeps_its_weight),
		cmocka_unit_test(ticks_unwrap_to_the_nearest),
		cmocka_unit_test(late_data_are_stamped_by_the_piece_that_ruled),
		cmocka_unit_test(nonsense_pairs_change_nothing),
		cmocka_unit_test(gaps_between_pings_are_random_and_slow_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
