/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean and scatter in one walk over the rows (B. P. Welford, Technometrics 4 (1962) 419): sums of squares
 * of readings that hardly differ would lose all their digits. */
#include "class/results.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/serving.h"
#include "live/json.h"
#include "live/json_tree.h"
#include "class/readings.h"
#include "class/run_notes.h"

/* ---------------------------------------------------------------- what there is */

static void add_typed(
	struct results *results, const struct classroom *room, const struct session *session)
{
	struct reading reading;

	for (size_t place = 0; readings_next(room, session, &place, &reading);)
		for (size_t i = 0; i < results->n; i++)
			if (results->runs[i].run == reading.run)
				json_object_update(
					results->runs[i].typed, (json_t *)(uintptr_t)reading.typed);
}

static int add_devices(
	struct results *results, const struct classroom *room, const struct session *session)
{
	struct run_devices *runs = calloc(results->n + 1, sizeof *runs);

	if (!runs)
		return -ENOMEM;
	for (size_t i = 0; i < results->n; i++)
		runs[i] = (struct run_devices){.run = results->runs[i].run,
			.devices = results->runs[i].devices,
			.most = RESULT_DEVICES};
	classroom_devices_of_runs(room, session->id, runs, results->n);
	for (size_t i = 0; i < results->n; i++) {
		results->runs[i].n_devices = runs[i].n;
		results->runs[i].shared = runs[i].shared;
	}
	free(runs);
	return 0;
}

int results_new(const struct classroom *room, const struct session *session,
	const struct lesson *lesson, struct instant now, struct instant durable,
	struct results **ret_results)
{
	struct results *results = calloc(1, sizeof *results);

	if (results)
		results->runs = calloc(session->n_runs + 1, sizeof *results->runs);
	if (!results || !results->runs) {
		free(results);
		return -ENOMEM;
	}
	results->n_groups = session->n_groups;
	results->lesson = lesson_hold(lesson);
	for (unsigned i = 1; i <= session->n_groups; i++)
		results->predictions[i] = json_incref((json_t *)session->groups[i].prediction);
	for (size_t i = 0; i < session->n_runs; i++) {
		const struct session_run *from = &session->runs[i];
		struct result_run *run = &results->runs[results->n++];

		*run = (struct result_run){.run = from->run,
			.group = from->group,
			.from = from->from,
			.to = from->to.ns == INT64_MAX ? now : from->to,
			.is_over = from->to.ns <= durable.ns,
			.typed = json_object()};
	}
	if (add_devices(results, room, session) < 0) {
		results_free(results);
		return -ENOMEM;
	}
	add_typed(results, room, session);
	*ret_results = results;
	return 0;
}

void results_free(struct results *results)
{
	if (!results)
		return;
	for (unsigned i = 0; i <= CLASSROOM_GROUPS; i++)
		json_decref(results->predictions[i]);
	for (size_t i = 0; i < results->n; i++)
		json_decref(results->runs[i].typed);
	free(results->runs);
	for (size_t i = 0; i < results->n_devices; i++)
		free((void *)(uintptr_t)results->devices[i]);
	free(results->devices);
	lesson_let_go(results->lesson);
	free(results);
}

/* ---------------------------------------------------------------- which channels */

/* A run without any may have all. */
static bool has(const struct result_run *run, uint32_t device)
{
	for (size_t i = 0; i < run->n_devices; i++)
		if (run->devices[i] == device)
			return true;
	return run->n_devices == 0;
}

static int look_at_device(void *self, const struct device *device)
{
	struct results *results = self;
	bool is_ours = false;
	struct device *kept;
	void *grown;

	for (size_t i = 0; i < results->n && !is_ours; i++)
		is_ours = has(&results->runs[i], device->id);
	if (!is_ours)
		return 0;
	grown = realloc(results->devices, (results->n_devices + 1) * sizeof *results->devices);
	if (!grown)
		return -ENOMEM;
	results->devices = grown;
	kept = malloc(sizeof *kept);
	if (!kept)
		return -ENOMEM;
	*kept = *device;
	results->devices[results->n_devices++] = kept;
	return 0;
}

