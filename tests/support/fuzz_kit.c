/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads are cut where the input itself says: after each chunk, its last byte tells how long the
 * next one is and how much time passes. So a fuzzer can find a bug that needs a read to end in
 * mid-frame. */
#include "support/fuzz_kit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "sense/conversation.h"
#include "support/fuzz_told.h"

enum { STREAMS = 4096 };

static struct clock fake = {.is_fake = true};
static struct registry *registry;
static struct ring *keep, *to_main;
static struct outlet *outlet;
static struct conversation_host host;
static const struct kit_family *one_family[1];
static struct kit *kit;

static void must(int is_true)
{
	if (!is_true)
		abort();
}

static uint8_t sent[64]; /* the newest */
static size_t n_sent;

static int swallow(void *self, struct kit *of, const void *bytes, size_t n)
{
	(void)self;
	(void)of;
	n_sent = n < sizeof(sent) ? n : sizeof(sent);
	memcpy(sent, bytes, n_sent);
	return n % 7 ? 0 : -28; /* now and then the device takes nothing: -ENOSPC */
}

static void swallow_speed(void *self, struct kit *of, const struct model_serial *serial)
{
	(void)self;
	(void)of;
	must(serial->speed > 0);
}

static bool is_asked; /* a control request is under way */

static int swallow_control(
	void *self, struct kit *of, const struct kit_control *request, const void *bytes, size_t n)
{
	(void)self;
	(void)of;
	(void)request;
	(void)bytes;
	must(n <= KIT_CONTROL_BYTES);
	if (is_asked)
		return -EBUSY;
	is_asked = true;
	return 0;
}

/* One set of parts for all inputs: a new one each would cost more than the inputs. Stream numbers
 * start anew with the registry, so what is known of them is reset with it. */
static int64_t newest_ns[STREAMS];
static struct stream described[STREAMS]; /* as the newest announcement has it; id 0: never */
static uint32_t highest;                 /* stream of this input */
static const struct model *model_now;    /* of this input; NULL: none */
static bool is_models;                   /* what spoke was that one's kit, each time */

static void start(void)
{
	must(ring_new(1 << 20, &keep) == 0 && ring_new(1 << 20, &to_main) == 0);
	must(outlet_new(keep, to_main, NULL, NULL, &outlet) == 0);
	host = (struct conversation_host){
		.clock = &fake,
		.outlet = outlet,
		.families = one_family,
		.n_families = 1,
		.send = swallow,
		.control = swallow_control,
		.respeed = swallow_speed,
	};
	must(registry_new(&registry) == 0);
	host.registry = registry;
	must(conversation_new(&host, &kit) == 0);
}

/* What flags a value is the range in the description: it must be the kit.yaml's. */
void fuzz_check_channel(const struct model *model, const struct channel *channel)
{
	int at = model_channel(model, channel->id);

	must(at >= 0);
	must(channel->low == model->channels[at].low && channel->high == model->channels[at].high);
	must(channel->resolution == model->channels[at].resolution);
}

/* Else the device says what it measures, and how far. */
static bool has_channels(const struct model *model)
{
	return model && model->n_channels > 0;
}

static void learn_device(const struct device *device)
{
	bool is_model = has_channels(model_now) && strcmp(device->kit, model_now->id) == 0;

	is_models &= is_model;
	for (uint32_t i = 0; i < device->n_streams; i++) {
		const struct stream *stream = &device->streams[i];

		must(stream->id > 0 && stream->id < STREAMS);
		if (stream->id > highest)
			highest = stream->id;
		memcpy(&described[stream->id], stream,
			offsetof(struct stream, channels) +
				stream->n_channels * sizeof(stream->channels[0]));
		for (uint32_t c = 0; is_model && c < stream->n_channels; c++)
			if (stream->kind == STREAM_DATA)
				fuzz_check_channel(model_now, &stream->channels[c]);
	}
}

