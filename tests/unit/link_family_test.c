/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `link` against the firmware itself: the core that boards run, on a board made of
 * variables, at the other end of a wire that this test can cut, and beside a clock that runs
 * wrong. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/link.h"
#include "support/cmocka_all.h"
#include "support/model_board.h"
#include "support/rig.h"

extern const struct kit_family kit_family_link;
extern const struct kit_family kit_family_lines;

static const struct kit_family *const families[] = {&kit_family_lines, &kit_family_link};

enum { WIRE_US = 100, PIPE_BYTES = 65536 };

static struct bench {
	struct rig rig;
	struct model_board *board;
	struct model_board_knobs knobs;
	int64_t powered_ns; /* board time of power-on */
	double skew_ppm;    /* of its clock */
	size_t taken;       /* of rig.sent, by the board */
	bool is_deaf;       /* the wire to it is cut */
} bench;

static uint32_t micros(void *self)
{
	int64_t ns = bench.rig.clock.frozen_ns - bench.powered_ns;

	(void)self;
	return (uint32_t)(int64_t)((double)ns * (1 + bench.skew_ppm * 1e-6) / 1000);
}

static void power_on(void)
{
	bench.powered_ns = bench.rig.clock.frozen_ns;
	bench.taken = bench.rig.n_sent;
	model_board_reset(bench.board);
}

/* The board turns; what was sent to it has come in WIRE_US later, its answer here as much later. */
static void turn_board(void)
{
	struct rig *rig = &bench.rig;
	uint8_t out[PIPE_BYTES];
	size_t n_in = rig->n_sent - bench.taken, n_out;

	if (n_in > 0)
		rig->clock.frozen_ns += WIRE_US * NS_PER_US;
	n_out = model_board_turn(
		bench.board, rig->sent + bench.taken, bench.is_deaf ? 0 : n_in, out, sizeof(out));
	bench.taken += n_in;
	if (n_out > 0) {
		rig->clock.frozen_ns += WIRE_US * NS_PER_US;
		rig_feed(rig, out, n_out);
	}
	if (bench.taken == rig->n_sent && rig->n_sent > RIG_SENT / 2)
		bench.taken = rig->n_sent = 0;
}

/* The board turns every millisecond, and when a byte comes. */
static void pass_ms(int64_t ms)
{
	struct rig *rig = &bench.rig;
	int64_t end_ns = rig->clock.frozen_ns + ms * NS_PER_MS;
	int64_t tick_ns = rig->clock.frozen_ns, turn_ns = rig->clock.frozen_ns;

	while (rig->clock.frozen_ns < end_ns) {
		int64_t now_ns = rig->clock.frozen_ns;

		if (now_ns >= tick_ns || now_ns >= conversation_wake(rig->kit).ns)
			conversation_tick(rig->kit, clock_now(&rig->clock));
		if (now_ns >= tick_ns)
			tick_ns += 20 * NS_PER_MS;
		if (now_ns >= turn_ns || rig->n_sent > bench.taken) {
			turn_board();
			turn_ns = now_ns + NS_PER_MS;
		}
		rig->clock.frozen_ns += 50 * NS_PER_US;
	}
	rig_collect(rig);
}

static int set_up(void **unused)
{
	(void)unused;
	memset(&bench, 0, sizeof(bench));
	rig_open(&bench.rig, families, 2);
	bench.board = model_board_new(micros, NULL, &bench.knobs);
	assert_non_null(bench.board);
	power_on();
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	rig_close(&bench.rig);
	model_board_free(bench.board);
	return 0;
}

/* --- what came out --- */

static const struct stream *stream_named(const char *name)
{
	const struct device *device = rig_device(&bench.rig);

	for (uint32_t i = 0; i < device->n_streams; i++)
		if (strcmp(device->streams[i].name, name) == 0)
			return &device->streams[i];
	return NULL;
}

static size_t count_rows(uint32_t stream)
{
	size_t n = 0;

	for (size_t i = 0; i < bench.rig.n_rows; i++)
		n += bench.rig.rows[i].stream == stream;
	return n;
}

/* Rows of `quick` from `from_ns` on: each at its true instant, give or take; rising. Returns how
 * many. */
