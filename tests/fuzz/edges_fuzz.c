/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any edges, in any order, with any losses, in each mode: stamps rise, times lie between the dead
 * time and the timeout, counts never go down and never beyond what came, nothing is infinite.
 *
 * The first byte chooses the mode; then three bytes an event: what (line, level, how many are
 * missing, or time alone), and how much later, from 256 ns to a minute and sometimes backwards. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "data/model.h"
#include "sense/conversation.h"
#include "support/fuzz_kit.h"
#include "support/fuzz_told.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_edges;

#define KIT(edges, channels) \
	"kit: k\nname: {zh: 门, en: Gate}\n" \
	"gpio: [{id: a, pin: 1}, {id: b, pin: 2}, {id: t, pin: 3, output: yes}]\n" \
	"edges: {" edges "}\n" \
	"settings:\n" \
	"  - {id: flag, name: {zh: 宽, en: F}, unit: mm, value: 25, range: [1, 90]}\n" \
	"  - {id: spacing, name: {zh: 距, en: S}, unit: m, value: 1, range: [0.1, 9]}\n" \
	"  - {id: bar, name: {zh: 条, en: B}, unit: mm, value: 50, range: [1, 90]}\n" \
	"  - {id: marks, name: {zh: 数, en: M}, unit: \"1\", value: 4, range: [1, 90]}\n" \
	"  - {id: diameter, name: {zh: 径, en: D}, unit: mm, value: 65, range: [1, 90]}\n" \
	"  - {id: dead_time, name: {zh: 死, en: T}, unit: us, value: 99, range: [1, 999]}\n" \
	"channels:\n" channels
#define CHANNEL(from, quantity, unit, more) \
	"  - {id: " from ", name: {zh: 值, en: V}, quantity: " quantity ", unit: \"" unit \
	"\", range: [0, 9], resolution: 1e-6, from: " from more "}\n"
#define COUNT(from, more) CHANNEL(from, "count", "1", more)
#define TIME(from) CHANNEL(from, "time", "s", "")
#define SPEED(from) CHANNEL(from, "speed", "m/s", "")
#define ACCELERATION CHANNEL("acceleration", "acceleration", "m/s2", "")

static const char *const kits[] = {
	KIT("mode: gate, lines: [a], ignore: 300 us, timeout: 2 s",
		TIME("time") SPEED("speed") COUNT("count", "")),
	KIT("mode: two-gates, lines: [a, b], ignore: 300 us, timeout: 2 s",
		TIME("time") SPEED("speed") SPEED("speed1") SPEED("speed2") ACCELERATION),
	KIT("mode: pendulum, lines: [a], ignore: 300 us, timeout: 2 s",
		CHANNEL("period", "period", "s", "") COUNT("count", "") TIME("time")),
	KIT("mode: picket-fence, lines: [a], ignore: 300 us, timeout: 2 s",
		CHANNEL("position", "position", "m", "") SPEED("speed") ACCELERATION),
	KIT("mode: counter, lines: [a], ignore: 300 us",
		COUNT("count", ", rate: 2 Hz") TIME("interval") CHANNEL("rate", "frequency", "Hz",
			", rate: 2 Hz") CHANNEL("frequency", "frequency", "Hz", ", rate: 2 Hz")),
	KIT("mode: wheel, lines: [a], ignore: 300 us, timeout: 2 s",
		SPEED("speed") CHANNEL("turns", "turns", "1", "")),
	KIT("mode: ultrasonic, lines: [t, a], timeout: 250 ms, longest: 30 ms}\nrate: 10 Hz #",
		CHANNEL("distance", "distance", "m", "") TIME("echo")),
	KIT("mode: button, lines: [a], ignore: 20 ms",
		COUNT("press", "") TIME("held") CHANNEL("state", "state", "1", "")),
};
enum { PENDULUM = 2, KITS = sizeof kits / sizeof *kits };

/* A counter makes rows whether or not anything comes, some 1.5 us each: hours of them, which two
 * hundred events may span, would hide what an event costs. */
static const int64_t LONGEST_NS = 20 * 60 * (int64_t)NS_PER_S;

static const struct kit_family *const families[] = {&kit_family_edges};
static struct clock fake = {.is_fake = true};
static struct registry *registry;
static struct ring *keep, *to_main;
static struct outlet *outlet;
static struct conversation_host host;
static struct kit *kit;
static struct arena arena;
static struct model *models[KITS];

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static int pulse(void *self, struct kit *of, unsigned line, unsigned us)
{
	(void)self;
	(void)of;
	must(line == 2 && us >= 10 && us <= 50);
	return 0;
}

static void start(void)
{
	const struct model_form *form = kit_family_edges.form;
	const struct model_forms forms = {.forms = &form, .n_forms = 1};

	arena = arena_of(16 << 20);
	for (int i = 0; i < KITS; i++) {
		struct report report = {.file = "kit"};

		int failed = model_read(
			kits[i], strlen(kits[i]), NULL, &forms, &arena, &report, &models[i]);

		if (failed)
			fprintf(stderr, "kit %d: %s\n", i, report.mistakes[0].text);
		must(!failed);
	}
	must(ring_new(1 << 20, &keep) == 0 && ring_new(1 << 20, &to_main) == 0);
	must(outlet_new(keep, to_main, NULL, NULL, &outlet) == 0);
	must(registry_new(&registry) == 0);
	host = (struct conversation_host){.clock = &fake,
		.registry = registry,
		.outlet = outlet,
		.families = families,
		.n_families = 1,
		.pulse = pulse};
	must(conversation_new(&host, &kit) == 0);
}

