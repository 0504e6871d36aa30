/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See support/life.h. */
#include "support/life.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "ship/fill.h"
#include "ship/tracks.h"
#include "support/cmocka_all.h"
#include "support/scratch.h"

enum { STREAM = 10, BODY_LINES = 256, BODY_BYTES = 1 << 16, BOOTS = 64 };

struct point {
	bool is_there;
	int64_t wall_ns;
	unsigned lap;
};

struct life {
	char directory[128];
	struct store *store;
	struct reader *reader;
	int64_t true_ns;   /* UTC as POSIX counts it */
	int64_t mono_ns;   /* since the boot */
	int64_t base_ns;   /* board time of that */
	int64_t kernel_ns; /* the kernel's clock is ahead of the truth by so much */
	double ppm;
	unsigned n_boots;
	int64_t boot_true_ns[BOOTS], boot_at_ns[BOOTS];
	unsigned n, n_kept; /* rows; on the card, or waiting for it */
	int64_t stamps[LIFE_ROWS], truth[LIFE_ROWS];
	struct point server[LIFE_ROWS];
	struct device device;
	struct series series;
	struct tracks tracks;
	struct fill fill;
	struct wall_map *map;
	int64_t map_read_ns;
};

static int64_t ns(double seconds)
{
	return (int64_t)(seconds * 1e6) * 1000;
}

static struct instant now(const struct life *life)
{
	return (struct instant){life->base_ns + life->mono_ns};
}

/* A life may reach the end of what an int64 of nanoseconds can name. */
static int64_t add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static void pass(struct life *life, int64_t true_ns)
{
	int64_t drifted = (int64_t)((double)true_ns * life->ppm * 1e-6);

	life->true_ns = add(life->true_ns, true_ns);
	life->mono_ns += true_ns + drifted;
	life->kernel_ns += drifted;
}

/* ---------------------------------------------------------------- sending */

static void load(struct life *life)
{
	life->tracks = (struct tracks){.sink = "school"};
	assert_int_equal(tracks_load(&life->tracks, life->reader), 0);
	assert_int_equal(tracks_add_series(&life->tracks, &life->series), 0);
	wall_map_free(life->map);
	life->map = NULL;
}

/* One line has reached the server. */
static void take_line(struct life *life, const char *line)
{
	const char *lap = strstr(line, ",hour_lap="), *value = strstr(line, " v=");
	char *stamp;
	struct point point = {.is_there = true, .lap = lap ? (unsigned)atoi(lap + 10) : 0};

	assert_non_null(value);
	unsigned row = (unsigned)strtoul(value + 3, &stamp, 10);
	point.wall_ns = strtoll(stamp, NULL, 10);
	assert_true(row < life->n);
	struct point *there = &life->server[row];
	if (there->is_there) { /* sent again: the very same */
		assert_int_equal(there->wall_ns, point.wall_ns);
		assert_int_equal(there->lap, point.lap);
	}
	for (unsigned i = 0; i < life->n; i++)
		if (i != row && life->server[i].is_there &&
			life->server[i].wall_ns == point.wall_ns &&
			life->server[i].lap == point.lap)
			fail_msg("row %u takes the place of row %u: %s", row, i, line);
	*there = point;
}

static void post(struct life *life, struct body *body)
{
	size_t n;
	char line[256];

	for (size_t i = 0; i < body_lines(body); i++) {
		const char *text = body_text(body, i, i + 1, &n);

		assert_true(n < sizeof(line));
		memcpy(line, text, n);
		line[n] = '\0';
		take_line(life, line);
	}
}

static void remember(struct life *life, const struct track *track)
{
	struct cursor cursor = {.sink = "school", .stream = STREAM, .done = track->spans.done};
	struct hole holes[SPAN_HOLES] = {0};

	for (size_t i = 0; i < track->spans.n_holes; i++)
		holes[i] = (struct hole){.sink = "school",
			.stream = STREAM,
			.from = track->spans.holes[i].from,
			.to = track->spans.holes[i].to};
	assert_int_equal(
		store_set_holes(life->store, "school", STREAM, holes, track->spans.n_holes), 0);
	assert_int_equal(store_set_cursor(life->store, &cursor), 0);
}

/* As a sink does it, with the map as old as ship's may be. */
static void ship(struct life *life)
{
	struct track *track = life->tracks.list[0];
	bool is_current = false;

	if (!life->map || life->mono_ns - life->map_read_ns > 2 * (int64_t)NS_PER_S) {
		wall_map_free(life->map);
		assert_int_equal(reader_wall_map(life->reader, &life->map), 0);
		life->map_read_ns = life->mono_ns;
	}
	for (int again = 0; again < 20; again++) {
		life->fill.reader = life->reader;
		life->fill.map = life->map;
		fill_begin(&life->fill);
		int error = fill_live(&life->fill, track, now(life));
		if (error == 0)
			error = fill_holes(&life->fill, track);
		assert_true(error == 0 || error == -ENOSPC);
		assert_int_equal(
			reader_wall_map_is_current(life->reader, life->map, &is_current), 0);
		if (!is_current || !body_lines(life->fill.body))
			break;
		post(life, life->fill.body);
		fill_settle(&life->fill, body_lines(life->fill.body));
	}
	if (!is_current) {
		wall_map_free(life->map);
		life->map = NULL;
	}
	remember(life, track);
}