static size_t check_quick(int64_t from_ns, int64_t most_ns)
{
	uint32_t stream = stream_named("quick")->id;
	int64_t last_ns = 0;
	size_t n = 0;

	for (size_t i = 0; i < bench.rig.n_rows; i++) {
		const struct rig_row *row = &bench.rig.rows[i];
		double true_ns;

		if (row->stream != stream || row->stamp_ns < from_ns)
			continue;
		true_ns = row->values[0] * 1000 / (1 + bench.skew_ppm * 1e-6) +
			(double)bench.powered_ns;
		assert_true(fabs((double)row->stamp_ns - true_ns) <= (double)most_ns);
		assert_true(row->stamp_ns > last_ns);
		assert_int_equal(row->stamp_ns, clock_piece_stamp(&row->piece, row->tick));
		assert_true(row->values[1] == (-5.0 * -2 + 3) * 10);
		last_ns = row->stamp_ns;
		n++;
	}
	return n;
}

static uint64_t lost_by(enum gap_reason reason)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < bench.rig.n_gaps; i++)
		if (bench.rig.gaps[i].reason == reason)
			rows += bench.rig.gaps[i].lost_rows;
	return rows;
}

/* Every sample of `quick` from that index on, in the board's own count, is a row or told as lost.
 * Indices begin when the stream is switched on, by `taken`: 2000 us apart. */
static void check_none_is_missing(double first_us)
{
	uint32_t quick = stream_named("quick")->id;
	const struct rig_row *last = NULL;
	uint64_t rows = 0, lost = 0;

	for (size_t i = 0; i < bench.rig.n_rows; i++)
		if (bench.rig.rows[i].stream == quick) {
			last = &bench.rig.rows[i];
			rows++;
		}
	for (size_t i = 0; i < bench.rig.n_gaps; i++)
		if (bench.rig.gaps[i].stream == quick)
			lost += bench.rig.gaps[i].lost_rows;
	assert_non_null(last);
	assert_true((last->values[0] - first_us) / 2000 + 1 == (double)(rows + lost));
}

static double first_taken(void)
{
	uint32_t quick = stream_named("quick")->id;

	for (size_t i = 0; i < bench.rig.n_rows; i++)
		if (bench.rig.rows[i].stream == quick)
			return bench.rig.rows[i].values[0];
	fail_msg("there is no row of quick");
	return NAN;
}

/* --- promises --- */

static void a_board_is_found_described_and_switched_on_by_itself(void **unused)
{
	const struct device *device;
	const struct channel *water;

	(void)unused;
	pass_ms(20); /* its first HELLO, the question, the answer: nothing has to be asked twice */
	device = rig_device(&bench.rig);
	assert_string_equal(device->identity, "link:6b74000000000001");
	assert_string_equal(device->kit, "test-cup");
	assert_string_equal(device->model, "Test Cup");
	assert_string_equal(device->family, "link");
	assert_int_equal(device->n_streams, 3);
	assert_int_equal(device->streams[2].kind, STREAM_CLOCK);
	assert_int_equal(stream_named("cup")->period_ns, 100 * NS_PER_MS);
	assert_int_equal(stream_named("cup")->stamps, STAMP_DEVICE);
	water = &stream_named("cup")->channels[0];
	assert_string_equal(water->id, "water");
	assert_string_equal(water->name_zh, "水温");
	assert_string_equal(water->unit, "Cel");
	assert_true(water->resolution == 0.0625);
	assert_true(water->low == -55 && water->high == 125);
	/* A board's Chinese word is the name, and the id is plain. */
	assert_string_equal(stream_named("quick")->channels[1].id, "c2");
	assert_string_equal(stream_named("quick")->channels[1].name_zh, "左");
	assert_string_equal(stream_named("quick")->channels[1].unit, "");
	assert_true(stream_named("quick")->channels[1].resolution == 100);

	pass_ms(1980);
	assert_true(count_rows(stream_named("cup")->id) >= 17);
	for (size_t i = 0; i < bench.rig.n_rows; i++)
		if (bench.rig.rows[i].stream == stream_named("cup")->id)
			assert_true(bench.rig.rows[i].values[0] == 25.0625);
	assert_true(check_quick(0, 60 * NS_PER_US) >= 850);
	assert_int_equal(rig_health(&bench.rig).lost_rows, 0);
	assert_int_equal(rig_health(&bench.rig).bad_frames, 0);
	assert_int_equal(bench.rig.n_gaps, 0);
	assert_int_equal(bench.rig.n_devices, 1);
}

