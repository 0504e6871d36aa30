/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in, as JSON, see live.h. */
#include <math.h>
#include <string.h>

#include "live/described.h"
#include "live/json.h"
#include "live/live_state.h"

static const char *state_name(const struct seen *seen)
{
	if (seen->is_gone)
		return "gone";
	return seen->has_health && seen->health.state != DEVICE_READY ? "silent" : "ready";
}

/* The place of a port in the list; n_ports: nothing was said of it. */
static size_t port_at(const struct live *live, const char *path)
{
	size_t i = 0;

	while (i < live->n_ports && strcmp(live->ports[i].path, path) != 0)
		i++;
	return i;
}

const char *live_port_state(const struct live *live, const char *path)
{
	size_t i = port_at(live, path);

	switch (i < live->n_ports ? live->ports[i].state : DEVICE_LISTENING) {
	case DEVICE_LISTENING:
		return "listening";
	case DEVICE_READY:
		return "ready";
	case DEVICE_SILENT:
		return "silent";
	case DEVICE_GARBLED:
		return "garbled";
	case DEVICE_TEXT:
		return "text";
	}
	return "listening";
}

/* --- what is wrong --- */

static const struct model *model_of(const struct live *live, const struct seen *seen)
{
	return described_device(live->options.catalogue, &seen->device);
}

static void tell_problem(
	const struct live *live, const struct seen *seen, struct trouble_words *ret_problem)
{
	*ret_problem = (struct trouble_words){.zh = ""};
	if (seen->is_gone || !seen->has_health)
		return;
	if (seen->health.trouble[0])
		trouble_of_word(model_of(live, seen), seen->health.trouble, ret_problem);
	else
		trouble_of_state((enum device_state)seen->health.state, ret_problem);
}

/* To go on behind what a buffer holds. */
static struct text text_after(char *buffer, size_t size)
{
	size_t n = strlen(buffer);

	return text_over(buffer + n, size - n);
}

static void gather_streams(
	const struct live *live, const struct seen *seen, struct stream_news *ret_streams)
{
	for (uint32_t k = 0; k < seen->device.n_streams; k++) {
		struct stream_news *news = &ret_streams[k];

		*news = (struct stream_news){
			.problem = {.zh = ""}, .uncertainty_ns = seen->uncertain_ns[k]};
		if (seen->has_health && !seen->is_gone)
			trouble_of_word(model_of(live, seen), seen->health.stream_trouble[k],
				&news->problem);
	}
}

/* Where it is one of several streams that is in trouble: what is wrong with the first such, and the
 * addresses of all that say the same. */
static void tell_streams(
	const struct live *live, const struct seen *seen, struct trouble_words *ret_problem)
{
	char listed[64];
	struct text addresses = text_over(listed, sizeof listed);
	const char *word = "";

	for (uint32_t k = 0; k < seen->device.n_streams; k++) {
		const char *said = seen->health.stream_trouble[k];
		const char *address = seen->device.streams[k].address;

		if (!word[0])
			word = said;
		if (said[0] && address[0] && strcmp(said, word) == 0)
			text_addf(&addresses, "%s%s", addresses.length > 0 ? ", " : "", address);
	}
	trouble_of_word(model_of(live, seen), word, ret_problem);
	if (addresses.length == 0)
		return;
	struct text zh = text_after(ret_problem->zh, sizeof ret_problem->zh);
	struct text en = text_after(ret_problem->en, sizeof ret_problem->en);

	text_addf(&zh, "（地址 %s）", listed);
	text_addf(&en, " (address %s)", listed);
}

/* Of a port at which nothing is described. */
static void tell_port(const struct live *live, const char *path, struct trouble_words *ret_problem)
{
	size_t i = port_at(live, path);

	*ret_problem = (struct trouble_words){.zh = ""};
	if (i == live->n_ports)
		return;
	if (live->ports[i].trouble[0])
		trouble_of_word(NULL, live->ports[i].trouble, ret_problem);
	else
		trouble_of_state(live->ports[i].state, ret_problem);
}

const struct device *live_device_at(const struct live *live, const char *path, bool *ret_is_gone,
	struct trouble_words *ret_problem)
{
	const struct seen *found = NULL;

	for (size_t i = 0; i < live->n; i++) {
		const struct seen *seen = live->seen[i];

		if (strcmp(seen->device.port, path) != 0)
			continue;
		if (!found ||
			(found->is_gone && (!seen->is_gone || seen->gone_at > found->gone_at)))
			found = seen;
	}
	*ret_is_gone = !found || found->is_gone;
	if (*ret_is_gone)
		tell_port(live, path, ret_problem);
	else
		tell_problem(live, found, ret_problem);
	if (!*ret_is_gone && !ret_problem->zh[0] && found->has_health)
		tell_streams(live, found, ret_problem);
	return found ? &found->device : NULL;
}

void live_devices(const struct live *live,
	void (*visit)(void *self, const struct device *device, const struct trouble_words *problem),
	void *self)
{
	for (size_t i = 0; i < live->n; i++) {
		struct trouble_words problem;

		if (live->seen[i]->is_gone)
			continue;
		tell_problem(live, live->seen[i], &problem);
		if (!problem.zh[0] && live->seen[i]->has_health)
			tell_streams(live, live->seen[i], &problem);
		visit(self, &live->seen[i]->device, &problem);
	}
}