static void check_batch(const struct feed_record *record)
{
	uint32_t id = record->batch.stream, n = record->batch.n_channels;
	const struct stream *stream = &described[id < STREAMS ? id : 0];

	must(stream->id == id && id > 0 && stream->n_channels == n);
	must(record->batch.n_rows > 0 && record->batch.n_rows <= BATCH_ROWS);
	for (uint32_t i = 0; i < record->batch.n_rows; i++) {
		int64_t stamp_ns = record->batch.stamps_ns[i];

		must(stamp_ns > newest_ns[id]);
		newest_ns[id] = stamp_ns;
		if (record->batch.has_ticks)
			must(clock_piece_stamp(&record->batch.piece, record->batch.ticks[i]) ==
				stamp_ns);
		for (uint32_t c = 0; c < n; c++)
			must(!isinf(record->batch.values[i * n + c]));
	}
}

static void check_feed(void)
{
	struct feed_record record;

	for (; feed_peek(keep, &record); ring_drop(keep)) {
		if (record.kind == FEED_DEVICE)
			learn_device(record.device);
		if (record.kind == FEED_BATCH)
			check_batch(&record);
		if (record.kind == FEED_GAP)
			must(record.gap.from.ns <= record.gap.to.ns);
	}
	fuzz_told_collect();
}

static void pass(int64_t ns)
{
	fake.frozen_ns += ns;
	conversation_tick(kit, clock_now(&fake));
	check_feed();
}

static void open_conversation(const struct kit_family *family, const struct kit_port *port)
{
	one_family[0] = family;
	if (!kit)
		start();
	registry_clear(registry);
	for (; highest > 0; highest--) {
		newest_ns[highest] = 0;
		described[highest].id = 0;
	}
	model_now = port->n_models ? port->models[0] : NULL;
	is_models = has_channels(model_now);
	fuzz_told_begin(to_main, model_now);
	fake.frozen_ns = NS_PER_S;
	is_asked = false;
	n_sent = 0;
	conversation_open(kit, port, clock_now(&fake));
}

static void close_conversation(void)
{
	for (int i = 0; i < 4; i++)
		pass(700 * NS_PER_MS);
	(void)conversation_order(kit, KIT_IDENTIFY, 1);
	conversation_close(kit, clock_now(&fake));
	check_feed();
	fuzz_told_end(is_models);
}

static void fuzz_port(const struct kit_family *family, const struct kit_port *port,
	const uint8_t *bytes, size_t n)
{
	size_t at = 0, part = 64;

	open_conversation(family, port);
	pass(100 * NS_PER_MS);
	while (at < n) {
		if (part > n - at)
			part = n - at;
		conversation_feed(kit, bytes + at, part, clock_now(&fake));
		at += part;
		part = 1 + bytes[at - 1];
		pass((int64_t)(bytes[at - 1] % 50) * NS_PER_MS);
	}
	close_conversation();
}

void fuzz_kit(const struct kit_family *family, const uint8_t *bytes, size_t n)
{
	struct kit_port port = {
		.path = "/dev/ttyFUZZ", .speed = n % 2 ? 115200 : 0, .has_wire = n % 2};

	fuzz_port(family, &port, bytes, n);
}

void fuzz_serial_kit(
	const struct kit_family *family, const struct model *model, const uint8_t *bytes, size_t n)
{
	struct kit_port port = {
		.path = "/dev/ttyFUZZ",
		.speed = n % 2 ? 9600 : 0,
		.has_wire = n % 2,
		.models = {model},
		.n_models = 1,
		.is_sure = n % 4 < 2,
		.slaves = {1, 4},
		.n_slaves = n % 8 < 4 ? 0 : 2,
	};

	fuzz_port(family, &port, bytes, n);
}

/* One step of the device: what it is stands in the high bits, in the low ones how much of it. */
static size_t step_usb(const struct fuzz_usb *usb, uint8_t step, const uint8_t *bytes, size_t n)
{
	uint8_t report[FUZZ_REPORT] = {0};
	size_t size = step & 0x40 ? step & 0x3f : usb->report_bytes;
	size_t used = size < n ? size : n;

	memcpy(report, bytes, used);
	if (!(step & 0x80)) {
		if (usb->mend && !(step & 0x40))
			usb->mend(report, sent, n_sent);
		conversation_report(kit, report, size, clock_now(&fake));
	} else if (is_asked) {
		bool is_refused = used > 0 && report[0] >= 0xf0;

		is_asked = false;
		conversation_answer(kit, is_refused ? -EPIPE : 0, report, is_refused ? 0 : used,
			clock_now(&fake));
	}
	return used;
}