static void a_wrong_clock_is_mapped_to_ours(void **unused)
{
	int64_t settled_ns;

	(void)unused;
	bench.skew_ppm = 150;
	pass_ms(12000);
	settled_ns = bench.rig.clock.frozen_ns;
	bench.rig.n_rows = 0;
	pass_ms(18000);
	assert_true(check_quick(settled_ns, 60 * NS_PER_US) >= 8900);
	assert_true(abs(rig_health(&bench.rig).rate_ppb + 150000) < 5000);
	assert_true(rig_health(&bench.rig).uncertainty_ns < 300 * NS_PER_US);
}

static void a_board_that_already_streams_is_found_when_we_come_back(void **unused)
{
	uint32_t device, quick;

	(void)unused;
	pass_ms(2000);
	device = rig_device(&bench.rig)->id;
	quick = stream_named("quick")->id;
	rig_unplug(&bench.rig); /* the daemon stops listening; the board goes on */
	rig_plug(&bench.rig);
	bench.rig.n_rows = 0;
	pass_ms(2000);
	assert_int_equal(rig_device(&bench.rig)->id, device);
	assert_int_equal(stream_named("quick")->id, quick);
	assert_true(check_quick(0, 60 * NS_PER_US) >= 800);
	assert_int_equal(lost_by(GAP_WIRE) + lost_by(GAP_DEVICE), 0);
}

/* From the first frame that was heard on, though nobody knew yet what it meant. */
static void what_a_board_streams_before_it_is_described_is_kept(void **unused)
{
	double replugged_us;

	(void)unused;
	pass_ms(2000);
	rig_unplug(&bench.rig);
	pass_ms(500); /* to nobody */
	rig_plug(&bench.rig);
	bench.rig.n_rows = bench.rig.n_gaps = 0;
	replugged_us = micros(NULL);
	bench.is_deaf = true; /* to the first questions: 0.6 s */
	pass_ms(500);
	bench.is_deaf = false;
	pass_ms(1500);
	assert_true(first_taken() <= replugged_us + 25000);
	check_none_is_missing(first_taken());
	assert_int_equal(lost_by(GAP_WIRE) + lost_by(GAP_DEVICE), 0);
}

/* More than can wait. */
static void what_a_board_streams_for_long_before_it_is_described_is_counted(void **unused)
{
	(void)unused;
	pass_ms(2000);
	rig_unplug(&bench.rig);
	rig_plug(&bench.rig);
	bench.rig.n_rows = bench.rig.n_gaps = 0;
	bench.is_deaf = true;
	pass_ms(5000);
	bench.is_deaf = false;
	pass_ms(1500);
	assert_in_range(rig_health(&bench.rig).lost_rows, 2000, 2500);
	check_none_is_missing(first_taken());
}

/* A HELLO that was under way for long looks like a new start, and is none. */
static void an_old_announcement_costs_no_sample(void **unused)
{
	struct link_hello hello = {.protocol = LINK_PROTOCOL,
		.max_body = 254,
		.streams = 2,
		.uid = {0x6b, 0x74, 0, 0, 0, 0, 0, 1},
		.model = LINK_TEXT("Test Cup")};
	uint8_t payload[LINK_PAYLOAD_MAX], wire[LINK_WIRE_MAX];
	struct link_frame frame = {
		.type = LINK_HELLO, .seq = 77, .stream = LINK_NO_STREAM, .payload = payload};

	(void)unused;
	pass_ms(3000);
	frame.size = link_write_hello(&hello, payload);
	rig_feed(&bench.rig, wire, link_encode(&frame, wire));
	bench.is_deaf = true; /* so that it is not described at once */
	pass_ms(250);
	bench.is_deaf = false;
	pass_ms(2000);
	check_none_is_missing(first_taken());
	assert_int_equal(lost_by(GAP_WIRE) + lost_by(GAP_DEVICE), 0);
}

/* The number of the first sample is known: what is lost before the first that comes is no secret. */
static void samples_lost_right_after_a_start_are_counted(void **unused)
{
	double begun_us;
	uint64_t lost = 0;

	(void)unused;
	pass_ms(15);
	assert_int_equal(bench.rig.n_devices, 1);
	begun_us = micros(NULL);
	bench.knobs.cut_frames = 12;
	pass_ms(2000);
	assert_true(lost_by(GAP_WIRE) > 0);
	assert_true(first_taken() - begun_us > 40000);
	for (size_t i = 0; i < bench.rig.n_gaps; i++)
		if (bench.rig.gaps[i].stream == stream_named("quick")->id)
			lost += bench.rig.gaps[i].lost_rows;
	check_none_is_missing(first_taken() - 2000 * (double)lost);
	assert_int_equal(lost_by(GAP_WIRE), rig_health(&bench.rig).lost_rows);
}

