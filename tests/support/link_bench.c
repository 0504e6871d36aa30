/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/link_bench.h"

#include <math.h>
#include <string.h>

#include "support/cmocka_all.h"

enum { PIPE_BYTES = 65536 };

extern const struct kit_family kit_family_link;
extern const struct kit_family kit_family_lines;

static const struct kit_family *const families[] = {&kit_family_lines, &kit_family_link};

struct link_bench link_bench;

static uint32_t micros(void *self)
{
	int64_t ns = link_bench.rig.clock.frozen_ns - link_bench.powered_ns;

	(void)self;
	return (uint32_t)(int64_t)((double)ns * (1 + link_bench.skew_ppm * 1e-6) / 1000);
}

uint32_t link_bench_micros(void)
{
	return micros(NULL);
}

void link_bench_power_on(void)
{
	link_bench.powered_ns = link_bench.rig.clock.frozen_ns;
	link_bench.taken = link_bench.rig.n_sent;
	model_board_reset(link_bench.board);
}

/* The board turns; what was sent to it has come in LINK_WIRE_US later, its answer here as much later. */
static void turn_board(void)
{
	struct rig *rig = &link_bench.rig;
	uint8_t out[PIPE_BYTES];
	size_t n_in = rig->n_sent - link_bench.taken, n_out;

	if (n_in > 0)
		rig->clock.frozen_ns += LINK_WIRE_US * NS_PER_US;
	n_out = model_board_turn(link_bench.board, rig->sent + link_bench.taken,
		link_bench.is_deaf ? 0 : n_in, out, sizeof(out));
	link_bench.taken += n_in;
	if (n_out > 0) {
		rig->clock.frozen_ns += LINK_WIRE_US * NS_PER_US;
		rig_feed(rig, out, n_out);
	}
	if (link_bench.taken == rig->n_sent && rig->n_sent > RIG_SENT / 2)
		link_bench.taken = rig->n_sent = 0;
}

/* The board turns every millisecond, and when a byte comes. */
void link_bench_pass_ms(int64_t ms)
{
	struct rig *rig = &link_bench.rig;
	int64_t end_ns = rig->clock.frozen_ns + ms * NS_PER_MS;
	int64_t tick_ns = rig->clock.frozen_ns, turn_ns = rig->clock.frozen_ns;

	while (rig->clock.frozen_ns < end_ns) {
		int64_t now_ns = rig->clock.frozen_ns;

		if (now_ns >= tick_ns || now_ns >= conversation_wake(rig->kit).ns)
			conversation_tick(rig->kit, clock_now(&rig->clock));
		if (now_ns >= tick_ns)
			tick_ns += 20 * NS_PER_MS;
		if (now_ns >= turn_ns || rig->n_sent > link_bench.taken) {
			turn_board();
			turn_ns = now_ns + NS_PER_MS;
		}
		rig->clock.frozen_ns += 50 * NS_PER_US;
	}
	rig_collect(rig);
}

int link_bench_open(void **unused)
{
	(void)unused;
	memset(&link_bench, 0, sizeof(link_bench));
	rig_open(&link_bench.rig, families, 2);
	link_bench.board = model_board_new(micros, NULL, &link_bench.knobs);
	assert_non_null(link_bench.board);
	link_bench_power_on();
	return 0;
}

int link_bench_close(void **unused)
{
	(void)unused;
	rig_close(&link_bench.rig);
	model_board_free(link_bench.board);
	return 0;
}

/* --- what came out --- */

const struct stream *link_bench_stream(const char *name)
{
	const struct device *device = rig_device(&link_bench.rig);

	for (uint32_t i = 0; i < device->n_streams; i++)
		if (strcmp(device->streams[i].name, name) == 0)
			return &device->streams[i];
	return NULL;
}

size_t link_bench_rows(uint32_t stream)
{
	size_t n = 0;

	for (size_t i = 0; i < link_bench.rig.n_rows; i++)
		n += link_bench.rig.rows[i].stream == stream;
	return n;
}

size_t link_bench_check_quick(int64_t from_ns, int64_t most_ns)
{
	uint32_t stream = link_bench_stream("quick")->id;
	int64_t last_ns = 0;
	size_t n = 0;

	for (size_t i = 0; i < link_bench.rig.n_rows; i++) {
		const struct rig_row *row = &link_bench.rig.rows[i];
		double true_ns;

		if (row->stream != stream || row->stamp_ns < from_ns)
			continue;
		true_ns = row->values[0] * 1000 / (1 + link_bench.skew_ppm * 1e-6) +
			(double)link_bench.powered_ns;
		assert_true(fabs((double)row->stamp_ns - true_ns) <= (double)most_ns);
		assert_true(row->stamp_ns > last_ns);
		assert_int_equal(row->stamp_ns, clock_piece_stamp(&row->piece, row->tick));
		assert_true(row->values[1] == (-5.0 * -2 + 3) * 10);
		last_ns = row->stamp_ns;
		n++;
	}
	return n;
}

uint64_t link_bench_lost(enum gap_reason reason)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < link_bench.rig.n_gaps; i++)
		if (link_bench.rig.gaps[i].reason == reason)
			rows += link_bench.rig.gaps[i].lost_rows;
	return rows;
}

void link_bench_check_none_missing(double first_us)
{
	uint32_t quick = link_bench_stream("quick")->id;
	const struct rig_row *last = NULL;
	uint64_t rows = 0, lost = 0;

	for (size_t i = 0; i < link_bench.rig.n_rows; i++)
		if (link_bench.rig.rows[i].stream == quick) {
			last = &link_bench.rig.rows[i];
			rows++;
		}
	for (size_t i = 0; i < link_bench.rig.n_gaps; i++)
		if (link_bench.rig.gaps[i].stream == quick)
			lost += link_bench.rig.gaps[i].lost_rows;
	assert_non_null(last);
	assert_true((last->values[0] - first_us) / 2000 + 1 == (double)(rows + lost));
}

double link_bench_first_us(void)
{
	uint32_t quick = link_bench_stream("quick")->id;

	for (size_t i = 0; i < link_bench.rig.n_rows; i++)
		if (link_bench.rig.rows[i].stream == quick)
			return link_bench.rig.rows[i].values[0];
	fail_msg("there is no row of quick");
	return NAN;
}