/* --- what must hold of each value --- */

static struct device device; /* as the newest announcement has it */

struct seen {
	unsigned mode;
	int64_t newest_ns[DEVICE_STREAMS];
	double counts[STREAM_CHANNELS];
	double n_active; /* edges that went up, with all that were missing */
};

static void check_value(struct seen *seen, const char *id, unsigned channel, double value)
{
	must(isfinite(value));
	if (strcmp(id, "acceleration") != 0)
		must(value >= 0);
	if (strcmp(id, "time") == 0)
		must(value <= 2);
	if (strcmp(id, "echo") == 0)
		must(value <= 0.03);
	if (strcmp(id, "speed1") == 0 || strcmp(id, "speed2") == 0)
		must(value <= 25e-3 / 300e-6 + 1e-6);
	if (strcmp(id, "count") == 0 || strcmp(id, "press") == 0 || strcmp(id, "turns") == 0) {
		must(value <= seen->n_active);
		/* A pendulum that was stopped counts anew. */
		must(seen->mode == PENDULUM || value >= seen->counts[channel]);
		seen->counts[channel] = value;
	}
}

/* As many streams as there are: most of a description is empty. */
static void learn_device(const struct seen *seen, const struct device *described)
{
	memcpy(&device, described,
		offsetof(struct device, streams) +
			described->n_streams * sizeof(described->streams[0]));
	for (uint32_t i = 0; i < device.n_streams; i++)
		for (uint32_t c = 0; c < device.streams[i].n_channels; c++)
			fuzz_check_channel(models[seen->mode], &device.streams[i].channels[c]);
}

static void check_batch(struct seen *seen, const struct feed_record *record)
{
	const struct stream *stream = device.streams;
	uint32_t n = record->batch.n_channels;

	while (stream->id != record->batch.stream)
		must(++stream < device.streams + device.n_streams);
	for (uint32_t i = 0; i < record->batch.n_rows; i++) {
		int64_t *newest_ns = &seen->newest_ns[stream - device.streams];

		must(record->batch.stamps_ns[i] > *newest_ns);
		*newest_ns = record->batch.stamps_ns[i];
		for (uint32_t c = 0; c < n; c++) {
			double value = record->batch.values[i * n + c];

			if (!isnan(value))
				check_value(seen, stream->channels[c].id, c, value);
		}
	}
}

static void check_feed(struct seen *seen)
{
	struct feed_record record;

	for (; feed_peek(keep, &record); ring_drop(keep)) {
		if (record.kind == FEED_DEVICE)
			learn_device(seen, record.device);
		if (record.kind == FEED_BATCH)
			check_batch(seen, &record);
		if (record.kind == FEED_GAP)
			must(record.gap.from.ns <= record.gap.to.ns);
	}
	fuzz_told_collect();
}

/* Ticks come each 20 ms; when nothing happens for long, ever later, as on a machine that is busy: a
 * minute would be three thousand. */
static void pass_until(struct seen *seen, int64_t ns)
{
	int64_t step_ns = 20 * NS_PER_MS;

	for (int i = 0; fake.frozen_ns < ns; i++) {
		int64_t next_ns = fake.frozen_ns + step_ns;

		fake.frozen_ns = next_ns < ns ? next_ns : ns;
		conversation_tick(kit, clock_now(&fake));
		if (i >= 4)
			step_ns *= 2;
	}
	check_feed(seen);
}

static void play(struct seen *seen, const uint8_t *event, int64_t *at_ns)
{
	struct kit_edge edge = {.line = event[0] & 3,
		.is_active = event[0] >> 2 & 1,
		.n_lost = event[0] >> 3 & 1 ? event[0] >> 4 : 0};
	int64_t step_ns = (int64_t)(1 + event[1]) << (8 + event[2] % 21);

	*at_ns += event[2] < 250 ? step_ns : -step_ns % NS_PER_MS;
	pass_until(seen, *at_ns);
	edge.at.ns = *at_ns;
	seen->n_active += edge.is_active + edge.n_lost;
	if (edge.line < 3)
		conversation_edge(kit, &edge, clock_now(&fake));
	check_feed(seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct kit_port port = {.transport = KIT_GPIO, .path = "gpio:k", .is_sure = true};
	struct seen seen = {0};
	int64_t at_ns = NS_PER_S;

	if (!kit)
		start();
	if (n == 0)
		return 0;
	seen.mode = bytes[0] % KITS;
	port.models[0] = models[seen.mode];
	port.n_models = 1;
	for (size_t i = 0; i < port.models[0]->n_settings; i++)
		port.settings[i] = port.models[0]->settings[i].value;
	registry_clear(registry);
	fake.frozen_ns = at_ns;
	fuzz_told_begin(to_main, models[seen.mode]);
	conversation_open(kit, &port, clock_now(&fake));
	for (size_t at = 1; at + 3 <= n && at < 600 && at_ns < LONGEST_NS; at += 3)
		play(&seen, bytes + at, &at_ns);
	pass_until(&seen, fake.frozen_ns + 3 * (int64_t)NS_PER_S);
	conversation_close(kit, clock_now(&fake));
	check_feed(&seen);
	fuzz_told_end(true);
	return 0;
}