/* Its frames were heard, and before they could be understood it was switched off and on. */
static void samples_of_before_a_start_are_told_as_such(void **unused)
{
	(void)unused;
	pass_ms(2000);
	rig_unplug(&bench.rig);
	rig_plug(&bench.rig);
	bench.rig.n_rows = bench.rig.n_gaps = 0;
	bench.is_deaf = true;
	pass_ms(250);
	power_on();
	bench.is_deaf = false;
	pass_ms(2000);
	assert_true(check_quick(bench.powered_ns, 60 * NS_PER_US) >= 800);
	assert_true(first_taken() < 250000);
	assert_in_range(lost_by(GAP_RESET), 110, 140);
	assert_int_equal(lost_by(GAP_WIRE) + lost_by(GAP_DEVICE), 0);
}

static void a_board_that_starts_anew_is_a_gap_and_goes_on(void **unused)
{
	uint32_t quick, segment;
	size_t before;

	(void)unused;
	pass_ms(3000);
	quick = stream_named("quick")->id;
	segment = bench.rig.rows[bench.rig.n_rows - 1].piece.segment;
	before = bench.rig.n_gaps;
	power_on();
	bench.rig.n_rows = 0;
	pass_ms(3000);
	assert_int_equal(stream_named("quick")->id, quick);
	assert_true(check_quick(bench.powered_ns, 60 * NS_PER_US) >= 1200);
	assert_true(bench.rig.n_gaps >= before + 2); /* of both streams */
	for (size_t i = before; i < bench.rig.n_gaps; i++)
		assert_int_equal(bench.rig.gaps[i].reason, GAP_RESET);
	for (size_t i = 0; i < bench.rig.n_rows; i++)
		if (bench.rig.rows[i].has_tick && bench.rig.rows[i].stamp_ns > bench.powered_ns)
			assert_true(bench.rig.rows[i].piece.segment != segment);
	assert_int_equal(bench.rig.n_gone, 0);
}

/* Its HELLOs are lost, and a ping of ours silences it: then its uptime gives it away. */
static void a_restart_that_nobody_heard_is_noticed_by_its_uptime(void **unused)
{
	(void)unused;
	pass_ms(5000);
	power_on();
	bench.knobs.is_mute = true;
	pass_ms(1900);
	assert_true(model_board_has_host(bench.board));
	bench.knobs.is_mute = false;
	bench.rig.n_rows = 0;
	pass_ms(4000);
	assert_true(check_quick(bench.powered_ns, 60 * NS_PER_US) >= 500);
}

static void frames_lost_on_the_wire_are_told_as_such_and_counted(void **unused)
{
	(void)unused;
	pass_ms(2000);
	bench.knobs.cut_frames = 3;
	pass_ms(1000);
	assert_true(lost_by(GAP_WIRE) > 0);
	assert_int_equal(lost_by(GAP_DEVICE), 0);
	assert_int_equal(lost_by(GAP_WIRE), rig_health(&bench.rig).lost_rows);
	check_none_is_missing(first_taken());
}

static void samples_the_board_lost_are_its_own_fault(void **unused)
{
	(void)unused;
	pass_ms(2000);
	bench.knobs.lost_samples = 7;
	pass_ms(1000);
	assert_int_equal(lost_by(GAP_DEVICE), 7);
	assert_int_equal(lost_by(GAP_WIRE), 0);
}

static void a_sensor_that_was_pulled_out_is_no_row_of_nothing(void **unused)
{
	(void)unused;
	pass_ms(2000);
	bench.knobs.is_cup_absent = true;
	pass_ms(2000);
	assert_null(stream_named("cup")); /* a channel on a screen is a promise */
	assert_non_null(stream_named("quick"));
	for (size_t i = 0; i < bench.rig.n_rows; i++)
		for (uint32_t c = 0; bench.rig.rows[i].has_tick && c < bench.rig.rows[i].n; c++)
			assert_true(isfinite(bench.rig.rows[i].values[c]) != 0);
	bench.knobs.is_cup_absent = false;
	bench.rig.n_rows = 0;
	pass_ms(2000);
	assert_non_null(stream_named("cup"));
	assert_true(count_rows(stream_named("cup")->id) >= 15);
	assert_int_equal(bench.rig.n_gone, 0);
}