/* One step of a device that is asked: see fuzz_kit.h. */
static size_t step_serial(const struct fuzz_serial *serial, const uint8_t *bytes, size_t n)
{
	static const int waits_ms[] = {1, 20, 300, 1200};
	uint8_t answer[FUZZ_REPORT] = {0};
	uint8_t step = bytes[0];
	size_t size = step & 0x1f, used = size < n - 1 ? size : n - 1;

	for (int left_ms = waits_ms[step >> 5 & 3]; left_ms > 0; left_ms -= 300)
		pass((left_ms < 300 ? left_ms : 300) * NS_PER_MS);
	memcpy(answer, bytes + 1, used);
	if (step & 0x80 && serial->mend && n_sent > 0)
		size = serial->mend(answer, size, sent, n_sent);
	must(size <= sizeof answer);
	conversation_feed(kit, answer, size, clock_now(&fake));
	return used + 1;
}

void fuzz_answers(const struct fuzz_serial *serial, const uint8_t *bytes, size_t n)
{
	struct kit_port port = {
		.path = "/dev/ttyFUZZ",
		.socket = "fuzz",
		.speed = 9600,
		.has_wire = n % 2,
		.models = {serial->model},
		.n_models = 1,
		.usb_vendor = serial->model->n_matches ? serial->model->matches[0].vendor : 0,
		.usb_product = serial->model->n_matches ? serial->model->matches[0].product : 0,
		.is_sure = n % 8 < 6, /* else it is asked who it is, after some silence */
		.slaves = {1, 4},
		.n_slaves = n % 4 < 2 ? 0 : 2,
	};

	open_conversation(serial->family, &port);
	for (size_t at = 0; at < n;)
		at += step_serial(serial, bytes + at, n - at);
	close_conversation();
}

void fuzz_kernel_kit(const struct kit_family *family, const struct model *model,
	enum kit_transport transport, const uint8_t *bytes, size_t n)
{
	static const int errors[] = {-EAGAIN, -EBUSY, -ENODEV, -ENOENT, -EIO};
	const struct kit_port port = {
		.transport = transport,
		.path = "/sys/bus/fuzz",
		.socket = "28-000005e2fdc3",
		.models = {model},
		.n_models = 1,
		.is_sure = true,
		.rate_hz = 50,
	};
	size_t at = 0;

	open_conversation(family, &port);
	while (at < n) {
		uint8_t step = bytes[at++];
		size_t part = n - at;
		const uint8_t *end = memchr(bytes + at, '\0', part);

		if (end)
			part = (size_t)(end - bytes) - at;
		pass((step & 0x3f) * 5 * NS_PER_MS);
		if (step < 0xc0)
			conversation_report(kit, bytes + at, part, clock_now(&fake));
		else
			conversation_answer(kit, errors[step % 5], NULL, 0, clock_now(&fake));
		at += part + (end != NULL);
	}
	close_conversation();
}

void fuzz_usb_kit(const struct fuzz_usb *usb, const uint8_t *bytes, size_t n)
{
	struct kit_port port = {
		.transport = KIT_USB,
		.path = "/dev/bus/usb/001/002",
		.socket = "fuzz",
		.usb_vendor = usb->model->matches[0].vendor,
		.usb_product = usb->model->matches[n % usb->model->n_matches].product,
		.models = {usb->model},
		.n_models = 1,
		.is_sure = true,
	};
	size_t at = 0;

	open_conversation(usb->family, &port);
	pass(20 * NS_PER_MS);
	while (at < n) {
		uint8_t step = bytes[at++];

		at += step_usb(usb, step, bytes + at, n - at);
		pass(step & 0x20 ? (int64_t)(step & 0x1f) * 40 * NS_PER_MS : NS_PER_MS);
	}
	close_conversation();
}
