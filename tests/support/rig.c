/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench under the tests of conversations and families. */
#include "support/rig.h"

#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

static int take_sent(void *self, struct kit *kit, const void *bytes, size_t n)
{
	struct rig *rig = self;

	(void)kit;
	assert_true(rig->n_sent + n <= RIG_SENT);
	memcpy(rig->sent + rig->n_sent, bytes, n);
	rig->n_sent += n;
	return 0;
}

static void take_speed(void *self, struct kit *kit, const struct model_serial *serial)
{
	struct rig *rig = self;

	(void)kit;
	assert_true(rig->n_speeds < RIG_SPEEDS);
	rig->serials[rig->n_speeds] = *serial;
	rig->speeds[rig->n_speeds++] = serial->speed;
}

static int take_control(
	void *self, struct kit *kit, const struct kit_control *request, const void *bytes, size_t n)
{
	struct rig *rig = self;
	struct rig_control *control = &rig->controls[rig->n_controls];

	(void)kit;
	assert_true(rig->n_controls < RIG_CONTROLS && n <= KIT_CONTROL_BYTES);
	rig->n_controls++;
	*control = (struct rig_control){.request = *request, .n = n};
	if (bytes)
		memcpy(control->bytes, bytes, n);
	return 0;
}

static int take_pulse(void *self, struct kit *kit, unsigned line, unsigned us)
{
	struct rig *rig = self;

	(void)kit;
	(void)line;
	(void)us;
	rig->pulses++;
	return 0;
}

static void take_notice(void *self, bool is_urgent)
{
	struct rig *rig = self;

	rig->n_urgent += is_urgent;
}

void rig_open(struct rig *rig, const struct kit_family *const *families, size_t n_families)
{
	rig->clock = (struct clock){.is_fake = true, .frozen_ns = NS_PER_S};
	rig->rows = calloc(RIG_ROWS, sizeof(*rig->rows));
	rig->devices = calloc(RIG_DEVICES, sizeof(*rig->devices));
	rig->sent = calloc(1, RIG_SENT);
	assert_true(rig->rows && rig->devices && rig->sent);
	assert_int_equal(registry_new(&rig->registry), 0);
	assert_int_equal(ring_new(1 << 20, &rig->keep), 0);
	assert_int_equal(ring_new(1 << 20, &rig->to_main), 0);
	assert_int_equal(outlet_new(rig->keep, rig->to_main, take_notice, rig, &rig->outlet), 0);
	rig->host = (struct conversation_host){
		.clock = &rig->clock,
		.registry = rig->registry,
		.outlet = rig->outlet,
		.families = families,
		.n_families = n_families,
		.seed = 1,
		.send = take_sent,
		.respeed = take_speed,
		.control = take_control,
		.pulse = take_pulse,
		.self = rig,
	};
	assert_int_equal(conversation_new(&rig->host, &rig->kit), 0);
	if (!rig->port.path[0]) {
		strcpy(rig->port.path, "/dev/ttyTEST");
		strcpy(rig->port.socket, "bench");
		rig->port.uncertainty_ns = NS_PER_MS;
	}
	rig_plug(rig);
}

void rig_open_all(struct rig *rig)
{
	rig_open(rig, __start_kit_families, (size_t)(__stop_kit_families - __start_kit_families));
}

void rig_close(struct rig *rig)
{
	conversation_free(rig->kit);
	outlet_free(rig->outlet);
	ring_free(rig->keep);
	ring_free(rig->to_main);
	registry_free(rig->registry);
	free(rig->rows);
	free(rig->devices);
	free(rig->sent);
	memset(rig, 0, sizeof(*rig));
}