static void noise_between_frames_is_counted_and_does_no_harm(void **unused)
{
	uint8_t noise[200];
	uint64_t state = 3;

	(void)unused;
	pass_ms(1000);
	bench.rig.n_rows = 0;
	for (int i = 0; i < 50; i++) {
		for (size_t k = 0; k < sizeof(noise); k++) {
			state = state * 6364136223846793005u + 1;
			noise[k] = (uint8_t)(state >> 56);
		}
		noise[sizeof(noise) - 1] = 0;
		rig_feed(&bench.rig, noise, sizeof(noise));
		pass_ms(40);
	}
	assert_true(rig_health(&bench.rig).bad_frames >= 50);
	assert_true(check_quick(0, 60 * NS_PER_US) >= 900);
	assert_int_equal(rig_health(&bench.rig).lost_rows, 0);
}

static void what_is_lost_while_asking_is_asked_again(void **unused)
{
	(void)unused;
	for (int i = 0; i < 12; i++) {
		bench.knobs.cut_frames = 2; /* of what it answers each time */
		bench.is_deaf = i % 3 == 0;
		pass_ms(250);
	}
	bench.is_deaf = false;
	bench.knobs.cut_frames = 0;
	pass_ms(2000);
	assert_string_equal(rig_device(&bench.rig)->kit, "test-cup");
	assert_true(check_quick(0, 100 * NS_PER_US) >= 500);
}

static void identify_lights_the_board(void **unused)
{
	(void)unused;
	assert_int_equal(conversation_order(bench.rig.kit, KIT_IDENTIFY, 20), -EOPNOTSUPP);
	pass_ms(1000);
	assert_int_equal(bench.knobs.lights, 0);
	assert_int_equal(conversation_order(bench.rig.kit, KIT_IDENTIFY, 20), 0);
	pass_ms(1000);
	assert_true(bench.knobs.lights > 0);
}

static void nothing_is_said_to_a_board_that_has_not_spoken_link(void **unused)
{
	uint8_t noise[4096];
	uint64_t state = 11;

	(void)unused;
	bench.knobs.is_mute = true;
	for (int i = 0; i < 200; i++) {
		for (size_t k = 0; k < sizeof(noise); k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			noise[k] = (uint8_t)(state >> 56);
		}
		rig_feed(&bench.rig, noise, sizeof(noise));
	}
	pass_ms(1000);
	assert_int_equal(bench.rig.n_sent, 0);
}

static void a_board_that_answers_no_ping_is_not_flooded(void **unused)
{
	size_t sent;

	(void)unused;
	pass_ms(500);
	assert_int_equal(bench.rig.n_devices, 1);
	bench.knobs.is_mute = true;
	pass_ms(1000);
	sent = bench.rig.n_sent;
	pass_ms(10000);
	/* Three pings of 23 bytes and a question a second are no flood; 60 a second would be. */
	assert_true(bench.rig.n_sent - sent < 10 * 150);
}

/* STAT each second is heard as a word of its clock, beside the pings. */
static void a_board_is_heard_also_when_nobody_asks(void **unused)
{
	uint32_t clock = 0;
	size_t heard = 0;

	(void)unused;
	pass_ms(5500);
	for (uint32_t i = 0; i < rig_device(&bench.rig)->n_streams; i++)
		if (rig_device(&bench.rig)->streams[i].kind == STREAM_CLOCK)
			clock = rig_device(&bench.rig)->streams[i].id;
	for (size_t i = 0; i < bench.rig.n_rows; i++) {
		const struct rig_row *row = &bench.rig.rows[i];
		double late_us = (double)(row->stamp_ns - bench.powered_ns) / 1000 - row->values[1];

		if (row->stream != clock || !isnan(row->values[0]))
			continue;
		assert_true(isnan(row->values[2]));
		assert_true(late_us >= -1 && late_us <= 2 * WIRE_US);
		heard++;
	}
	assert_in_range(heard, 4, 6);
}