/* As they were dealt; all of them where the run has none. */
static const struct device *const *devices_of(const struct results *results,
	const struct result_run *run, const struct device *room[RESULT_DEVICES], size_t *ret_n,
	uint32_t *ret_shared)
{
	size_t n = 0;

	*ret_shared = 0;
	for (size_t i = 0; i < run->n_devices; i++)
		for (size_t k = 0; k < results->n_devices; k++)
			if (results->devices[k]->id == run->devices[i]) {
				*ret_shared |= (run->shared >> i & 1u) << n;
				room[n++] = results->devices[k];
			}
	*ret_n = run->n_devices ? n : results->n_devices;
	return run->n_devices ? room : results->devices;
}

static void add_channel(
	struct result_run *run, const char *id, const struct stream *stream, uint32_t index)
{
	struct result_channel *channel;

	if (run->n_channels == RESULT_CHANNELS)
		return;
	channel = &run->channels[run->n_channels++];
	*channel = (struct result_channel){.stream = stream->id, .index = index};
	text_copy(channel->id, sizeof channel->id, id);
}

static void add_all(struct result_run *run, const struct device *device)
{
	for (uint32_t s = 0; s < device->n_streams; s++) {
		const struct stream *stream = &device->streams[s];

		for (uint32_t c = 0; stream->kind == STREAM_DATA && c < stream->n_channels; c++)
			add_channel(run, stream->channels[c].id, stream, c);
	}
}

static void find_channels(const struct results *results, struct result_run *run)
{
	const struct device *room[RESULT_DEVICES];
	struct serving serving[LESSON_NEEDS];
	uint32_t shared;
	size_t n;
	const struct device *const *devices = devices_of(results, run, room, &n, &shared);

	for (size_t i = 0; !results->lesson && i < n; i++)
		add_all(run, devices[i]);
	if (!results->lesson)
		return;
	serving_find(results->lesson, devices, n, shared, serving);
	for (size_t i = 0; i < results->lesson->n_needs; i++)
		if (serving[i].stream)
			add_channel(run, results->lesson->needs[i].id, serving[i].stream,
				serving[i].channel);
}

/* ---------------------------------------------------------------- readings */

struct walk {
	struct result_run *run;
	uint32_t stream;
};

static void take_value(struct result_channel *channel, double value, int64_t stamp_ns)
{
	double before = value - channel->mean;

	if (isnan(value))
		return;
	channel->first = channel->n ? channel->first : value;
	channel->first_ns = channel->n ? channel->first_ns : stamp_ns;
	channel->min = channel->n && channel->min < value ? channel->min : value;
	channel->max = channel->n && channel->max > value ? channel->max : value;
	channel->last = value;
	channel->last_ns = stamp_ns;
	channel->n++;
	channel->mean += before / (double)channel->n;
	channel->squares += before * (value - channel->mean);
}

static int take_rows(void *self, const struct rows *rows)
{
	struct walk *walk = self;

	for (size_t k = 0; k < walk->run->n_channels; k++) {
		struct result_channel *channel = &walk->run->channels[k];

		if (channel->stream != walk->stream || channel->index >= rows->n_channels)
			continue;
		for (size_t i = 0; i < rows->n; i++)
			take_value(channel, rows->values[i * rows->n_channels + channel->index],
				rows->stamps_ns[i]);
	}
	return 0;
}

/* Each stream once, however many of its channels are wanted. */
static int read_rows(struct result_run *run, struct reader *reader)
{
	int r = 0;

	for (size_t i = 0; i < run->n_channels && r == 0; i++) {
		struct walk walk = {run, run->channels[i].stream};
		bool is_read = false;

		for (size_t k = 0; k < i; k++)
			is_read |= run->channels[k].stream == walk.stream;
		if (!is_read)
			r = reader_rows_by(reader, CORRECTION_READ, walk.stream, run->from, run->to,
				take_rows, &walk);
	}
	return r;
}

/* ---------------------------------------------------------------- read before */

static int take_calibration(void *self, const struct calibration *calibration)
{
	uint32_t *newest = self;

	*newest = calibration->id;
	return 0;
}

/* By what the rows would be read now. */
static int look_at_store(struct result_run *run, struct reader *reader)
{
	uint32_t newest = 0;
	int r = reader_calibrations(reader, 1, take_calibration, &newest);

	for (size_t i = 0; i < run->n_channels && r == 0; i++) {
		struct result_channel *channel = &run->channels[i];
		struct instant first = run->from, last;
		uint64_t rows;

		channel->calibration = newest;
		if (i > 0 && channel[-1].stream == channel->stream) {
			channel->oldest = channel[-1].oldest;
			continue;
		}
		r = reader_extent(reader, channel->stream, &first, &last, &rows);
		r = r == -ENODATA ? 0 : r;
		channel->oldest = first.ns > run->from.ns ? first : run->from;
	}
	return r;
}

