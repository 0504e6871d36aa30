/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads are cut where the input itself says: after each chunk, its last byte tells how long the
 * next one is and how much time passes. So a fuzzer can find a bug that needs a read to end in
 * mid-frame. */
#include "support/fuzz_kit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "data/feed.h"
#include "sense/conversation.h"

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
 * start anew with the registry, so the newest stamps are reset with it. */
static int64_t newest_ns[STREAMS];
static uint32_t channels_of[STREAMS];

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
	};
	must(conversation_new(&host, &kit) == 0);
}

static void check_batch(const struct feed_record *record)
{
	uint32_t stream = record->batch.stream;

	must(stream > 0 && stream < STREAMS && channels_of[stream] == record->batch.n_channels);
	must(record->batch.n_rows > 0 && record->batch.n_rows <= BATCH_ROWS);
	for (uint32_t i = 0; i < record->batch.n_rows; i++) {
		int64_t stamp_ns = record->batch.stamps_ns[i];

		must(stamp_ns > newest_ns[stream]);
		newest_ns[stream] = stamp_ns;
		if (record->batch.has_ticks)
			must(clock_piece_stamp(&record->batch.piece, record->batch.ticks[i]) ==
				stamp_ns);
	}
}

static void check_feed(void)
{
	struct feed_record record;

	for (; feed_peek(keep, &record); ring_drop(keep)) {
		if (record.kind == FEED_DEVICE)
			for (uint32_t i = 0; i < record.device->n_streams; i++) {
				must(record.device->streams[i].id < STREAMS);
				channels_of[record.device->streams[i].id] =
					record.device->streams[i].n_channels;
			}
		if (record.kind == FEED_BATCH)
			check_batch(&record);
		if (record.kind == FEED_GAP)
			must(record.gap.from.ns <= record.gap.to.ns);
	}
	while (feed_peek(to_main, &record))
		ring_drop(to_main);
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
	must(registry_new(&registry) == 0);
	host.registry = registry;
	memset(newest_ns, 0, sizeof(newest_ns));
	memset(channels_of, 0, sizeof(channels_of));
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
	registry_free(registry);
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
