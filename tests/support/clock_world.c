/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delays: kitlog's own simulation of paths (PEERS: FTDI AN232B-04 for the latency timer, USB 2.0 8.4.3
 * for frames of a millisecond, the 8250's receive time-out of four characters), in microseconds. */
#include "support/clock_world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/recursive.h"

enum { RATE_HZ = 100, SPOKEN_HZ = 10 };

struct way {
	double frame_us; /* waits for the next of these; 0: for none */
	double floor_us;
	double even_us; /* up to so much more, any of it equally likely */
	double tail_us; /* and an exponential tail of this mean */
};

static const struct {
	const char *name;
	struct way to, from;
	double late_us; /* mean of an outlier */
	bool is_alone;
} paths[WORLD_PATHS] = {
	/* clang-format off */
	[WORLD_UART] = {"UART 115200", {0, 30, 0, 20}, {0, 100, 350, 30}, 3000, false},
	[WORLD_CDC] = {"USB CDC, 1 ms frames", {1000, 120, 0, 50}, {1000, 150, 0, 40}, 3000, false},
	[WORLD_FTDI_1] = {"FTDI, timer 1 ms", {1000, 120, 0, 50}, {1000, 300, 0, 60}, 3000, false},
	[WORLD_FTDI_16] = {"FTDI, timer 16 ms", {1000, 120, 0, 50}, {16000, 300, 0, 60}, 3000, false},
	[WORLD_UART_ALONE] = {"UART, never asked", {0, 0, 0, 0}, {0, 200, 350, 30}, 2000, true},
	[WORLD_CDC_ALONE] = {"CDC, never asked", {0, 0, 0, 0}, {1000, 150, 0, 40}, 3000, true},
	/* clang-format on */
};

static const double floors_off = 0.4; /* the most by which a presumed floor is wrong */

const char *world_name(enum world_path path)
{
	return paths[path].name;
}

struct fit_path world_presumed(enum world_path path)
{
	const struct way *to = &paths[path].to, *from = &paths[path].from;

	return (struct fit_path){
		.floor_to_ns = (int64_t)(to->floor_us * 1000),
		.floor_from_ns = (int64_t)(from->floor_us * 1000),
		.doubt_ns = (int64_t)(fmax(to->floor_us, from->floor_us) * floors_off * 950),
	};
}