static void the_round_trip_is_what_nobody_knows_of_the_delay(void **unused)
{
	(void)unused;
	rig_unplug(&bench.rig);
	bench.rig.port.has_wire = true;
	bench.rig.port.speed =
		1000000; /* 23 bytes are 230 us there: more than the 200 us of this wire */
	rig_plug(&bench.rig);
	pass_ms(2000);
	assert_in_range(rig_health(&bench.rig).round_trip_ns, 150 * NS_PER_US, 250 * NS_PER_US);
	rig_unplug(&bench.rig);
	bench.rig.port.speed = 3000000; /* 77 us each way of the 100 */
	rig_plug(&bench.rig);
	power_on();
	pass_ms(2000);
	assert_in_range(rig_health(&bench.rig).round_trip_ns, 30 * NS_PER_US, 100 * NS_PER_US);
}

static void say(uint8_t type, uint8_t stream, const uint8_t *payload, uint8_t size)
{
	static uint8_t seq;
	const struct link_frame frame = {
		.type = type, .seq = seq++, .stream = stream, .payload = payload, .size = size};
	uint8_t wire[LINK_WIRE_MAX];

	rig_feed(&bench.rig, wire, link_encode(&frame, wire));
}

static void say_hello(uint8_t streams)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	const struct link_hello hello = {.protocol = LINK_PROTOCOL,
		.max_body = 128,
		.streams = streams,
		.uid = {1},
		.model = LINK_TEXT("test")};

	say(LINK_HELLO, LINK_NO_STREAM, payload, link_write_hello(&hello, payload));
}

static void say_stream(uint8_t number, const char *name)
{
	uint8_t payload[LINK_PAYLOAD_MAX];
	const struct link_text text = link_text(name);
	const struct link_stream head = {.channels = 1,
		.flags = LINK_STREAM_ON | LINK_STREAM_PRESENT,
		.period_us = 1000,
		.period_min_us = 1000,
		.period_max_us = 1000,
		.name = text};
	const struct link_channel channel = {.part = 1,
		.width = 2,
		.mantissa = 1,
		.max = 1,
		.step = 1,
		.name = text,
		.quantity = text,
		.unit = LINK_TEXT("1")};

	say(LINK_DESC, number, payload, link_write_stream(&head, payload));
	say(LINK_DESC, number, payload, link_write_channel(&channel, payload));
}

static void a_board_that_says_it_has_more_streams_is_described_anew(void **unused)
{
	static const uint8_t sample[] = {0, 0, 0, 0, 7, 0};

	(void)unused;
	say_hello(1);
	say_stream(0, "one");
	assert_int_equal(rig_device(&bench.rig)->n_streams, 2); /* with the clock's */
	say_hello(2);
	say(LINK_DATA, 1, sample, sizeof(sample)); /* of what nobody has described yet */
	say_stream(0, "one");
	say_stream(1, "two");
	assert_int_equal(rig_device(&bench.rig)->n_streams, 3);
}

#define LINK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINK_TEST(a_board_is_found_described_and_switched_on_by_itself),
		LINK_TEST(a_wrong_clock_is_mapped_to_ours),
		LINK_TEST(a_board_that_already_streams_is_found_when_we_come_back),
		LINK_TEST(what_a_board_streams_before_it_is_described_is_kept),
		LINK_TEST(what_a_board_streams_for_long_before_it_is_described_is_counted),
		LINK_TEST(an_old_announcement_costs_no_sample),
		LINK_TEST(samples_lost_right_after_a_start_are_counted),
		LINK_TEST(samples_of_before_a_start_are_told_as_such),
		LINK_TEST(a_board_that_starts_anew_is_a_gap_and_goes_on),
		LINK_TEST(a_restart_that_nobody_heard_is_noticed_by_its_uptime),
		LINK_TEST(frames_lost_on_the_wire_are_told_as_such_and_counted),
		LINK_TEST(samples_the_board_lost_are_its_own_fault),
		LINK_TEST(a_sensor_that_was_pulled_out_is_no_row_of_nothing),
		LINK_TEST(noise_between_frames_is_counted_and_does_no_harm),
		LINK_TEST(what_is_lost_while_asking_is_asked_again),
		LINK_TEST(a_board_that_says_it_has_more_streams_is_described_anew),
		LINK_TEST(identify_lights_the_board),
		LINK_TEST(nothing_is_said_to_a_board_that_has_not_spoken_link),
		LINK_TEST(a_board_that_answers_no_ping_is_not_flooded),
		LINK_TEST(a_board_is_heard_also_when_nobody_asks),
		LINK_TEST(the_round_trip_is_what_nobody_knows_of_the_delay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