static void collect_batch(struct rig *rig, const struct feed_record *record)
{
	for (uint32_t i = 0; i < record->batch.n_rows; i++) {
		struct rig_row *row = &rig->rows[rig->n_rows];

		if (rig->n_rows == RIG_ROWS)
			return;
		rig->n_rows++;
		row->stream = record->batch.stream;
		row->n = record->batch.n_channels;
		row->stamp_ns = record->batch.stamps_ns[i];
		row->has_tick = record->batch.has_ticks;
		row->piece = record->batch.piece;
		if (row->has_tick)
			row->tick = record->batch.ticks[i];
		memcpy(row->values, record->batch.values + i * row->n,
			row->n * sizeof(row->values[0]));
	}
}

void rig_collect(struct rig *rig)
{
	struct feed_record record;

	outlet_notify(rig->outlet);
	while (feed_peek(rig->keep, &record)) {
		if (record.kind == FEED_BATCH)
			collect_batch(rig, &record);
		if (record.kind == FEED_GAP && rig->n_gaps < RIG_GAPS)
			rig->gaps[rig->n_gaps++] = record.gap;
		if (record.kind == FEED_UNCERTAINTY && rig->n_uncertainties < RIG_UNCERTAINTIES)
			rig->uncertainties[rig->n_uncertainties++] = record.uncertainty;
		if (record.kind == FEED_HOUR) {
			rig->hour = record.hour;
			rig->n_hours++;
		}
		if (record.kind == FEED_DEVICE && rig->n_devices < RIG_DEVICES)
			rig->devices[rig->n_devices++] = *record.device;
		if (record.kind == FEED_GONE && rig->n_gone < RIG_DEVICES)
			rig->gone[rig->n_gone++] = record.gone;
		ring_drop(rig->keep);
	}
	while (feed_peek(rig->to_main, &record))
		ring_drop(rig->to_main);
}

void rig_report(struct rig *rig, const void *bytes, size_t n)
{
	conversation_report(rig->kit, bytes, n, clock_now(&rig->clock));
	rig_collect(rig);
}

void rig_answer(struct rig *rig, int error, const void *bytes, size_t n)
{
	conversation_answer(rig->kit, error, bytes, n, clock_now(&rig->clock));
	rig_collect(rig);
}

void rig_edge(struct rig *rig, unsigned line, bool is_active, int64_t at_ns, uint32_t n_lost)
{
	struct kit_edge edge = {
		.line = line, .is_active = is_active, .n_lost = n_lost, .at.ns = at_ns};

	if (rig->clock.frozen_ns < at_ns)
		rig->clock.frozen_ns = at_ns;
	conversation_edge(rig->kit, &edge, clock_now(&rig->clock));
	rig_collect(rig);
}

void rig_feed(struct rig *rig, const void *bytes, size_t n)
{
	conversation_feed(rig->kit, bytes, n, clock_now(&rig->clock));
	rig_collect(rig);
}

void rig_say(struct rig *rig, const char *text)
{
	rig_feed(rig, text, strlen(text));
}

void rig_pass_ms(struct rig *rig, int64_t ms)
{
	int64_t end_ns = rig->clock.frozen_ns + ms * NS_PER_MS;

	while (rig->clock.frozen_ns < end_ns) {
		int64_t next_ns = rig->clock.frozen_ns + 20 * NS_PER_MS;
		struct instant wake = conversation_wake(rig->kit);

		if (wake.ns > rig->clock.frozen_ns && wake.ns < next_ns)
			next_ns = wake.ns;
		rig->clock.frozen_ns = next_ns < end_ns ? next_ns : end_ns;
		conversation_tick(rig->kit, clock_now(&rig->clock));
	}
	rig_collect(rig);
}

void rig_unplug(struct rig *rig)
{
	conversation_close(rig->kit, clock_now(&rig->clock));
	rig_collect(rig);
}

void rig_plug(struct rig *rig)
{
	conversation_open(rig->kit, &rig->port, clock_now(&rig->clock));
	rig_collect(rig);
}

struct feed_health rig_health(struct rig *rig)
{
	struct feed_health health;

	conversation_health(rig->kit, clock_now(&rig->clock), &health);
	return health;
}

const struct device *rig_device(const struct rig *rig)
{
	assert_true(rig->n_devices > 0);
	return &rig->devices[rig->n_devices - 1];
}