double world_uniform(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

/* --- errors --- */

void errors_add(struct world_errors *errors, double us)
{
	if (errors->n == errors->room) {
		errors->room = errors->room ? 2 * errors->room : 65536;
		errors->us = realloc(errors->us, errors->room * sizeof(errors->us[0]));
		assert_non_null(errors->us);
	}
	errors->us[errors->n++] = us;
}

static int by_value(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

double errors_bias(struct world_errors *errors)
{
	assert_true(errors->n > 0);
	qsort(errors->us, errors->n, sizeof(errors->us[0]), by_value);
	return errors->us[errors->n / 2];
}

double errors_part(struct world_errors *errors, double part)
{
	size_t at = (size_t)(part * (double)errors->n);

	assert_true(errors->n > 0);
	for (size_t i = 0; i < errors->n; i++)
		errors->us[i] = fabs(errors->us[i]);
	qsort(errors->us, errors->n, sizeof(errors->us[0]), by_value);
	return errors->us[at < errors->n ? at : errors->n - 1];
}

void errors_free(struct world_errors *errors)
{
	free(errors->us);
	*errors = (struct world_errors){0};
}

/* --- the device and its path --- */

struct run {
	const struct world *world;
	struct way to, from;
	double phase_us;
	uint64_t random;
	struct timebase base;
	double last_arrival;
};

/* Device microseconds at a board second. */
static double device_us(const struct world *world, double t)
{
	double us = t * (1e6 + world->rate_ppm) + world->start_ticks, from = world->seconds / 3;

	if (world->wander_s > 0)
		us += world->wander_us * sin(2 * M_PI * t / world->wander_s);
	if (world->warm_s > 0 && t > from) /* the rate goes from 0 to warm_ppm as things warm up */
		us += world->warm_ppm *
			(t - from + world->warm_s * (exp(-(t - from) / world->warm_s) - 1));
	if (world->jump_at_s > 0 && t >= world->jump_at_s)
		us += world->jump_ms * 1e3;
	if (world->restart_at_s > 0 && t >= world->restart_at_s)
		us = (t - world->restart_at_s) * (1e6 + world->rate_ppm);
	return us;
}

static int64_t tick_at(struct run *run, double t, struct instant now)
{
	return timebase_unwrap(&run->base, (uint32_t)(uint64_t)device_us(run->world, t), now);
}

static double tail_us(struct run *run, double mean)
{
	return -mean * log(1 - world_uniform(&run->random));
}

static double there(struct run *run, const struct way *way, double t)
{
	double us = t * 1e6;

	if (way->frame_us > 0)
		us = ceil((us - run->phase_us) / way->frame_us) * way->frame_us + run->phase_us;
	us += way->floor_us + way->even_us * world_uniform(&run->random) +
		tail_us(run, way->tail_us);
	if (world_uniform(&run->random) < run->world->outliers)
		us += tail_us(run, paths[run->world->path].late_us);
	return us * 1e-6;
}

static bool is_lost(struct run *run)
{
	return world_uniform(&run->random) < run->world->drops;
}

static struct instant instant_of(double seconds)
{
	return (struct instant){(int64_t)llround(seconds * 1e9)};
}

/* The firmware answers within tens of microseconds, and then waits up to 2 ms so that its answer
 * meets a USB frame at any phase. Returns when the answer is here. */
static double ping(struct run *run, double sent, unsigned *pieces)
{
	double in = there(run, &run->to, sent);
	double out = in + 40e-6 + 2048e-6 * world_uniform(&run->random);
	double received = there(run, &run->from, out);
	struct timebase_pair pair = {.sent = instant_of(sent), .received = instant_of(received)};

	if (is_lost(run))
		return received;
	pair.device_received = tick_at(run, in, pair.received);
	pair.device_sent = tick_at(run, out, pair.received);
	*pieces += timebase_pair(&run->base, &pair);
	return received;
}

static void speak(struct run *run, double t, unsigned *pieces)
{
	struct instant arrival = instant_of(there(run, &run->from, t));

	if (!is_lost(run))
		*pieces += timebase_heard(&run->base, tick_at(run, t, arrival), arrival);
}

static double next_ping(struct run *run, double now)
{
	uint32_t random = (uint32_t)(world_uniform(&run->random) * 4e9);

	return now + (double)timebase_next_ping_ns(&run->base, random) * 1e-9;
}

static void start(struct run *run, const struct world *world)
{
	struct fit_path presumed = world_presumed(world->path);

	*run = (struct run){.world = world,
		.to = paths[world->path].to,
		.from = paths[world->path].from,
		.random = world->seed};
	run->to.floor_us *= 1 + floors_off * (2 * world_uniform(&run->random) - 1);
	run->from.floor_us *= 1 + floors_off * (2 * world_uniform(&run->random) - 1);
	run->phase_us = run->from.frame_us * world_uniform(&run->random);
	timebase_init(&run->base, world->known_ppb, &presumed);
}

/* --- a run --- */

struct stamps { /* of the last ten seconds, for the spacing */
	double truth[10 * RATE_HZ], stamp[10 * RATE_HZ];
	size_t n;
};

static void see_spacing(struct stamps *stamps, double truth, double stamp, double *spacing_ppm)
{
	size_t at = stamps->n++ % (10 * RATE_HZ);

	if (stamps->n > 10 * RATE_HZ)
		*spacing_ppm = fmax(*spacing_ppm,
			fabs((stamp - stamps->stamp[at]) / (truth - stamps->truth[at]) - 1) * 1e6);
	stamps->truth[at] = truth;
	stamps->stamp[at] = stamp;
}

static void compare(struct run *run, double t, int64_t stamp_ns, const struct clock_piece *piece,
	struct world_outcome *outcome, struct world_errors *map)
{
	double error_us = (double)(stamp_ns - instant_of(t).ns) * 1e-3;
	double width_us = piece->uncertainty_ns * 1e-3;

	(void)run;
	outcome->n++;
	outcome->width_us += width_us;
	outcome->covered += fabs(error_us) <= width_us;
	errors_add(map, error_us);
}

static bool is_silent(const struct world *world, double t)
{
	return world->silent_s > 0 && t >= world->silent_from_s &&
		t < world->silent_from_s + world->silent_s;
}

struct world_outcome world_run(const struct world *world, struct world_errors *map,
	struct world_errors *arrival, struct world_errors *recursive)
{
	static struct stamps stamps;
	struct world_outcome outcome = {.rises = true, .first_piece_s = -1};
	struct recursive smooth = recursive_of(RATE_HZ, 30);
	struct run run;
	bool is_alone = paths[world->path].is_alone, has_restarted = false;
	double sample_at = 0.003, ping_at = is_alone ? INFINITY : 0.01,
	       speak_at = is_alone ? 0.05 : 1;
	int64_t last_stamp = INT64_MIN;
	uint32_t segment = 0;

	stamps.n = 0;
	start(&run, world);
	for (double now; (now = fmin(fmin(ping_at, sample_at), speak_at)) < world->seconds;) {
		if (world->restart_at_s > 0 && !has_restarted && now >= world->restart_at_s) {
			has_restarted = true;
			timebase_restart(&run.base);
		}
		if (is_silent(world, now)) {
			double end = world->silent_from_s + world->silent_s;

			ping_at = is_alone ? ping_at : end;
			sample_at = end + 0.003;
			speak_at = end + 0.1;
			continue;
		}
		if (now == ping_at) {
			ping_at = next_ping(&run, ping(&run, now, &outcome.pieces));
			continue;
		}
		if (now == speak_at) {
			/* STAT, sent at a random phase, each second; or whatever it says. */
			speak(&run, now + 10e-3 * world_uniform(&run.random), &outcome.pieces);
			speak_at += is_alone ? 1.0 / SPOKEN_HZ : 1;
			continue;
		}
		double here = fmax(there(&run, &run.from, now), run.last_arrival);
		double smoothed = recursive_stamp(&smooth, here);
		int64_t tick = tick_at(&run, now, instant_of(here));
		const struct clock_piece *piece = timebase_piece_at(&run.base, tick);

		run.last_arrival = here;
		timebase_advance(&run.base, tick, instant_of(here));
		if (piece) {
			int64_t stamp = clock_piece_stamp(piece, tick);

			outcome.segments += piece->segment != segment;
			segment = piece->segment;
			if (outcome.first_piece_s < 0)
				outcome.first_piece_s = now;
			outcome.rises &= stamp > last_stamp;
			last_stamp = stamp;
			if (now >= world->settle_s) {
				compare(&run, now, stamp, piece, &outcome, map);
				see_spacing(
					&stamps, now, (double)stamp * 1e-9, &outcome.spacing_ppm);
				if (arrival)
					errors_add(arrival, (here - now) * 1e6);
				if (recursive)
					errors_add(recursive, (smoothed - now) * 1e6);
			}
		}
		sample_at += (1 - world->rate_ppm * 1e-6) / RATE_HZ;
	}
	assert_true(outcome.n > 0);
	return outcome;
}