/* ---------------------------------------------------------------- measuring */

static void begin_boot(struct life *life)
{
	struct store_options options = {life->directory, 0};
	struct store_finding finding;
	char name[24];
	uint32_t boot;

	snprintf(name, sizeof(name), "boot %u", life->n_boots);
	assert_int_equal(store_open(&options, &finding, &life->store), 0);
	assert_int_equal(
		store_begin_boot(life->store, name, life->mono_ns, &boot, &life->base_ns), 0);
	assert_int_equal(boot, life->n_boots);
	assert_int_equal(reader_open(life->directory, &life->reader), 0);
	load(life);
}

static void commit(struct life *life)
{
	assert_int_equal(store_commit(life->store, now(life)), 0);
	life->n_kept = life->n;
}

static void measure(struct life *life)
{
	double value = life->n;
	int64_t stamp = now(life).ns;
	struct feed_record record = {.kind = FEED_BATCH, .at = now(life)};

	assert_true(life->n < LIFE_ROWS);
	life->stamps[life->n] = stamp;
	life->truth[life->n++] = life->true_ns;
	record.batch.stream = STREAM;
	record.batch.n_channels = record.batch.n_rows = 1;
	record.batch.stamps_ns = &stamp;
	record.batch.values = &value;
	assert_int_equal(store_add_batch(life->store, &record), 0);
}

void life_run(struct life *life, double seconds)
{
	for (int i = 0; i < 20; i++) {
		pass(life, ns(seconds / 20));
		measure(life);
		if (i % 3 == 2 || i == 19) {
			commit(life);
			ship(life);
		}
	}
}

void life_new(struct life **ret_life, int64_t begin_ns)
{
	struct life *life = calloc(1, sizeof(*life));
	const char *why;

	assert_non_null(life);
	*ret_life = life;
	scratch_folder("clock", life->directory, sizeof(life->directory));
	life->true_ns = begin_ns;
	life->mono_ns = 30 * (int64_t)NS_PER_S;
	life->n_boots = 1;
	life->device = (struct device){.id = 1, .sticker = 1, .n_streams = 1};
	snprintf(life->device.kit, sizeof(life->device.kit), "text-board");
	struct stream *stream = &life->device.streams[0];
	*stream = (struct stream){.id = STREAM, .device = 1, .n_channels = 1, .name = "main"};
	snprintf(stream->channels[0].id, sizeof(stream->channels[0].id), "v");
	assert_int_equal(series_init(&life->series, "b", &life->device, stream, &why), 0);
	life->fill.late_ns = 30 * (int64_t)NS_PER_S;
	assert_int_equal(body_new(BODY_LINES, BODY_BYTES, false, &life->fill.body), 0);
	begin_boot(life);
	life->boot_true_ns[1] = life->true_ns;
	life->boot_at_ns[1] = now(life).ns;
}

static void shut(struct life *life)
{
	tracks_free(&life->tracks);
	reader_close(life->reader);
	store_close(life->store);
}

void life_free(struct life *life)
{
	char command[160];

	shut(life);
	wall_map_free(life->map);
	body_free(life->fill.body);
	snprintf(command, sizeof(command), "rm -r %s", life->directory);
	assert_int_equal(system(command), 0);
	free(life);
}

/* Copies the database as it lies there, or back. */
static void copy_card(const struct life *life, bool is_back)
{
	const char *at = life->directory;
	char text[640];

	if (is_back)
		snprintf(text, sizeof(text),
			"rm -f %s/kitlog.db* && mv %s.card/* %s && rmdir %s.card", at, at, at, at);
	else
		snprintf(text, sizeof(text),
			"mkdir %s.card && cp %s/kitlog.db %s/kitlog.db-wal %s.card", at, at, at,
			at);
	assert_int_equal(system(text), 0);
}

void life_off(struct life *life, double seconds, bool with_cut)
{
	if (with_cut) {
		/* What is on the card now is what will be there; then it measures on, in vain. */
		copy_card(life, false);
		for (int i = 0; i < 3; i++) {
			pass(life, NS_PER_S / 7);
			measure(life);
		}
		ship(life); /* sends what is on the card; that this was answered is lost too */
		life->n = life->n_kept;
	}
	shut(life);
	if (with_cut)
		copy_card(life, true);
	life->true_ns += ns(seconds);
	life->mono_ns = 20 * (int64_t)NS_PER_S; /* the kernel starts */
	life->true_ns += life->mono_ns;
	life->n_boots++;
	assert_true(life->n_boots < BOOTS);
	begin_boot(life);
	life->boot_true_ns[life->n_boots] = life->true_ns;
	life->boot_at_ns[life->n_boots] = now(life).ns;
}

