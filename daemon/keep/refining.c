/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Block by block: the pairs around it make a map, the map and the rows make the curve. A node of the
 * map depends on the pairs near it only, so blocks meet without a seam.
 *
 * Of each stream only the bends are kept: the live map is straight pieces, and where it is straight
 * the curve's rows are, too. Those of all streams of a device, put in order, are the curve: they
 * have one clock and one live map, and therefore one curve. */
#include "keep/refining.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sense/describe.h"
#include "sense/port.h"

enum { BLOCK_S = 120, STREAM_TOLERANCE_NS = 100 };

struct refined_device {
	uint32_t id;
	struct refine_path path;
	uint32_t clocks[DEVICE_STREAMS], streams[DEVICE_STREAMS];
	size_t n_clocks, n_streams;
	struct curve *curve;
};

struct refining {
	struct instant from, to;
	struct refined_device *devices;
	size_t n_devices, room;
	bool is_begun;
	size_t device;     /* in hand */
	struct instant at; /* its next block */

	/* of a block */
	struct refine_pair *pairs;
	size_t n_pairs, pairs_room;
	struct refine_map map;
	struct curve *stream;
	struct curve_knot *knots; /* of all streams */
	size_t n_knots;
	int64_t uncertainty_ns; /* of the last point that is known */
};

int refining_new(struct instant from, struct instant to, struct refining **ret_refining)
{
	struct refining *refining = calloc(1, sizeof *refining);

	if (!refining)
		return -ENOMEM;
	refining->from = from;
	refining->to = to;
	*ret_refining = refining;
	return 0;
}

void refining_free(struct refining *refining)
{
	if (!refining)
		return;
	for (size_t i = 0; i < refining->n_devices; i++)
		curve_free(refining->devices[i].curve);
	free(refining->devices);
	free(refining->pairs);
	free(refining->knots);
	curve_free(refining->stream);
	free(refining);
}

/* --- which devices --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static struct refine_path presumed(const struct kit_port *about)
{
	return (struct refine_path){
		.to_ns = about->floor_to_ns,
		.to_doubt_ns = port_floor_doubt(about->floor_to_ns),
		.from_ns = about->floor_from_ns,
		.from_doubt_ns = port_floor_doubt(about->floor_from_ns),
	};
}

/* Whether an adapter holds bytes back by a timer of its own (FTDI's do) is known of its USB ids, which a
 * device that tells a serial number of its own hides. Then it may be one or not. */
struct refine_path refining_path(const struct device *device)
{
	bool is_adapter = begins(device->port, "/dev/ttyUSB");
	struct kit_port with = {.usb_vendor = is_adapter || begins(device->port, "/dev/ttyACM")};
	struct kit_port without = with;

	if (!with.usb_vendor && !begins(device->port, "/dev/ttyS") &&
		!begins(device->port, "/dev/ttyAMA"))
		return (struct refine_path){0};
	port_presume(is_adapter, &with);
	port_presume(0, &without);
	if (is_adapter && begins(device->identity, "usb:0403:"))
		return presumed(&with);
	if (!is_adapter || begins(device->identity, "usb:"))
		return presumed(&without);

	struct refine_path path = presumed(&with), other = presumed(&without);
	path.from_doubt_ns += (path.from_ns - other.from_ns) / 2;
	path.from_ns = (path.from_ns + other.from_ns) / 2;
	return path;
}

static int take_device(void *self, const struct device *device)
{
	struct refining *refining = self;
	struct refined_device taken = {.id = device->id, .path = refining_path(device)};

	for (uint32_t i = 0; i < device->n_streams; i++) {
		const struct stream *stream = &device->streams[i];

		if (stream->kind == STREAM_CLOCK)
			taken.clocks[taken.n_clocks++] = stream->id;
		else if (stream->stamps == STAMP_DEVICE)
			taken.streams[taken.n_streams++] = stream->id;
	}
	if (taken.n_clocks == 0 || taken.n_streams == 0)
		return 0;
	if (refining->n_devices == refining->room) {
		size_t room = refining->room ? refining->room * 2 : 8;
		void *grown = realloc(refining->devices, room * sizeof *refining->devices);

		if (!grown)
			return -ENOMEM;
		refining->devices = grown;
		refining->room = room;
	}
	refining->devices[refining->n_devices++] = taken;
	return 0;
}

/* Devices of other times would take a step for every two minutes, and give nothing. */
static int drop_absent(struct refining *refining, struct reader *reader)
{
	size_t n = 0;

	for (size_t i = 0; i < refining->n_devices; i++) {
		struct refined_device *device = &refining->devices[i];
		struct instant first, last;
		bool has_part = false;
		uint64_t rows;

		for (size_t s = 0; s < device->n_streams; s++)
			has_part |= reader_extent(reader, device->streams[s], &first, &last,
					    &rows) == 0 &&
				first.ns < refining->to.ns && last.ns >= refining->from.ns;
		if (has_part)
			refining->devices[n++] = *device;
	}
	refining->n_devices = n;
	return 0;
}

static int begin(struct refining *refining, struct reader *reader)
{
	int result = reader_devices(reader, take_device, refining);

	if (result < 0)
		return result;
	refining->at = refining->from;
	refining->is_begun = true;
	result = drop_absent(refining, reader);
	if (result == 0)
		result = curve_new(&refining->stream);
	refining->knots = malloc(DEVICE_STREAMS * CURVE_KNOTS * sizeof *refining->knots);
	return result == 0 && !refining->knots ? -ENOMEM : result;
}

/* --- a block --- */