/* --- devices --- */

static const struct model_accuracy *accuracy_of(const struct model_channel *channel)
{
	return channel && (channel->accuracy.absolute > 0 || channel->accuracy.relative > 0)
		? &channel->accuracy
		: NULL;
}

static void gather_channels(
	const struct live *live, const struct seen *seen, struct channel_news *ret_channels)
{
	const struct calibrations *calibrations = live->options.calibrations;
	const struct catalogue *catalogue = live->options.catalogue;
	struct instant now = clock_now(live->options.clock);
	struct wall wall = {0};

	if (live->options.walltime && !walltime_at(live->options.walltime, now, &wall, NULL))
		wall.ns = 0;
	for (uint32_t k = 0; k < seen->device.n_streams; k++) {
		const struct stream *stream = &seen->device.streams[k];

		for (uint32_t c = 0; c < stream->n_channels; c++) {
			struct channel_news *news = &ret_channels[k * STREAM_CHANNELS + c];
			const struct channel *channel = &stream->channels[c];

			*news = (struct channel_news){.last = NAN, .rules.is_zeroable = true};
			if (!seen->streams[k])
				continue;
			news->accuracy =
				accuracy_of(described_channel(catalogue, &seen->device, channel));
			if (calibrations)
				news->rules = calibrations_rules(
					calibrations, &seen->device, stream, channel);
			news->last = current_last(seen->streams[k], c, now);
			if (calibrations)
				news->by = calibrations_at(calibrations, seen->device.identity,
					stream->name, channel->id, now);
			news->is_overdue = news->by &&
				calibrations_are_overdue(calibrations, &seen->device, stream,
					channel, news->by, now, wall.ns);
		}
	}
}

const struct feed_punctual *live_punctual(const struct live *live)
{
	return live->has_punctual ? &live->punctual : NULL;
}

static struct instant warming_until(const struct live *live, const struct seen *seen)
{
	const struct model *model = model_of(live, seen);

	return model && model->warm_up_ns > 0 ? instant_add(seen->since, model->warm_up_ns)
					      : (struct instant){0};
}

struct instant live_warming_until(const struct live *live, const struct device *device)
{
	for (size_t i = 0; i < live->n; i++)
		if (live->seen[i]->device.id == device->id)
			return warming_until(live, live->seen[i]);
	return (struct instant){0};
}

static void tell_device(const struct live *live, const struct seen *seen, struct text *text)
{
	const struct device *device = &seen->device;
	const struct model *model = model_of(live, seen);
	const char *said = device->model[0] ? device->model : device->kit;
	struct channel_news channels[DEVICE_STREAMS * STREAM_CHANNELS];
	struct stream_news streams[DEVICE_STREAMS];
	struct device_news news = {.name_zh = model ? model->name.zh : said,
		.name_en = model ? model->name.en : said,
		.is_described = model != NULL,
		.state = state_name(seen),
		.health = seen->has_health ? &seen->health : NULL,
		.streams = streams,
		.channels = channels};

	news.warming_until = warming_until(live, seen);
	tell_problem(live, seen, &news.problem);
	gather_streams(live, seen, streams);
	gather_channels(live, seen, channels);
	json_device(text, device, &news);
}

void live_devices_json(const struct live *live, struct text *text)
{
	text_add_char(text, '[');
	for (size_t i = 0; i < live->n; i++) {
		if (i > 0)
			text_add_char(text, ',');
		tell_device(live, live->seen[i], text);
	}
	text_add_char(text, ']');
}

/* The largest of its streams; of one that gave no row yet, what its port is worth. */
static int64_t uncertainty_of(const struct seen *seen)
{
	int64_t ns = 0;

	for (uint32_t k = 0; k < seen->device.n_streams; k++)
		if (seen->uncertain_ns[k] > ns)
			ns = seen->uncertain_ns[k];
	return ns > 0 || !seen->has_health ? ns : seen->health.uncertainty_ns;
}

void live_health_json(struct live *live, struct text *text)
{
	struct instant now = clock_now(live->options.clock);
	double seconds = (double)instant_since(now, live->counted_at) / NS_PER_S;

	live->counted_at = now;
	text_add_char(text, '[');
	for (size_t i = 0; i < live->n; i++) {
		struct seen *seen = live->seen[i];
		uint64_t rows = seen->n_rows - seen->counted_rows;

		seen->counted_rows = seen->n_rows;
		if (i > 0)
			text_add_char(text, ',');
		text_addf(text, "{\"id\":%u,\"state\":\"%s\",\"uncertainty_us\":", seen->device.id,
			state_name(seen));
		json_uncertainty(text, uncertainty_of(seen));
		text_addf(text, ",\"lost_rows\":%llu,\"rate_hz\":",
			(unsigned long long)seen->health.lost_rows);
		json_number(text, seconds > 0 ? round((double)rows / seconds * 1000) / 1000 : NAN);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}