void life_restart(struct life *life)
{
	shut(life);
	pass(life, 10 * (int64_t)NS_PER_S);
	begin_boot(life);
}

void life_drift(struct life *life, double ppm)
{
	life->ppm = ppm;
}

void life_leap(struct life *life, int seconds)
{
	life->true_ns -= seconds * (int64_t)NS_PER_S; /* and the kernel's clock with it */
}

/* ---------------------------------------------------------------- telling */

static void claim(struct life *life, const struct anchor *anchor)
{
	assert_int_equal(store_add_anchor(life->store, anchor), 0);
	commit(life);
	ship(life);
}

void life_tell(struct life *life, enum anchor_source source, uint32_t boot, double error_s,
	double uncertainty_s)
{
	int64_t truth = boot ? life->boot_true_ns[boot] : life->true_ns;
	struct instant at = boot ? (struct instant){life->boot_at_ns[boot]} : now(life);
	struct anchor anchor = {at, {truth + ns(error_s)}, ns(uncertainty_s), source};

	claim(life, &anchor);
}

void life_sleep(struct life *life, double seconds, double late)
{
	pass(life, NS_PER_MS);
	life->true_ns += ns(seconds);
	if (late > 0)
		life_run(life, late);
	struct anchor anchor = {
		now(life), {ns(seconds)}, NS_PER_MS, ANCHOR_CARRIED}; /* how long, only */

	if (late > 0)
		life_run(life, .5);
	claim(life, &anchor);
}

void life_set(struct life *life, double error_s)
{
	life->kernel_ns = ns(error_s);
}

void life_slew(struct life *life, double seconds)
{
	double was = life->ppm;

	life->ppm = -(double)life->kernel_ns / (seconds * 1e9) * 1e6;
	life_run(life, seconds);
	life->ppm = was;
}

void life_look(struct life *life, bool is_synchronised, bool from_rtc, bool is_trusted)
{
	struct clock_evidence evidence = {
		.wall_s = (life->true_ns + life->kernel_ns) / NS_PER_S,
		.ntp_state = is_synchronised ? TIME_OK : TIME_ERROR,
		.ntp_status = is_synchronised ? STA_PLL : STA_UNSYNC,
		.ntp_esterror_us = 500,
		.was_set_by_battery_clock = from_rtc,
		.is_said_right = is_trusted,
	};
	struct anchor anchor = {.at = now(life), .wall = {life->true_ns + life->kernel_ns}};

	if (clock_trust_of(&evidence, &anchor.source, &anchor.uncertainty_ns))
		claim(life, &anchor);
}

/* ---------------------------------------------------------------- what came of it */

static int same_row(void *self, const struct rows *rows)
{
	void **on = self;
	const struct life *life = on[0];
	unsigned *row = on[1];

	for (size_t i = 0; i < rows->n; i++, ++*row) {
		assert_int_equal(rows->stamps_ns[i], life->stamps[*row]);
		assert_true(rows->values[i] == *row);
	}
	return 0;
}

struct life_outcome life_outcome(struct life *life)
{
	struct life_outcome outcome = {.rows = life->n};
	unsigned read = 0;
	void *on[] = {life, &read};
	int64_t before = INT64_MIN;
	struct wall_map *map;

	ship(life);
	ship(life);
	assert_int_equal(reader_rows(life->reader, STREAM, (struct instant){0},
				 (struct instant){INT64_MAX}, same_row, on),
		0);
	assert_int_equal(read, life->n);
	assert_int_equal(reader_wall_map(life->reader, &map), 0);
	outcome.n_refused = wall_map_news(map).n_refused;
	outcome.n_steps_back = wall_map_news(map).n_steps_back;
	for (unsigned i = 0; i < life->n; i++) {
		const struct point *point = &life->server[i];
		struct anchor anchor;
		struct wall wall;
		bool is_known = wall_map_at(map, (struct instant){life->stamps[i]}, &wall, &anchor);

		assert_int_equal(is_known, point->is_there);
		outcome.waiting += !point->is_there;
		if (!point->is_there)
			continue;
		assert_int_equal(point->wall_ns, wall.ns);
		outcome.false_hours +=
			llabs(wall.ns - life->truth[i]) > anchor.uncertainty_ns + 1000;
		outcome.backward += wall.ns <= before;
		outcome.lapped += point->lap != 0;
		before = wall.ns;
	}
	wall_map_free(map);
	return outcome;
}