/* One way only: a board that is not asked, or whose answer says no more. */
static bool read_pair(int64_t received_ns, const double *values, struct refine_pair *ret_pair)
{
	double trip = values[CLOCK_TRIP], tick = values[CLOCK_RECEIVED],
	       pause = values[CLOCK_PAUSE];
	const double most = 9e15; /* whole numbers; a thousand of them fit an int64 */

	if (!isfinite(tick) || fabs(tick) > most)
		return false;
	*ret_pair = (struct refine_pair){
		.received_ns = received_ns,
		.has_sent = fabs(trip) <= most, /* NaN: it was not */
		.tick_in = (int64_t)tick,
		.tick_out = (int64_t)tick + (fabs(pause) <= most ? (int64_t)pause : 0),
	};
	if (ret_pair->has_sent)
		ret_pair->sent_ns = received_ns - (int64_t)trip;
	return true;
}

static int take_pairs(void *self, const struct rows *rows)
{
	struct refining *refining = self;

	if (rows->n_channels < CLOCK_CHANNELS)
		return 0;
	if (refining->n_pairs + rows->n > refining->pairs_room) {
		size_t room = (refining->n_pairs + rows->n) * 2;
		void *grown = realloc(refining->pairs, room * sizeof *refining->pairs);

		if (!grown)
			return -ENOMEM;
		refining->pairs = grown;
		refining->pairs_room = room;
	}
	for (size_t i = 0; i < rows->n; i++)
		if (read_pair(rows->stamps_ns[i], rows->values + i * rows->n_channels,
			    &refining->pairs[refining->n_pairs]))
			refining->n_pairs++;
	return 0;
}

static int by_received(const void *a, const void *b)
{
	const struct refine_pair *left = a, *right = b;

	return (left->received_ns > right->received_ns) - (left->received_ns < right->received_ns);
}

static int read_map(struct refining *refining, struct reader *reader, struct instant to)
{
	const struct refined_device *device = &refining->devices[refining->device];
	int64_t margin = (REFINE_MARGIN_S + REFINE_STEP_S) * (int64_t)NS_PER_S;
	int result = 0;

	refining->n_pairs = 0;
	for (size_t i = 0; i < device->n_clocks && result == 0; i++)
		result = reader_rows(reader, device->clocks[i], instant_add(refining->at, -margin),
			instant_add(to, margin), take_pairs, refining);
	if (result < 0)
		return result;
	if (refining->n_pairs)
		qsort(refining->pairs, refining->n_pairs, sizeof *refining->pairs, by_received);
	return refine_map_new(refining->pairs, refining->n_pairs, &device->path, &refining->map);
}

static int take_rows(void *self, const struct rows *rows)
{
	struct refining *refining = self;

	for (size_t i = 0; i < rows->n; i++) {
		int64_t stamp = rows->stamps_ns[i], at, uncertainty;

		if (rows->ticks &&
			refine_map_at(&refining->map, rows->ticks[i], stamp,
				CURVE_MOST_MS * (int64_t)NS_PER_MS, &at, &uncertainty))
			curve_add(refining->stream, stamp, at - stamp, uncertainty);
		else
			curve_break(refining->stream);
	}
	return 0;
}

static int by_stamp(const void *a, const void *b)
{
	const struct curve_knot *left = a, *right = b;

	return (left->stamp_ns > right->stamp_ns) - (left->stamp_ns < right->stamp_ns);
}

/* The bends of all streams in order. */
static void add_knots(struct refining *refining, struct curve *curve)
{
	if (refining->n_knots)
		qsort(refining->knots, refining->n_knots, sizeof *refining->knots, by_stamp);
	for (size_t i = 0; i < refining->n_knots; i++) {
		const struct curve_knot *knot = &refining->knots[i];

		if (knot->uncertainty_ns)
			refining->uncertainty_ns = knot->uncertainty_ns;
		curve_add(curve, knot->stamp_ns, knot->delta_ns, refining->uncertainty_ns);
		if (knot->uncertainty_ns == 0)
			curve_break(curve);
	}
}

static int do_block(struct refining *refining, struct reader *reader, struct instant to)
{
	struct refined_device *device = &refining->devices[refining->device];
	int result = device->curve ? 0 : curve_new(&device->curve);

	if (result == 0)
		result = read_map(refining, reader, to);
	if (result < 0)
		return result;
	refining->n_knots = 0;
	for (size_t i = 0; i < device->n_streams && result == 0; i++) {
		struct curve *stream = refining->stream;

		stream->n = 0;
		stream->is_open = false;
		stream->tolerance_ns = STREAM_TOLERANCE_NS;
		result = reader_rows(
			reader, device->streams[i], refining->at, to, take_rows, refining);
		curve_end(stream);
		memcpy(refining->knots + refining->n_knots, stream->knots,
			stream->n * sizeof *stream->knots);
		refining->n_knots += stream->n;
	}
	refine_map_free(&refining->map);
	if (result == 0)
		add_knots(refining, device->curve);
	return result;
}

int refining_step(struct refining *refining, struct reader *reader)
{
	int result = refining->is_begun ? 0 : begin(refining, reader);

	if (result < 0)
		return result;
	if (refining->device == refining->n_devices)
		return 0;
	struct instant to = instant_add(refining->at, BLOCK_S * (int64_t)NS_PER_S);

	if (to.ns > refining->to.ns)
		to = refining->to;
	result = do_block(refining, reader, to);
	if (result < 0)
		return result;
	refining->at = to;
	if (to.ns >= refining->to.ns) {
		curve_end(refining->devices[refining->device++].curve);
		refining->at = refining->from;
	}
	return refining->device < refining->n_devices;
}

const struct curve *refining_curve(
	const struct refining *refining, size_t index, uint32_t *ret_device)
{
	if (index >= refining->n_devices)
		return NULL;
	*ret_device = refining->devices[index].id;
	return refining->devices[index].curve;
}