static const struct result_channel *known_of(
	const struct result_run *run, const struct result_channel *channel)
{
	for (size_t i = 0; i < run->n_known; i++) {
		const struct result_channel *known = &run->known[i];

		if (known->stream == channel->stream && known->index == channel->index &&
			known->calibration == channel->calibration &&
			known->oldest.ns == channel->oldest.ns)
			return known;
	}
	return NULL;
}

static bool recall(struct result_run *run)
{
	for (size_t i = 0; i < run->n_channels; i++)
		if (!known_of(run, &run->channels[i]))
			return false;
	for (size_t i = 0; i < run->n_channels; i++) {
		struct result_channel *channel = &run->channels[i], found = *known_of(run, channel);

		text_copy(found.id, sizeof found.id, channel->id); /* another need may be served */
		*channel = found;
	}
	return true;
}

/* In one snapshot, so that what is remembered is what was there by those calibrations. */
static int read_run(struct result_run *run, struct reader *reader)
{
	int r = reader_hold(reader);

	if (r < 0)
		return r;
	r = look_at_store(run, reader);
	if (r == 0 && !recall(run))
		r = read_rows(run, reader);
	reader_release(reader);
	return r;
}

int results_step(struct results *results, struct reader *reader)
{
	struct result_run *run = &results->runs[results->next];
	int r = 0;

	if (results->next == results->n)
		return 0;
	if (!results->devices)
		r = reader_devices(reader, look_at_device, results);
	find_channels(results, run);
	if (r == 0)
		r = read_run(run, reader);
	return r < 0 ? r : ++results->next < results->n;
}

/* ---------------------------------------------------------------- writing */

static void add_number(struct text *text, const char *name, double value)
{
	text_addf(text, ",\"%s\":", name);
	json_number(text, value);
}

static void add_summary(const struct result_channel *channel, struct text *text)
{
	bool is_any = channel->n > 0;

	text_add_json(text, channel->id);
	text_add(text, ":{\"mean\":");
	json_number(text, is_any ? channel->mean : NAN);
	add_number(text, "sd",
		channel->n > 1 ? sqrt(channel->squares / (double)(channel->n - 1)) : NAN);
	text_addf(text, ",\"n\":%llu", (unsigned long long)channel->n);
	add_number(text, "min", is_any ? channel->min : NAN);
	add_number(text, "max", is_any ? channel->max : NAN);
	add_number(text, "first", is_any ? channel->first : NAN);
	add_number(text, "last", is_any ? channel->last : NAN);
	text_add_char(text, '}');
}

static void add_run(const struct result_run *run, struct text *text)
{
	const char *name;
	json_t *value;
	bool is_first = true;

	text_addf(text, "{\"run\":%u,\"typed\":{", run->run);
	json_object_foreach(run->typed, name, value)
	{
		text_add(text, is_first ? "" : ",");
		text_add_json(text, name);
		text_add_char(text, ':');
		json_number(text, json_number_value(value));
		is_first = false;
	}
	text_add(text, "},\"channels\":{");
	for (size_t i = 0; i < run->n_channels; i++) {
		text_add(text, i ? "," : "");
		add_summary(&run->channels[i], text);
	}
	text_add(text, "}}");
}

void results_write(const struct results *results, struct text *text)
{
	text_add(text, "{\"groups\":[");
	for (unsigned g = 1; g <= results->n_groups; g++) {
		bool is_first = true;

		text_addf(text, "%s{\"number\":%u,\"runs\":[", g > 1 ? "," : "", g);
		for (size_t i = 0; i < results->n; i++) {
			if (results->runs[i].group != g)
				continue;
			text_add(text, is_first ? "" : ",");
			add_run(&results->runs[i], text);
			is_first = false;
		}
		text_add(text, "],\"prediction\":");
		json_t *prediction = run_notes_prediction(results->predictions[g]);

		json_tree(text, prediction);
		json_decref(prediction);
		text_add_char(text, '}');
	}
	text_add(text, "]}");
}
