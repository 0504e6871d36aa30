/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/about_input.h"

#include <string.h>

static bool is_id(const char *text)
{
	return text[0] >= 'a' && text[0] <= 'z' &&
		strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text);
}

/* "g1-gate.csv": no folder, nothing hidden, nothing that a shell or a page would take for more. */
static bool is_file(const char *text)
{
	size_t n = strlen(text);

	return n > 4 && text[0] != '.' && strcmp(text + n - 4, ".csv") == 0 &&
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		n;
}

static bool read_channel(struct about_input *in, const json_t *from, struct channel *to)
{
	if (!about_take_text(in, from, "id", to->id, sizeof to->id) ||
		!about_take_words(in, from, to->name_zh, to->name_en) ||
		!about_take_text(in, from, "quantity", to->quantity, sizeof to->quantity) ||
		!about_take_text(in, from, "unit", to->unit, sizeof to->unit) ||
		!about_take_number(in, from, "resolution", 0, 1e12, &to->resolution) ||
		!about_take_number(in, from, "low", -1e300, 1e300, &to->low) ||
		!about_take_number(in, from, "high", -1e300, 1e300, &to->high))
		return false;
	if (!is_id(to->id))
		return about_blame(in, "id", "小写字母开头的代号", "an id such as temperature");
	if (to->name_zh[0] == '\0')
		strcpy(to->name_zh, to->name_en[0] ? to->name_en : to->id);
	return to->low <= to->high ||
		about_blame(in, "high", "不小于 low 的数", "no less than low");
}

static bool read_channels(struct about_input *in, const json_t *from, struct stream *to)
{
	const json_t *list = about_member(from, "channels");
	size_t n = json_array_size(list);
	char outer[sizeof in->place];

	if (n < 1 || n > STREAM_CHANNELS)
		return about_blame(in, "channels", "1 到 16 个通道", "a list of 1 to 16 channels");
	strcpy(outer, in->place);
	for (size_t i = 0; i < n; i++) {
		about_enter(in, outer, "channels", i);
		if (!read_channel(in, json_array_get(list, i), &to->channels[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(to->channels[k].id, to->channels[i].id) == 0)
				return about_blame(in, "id", "另一个代号：已经有了",
					"another id: this one is taken");
	}
	strcpy(in->place, outer);
	to->n_channels = (uint32_t)n;
	return true;
}

static bool read_points(struct about_input *in, const json_t *from, struct calibration_map *to)
{
	const json_t *list = about_member(from, "points");
	size_t n = json_array_size(list);

	if (n > CALIBRATION_POINTS)
		return about_blame(in, "points", "最多 16 个点", "at most 16 points");
	to->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(list, i);
		const json_t *raw = json_array_get(pair, 0), *truth = json_array_get(pair, 1);

		if (!json_is_number(raw) || !json_is_number(truth))
			return about_blame(in, "points", "[读数, 真值]", "pairs [raw, true]");
		to->raw[i] = json_number_value(raw);
		to->truth[i] = json_number_value(truth);
	}
	return true;
}

static enum calibration_kind kind_of(const char *word)
{
	if (strcmp(word, calibration_kind_name(CALIBRATION_WITHDRAWAL)) == 0)
		return CALIBRATION_WITHDRAWAL;
	return calibration_kind_of(word);
}

static bool read_calibration(
	struct about_input *in, const json_t *from, struct about_stream *of, struct calibration *to)
{
	char kind[24] = "";

	*to = (struct calibration){.to = {INT64_MAX}};
	strcpy(to->stream, of->stream.name);
	strcpy(to->identity, of->identity);
	if (!about_take_count(in, from, "id", UINT32_MAX, &to->id) ||
		!about_take_count(in, from, "refers", UINT32_MAX, &to->refers) ||
		!about_take_text(in, from, "kind", kind, sizeof kind) ||
		!about_take_text(in, from, "channel", to->channel, sizeof to->channel) ||
		!about_take_text(in, from, "name", to->name, sizeof to->name) ||
		!about_take_ns(in, from, "wall_ns", &to->wall_ns) ||
		!about_take_ns(in, from, "made_ns", &to->made.ns) ||
		!about_take_ns(in, from, "from_ns", &to->from.ns) ||
		!about_take_ns(in, from, "to_ns", &to->to.ns) || !read_points(in, from, &to->map))
		return false;
	to->kind = kind_of(kind);
	return to->kind != 0 ||
		about_blame(in, "kind", "offset、two-point、table 或 withdrawal",
			"offset, two-point, table or withdrawal");
}

static bool read_calibrations(struct about_input *in, const json_t *from, struct about_stream *to)
{
	const json_t *list;
	char outer[sizeof in->place];

	if (!about_take_list(in, from, "calibrations", 4096, sizeof *to->calibrations, &list,
		    &to->calibrations))
		return false;
	strcpy(outer, in->place);
	for (size_t i = 0; i < json_array_size(list); i++) {
		about_enter(in, outer, "calibrations", i);
		if (!read_calibration(in, json_array_get(list, i), to, &to->calibrations[i]))
			return false;
		to->n_calibrations = i + 1;
	}
	strcpy(in->place, outer);
	return true;
}

static bool read_uncertainties(struct about_input *in, const json_t *from, struct about_stream *to)
{
	const json_t *list;

	if (!about_take_list(in, from, "uncertainties", 100000, sizeof *to->uncertainties, &list,
		    &to->uncertainties))
		return false;
	to->n_uncertainties = json_array_size(list);
	for (size_t i = 0; i < to->n_uncertainties; i++) {
		const json_t *one = json_array_get(list, i);

		if (!about_take_ns(in, one, "from_ns", &to->uncertainties[i].from.ns) ||
			!about_take_ns(in, one, "ns", &to->uncertainties[i].ns))
			return false;
	}
	return true;
}

static bool take_stamps(struct about_input *in, const json_t *from, enum stamp_source *ret_stamps)
{
	char word[16] = "arrival";

	if (!about_take_text(in, from, "stamps", word, sizeof word))
		return false;
	for (enum stamp_source stamps = STAMP_ARRIVAL; stamps <= STAMP_KERNEL; stamps++)
		if (strcmp(word, stamp_source_name(stamps)) == 0) {
			*ret_stamps = stamps;
			return true;
		}
	return about_blame(in, "stamps", "arrival、device 或 kernel", "arrival, device or kernel");
}

static bool has_channel(const struct stream *stream, const char *id)
{
	for (uint32_t c = 0; c < stream->n_channels; c++)
		if (strcmp(stream->channels[c].id, id) == 0)
			return true;
	return false;
}

/* "T", or {"id": "T", "channel": "t"}. */
static bool read_need(const json_t *from, const struct stream *stream, struct about_need *to)
{
	bool is_named = json_is_object(from);
	const char *id = json_string_value(is_named ? json_object_get(from, "id") : from);
	const char *channel = json_string_value(json_object_get(from, "channel"));

	return id && id[0] && text_copy(to->id, sizeof to->id, id) &&
		(!is_named ||
			(channel && has_channel(stream, channel) &&
				text_copy(to->channel, sizeof to->channel, channel)));
}

static bool read_needs(struct about_input *in, const json_t *from, struct about_stream *to)
{
	const json_t *list = about_member(from, "needs");
	size_t n = json_array_size(list);
	bool is_good = !list || (json_is_array(list) && n <= LESSON_NEEDS);

	for (size_t i = 0; i < n && is_good; i++)
		is_good = read_need(json_array_get(list, i), &to->stream, &to->needs[i]);
	return is_good ||
		about_blame(in, "needs",
			"课里 needs 的代号，最多 8 个；可以各写明这个数据流的通道，如 {\"id\": \"T\", \"channel\": \"t\"}",
			"ids of the lesson's needs, at most 8, or with a channel of the stream, as {\"id\": \"T\", "
			"\"channel\": \"t\"}");
}

static bool read_stream(struct about_input *in, const json_t *from, struct about_stream *to)
{
	const json_t *device = about_member(from, "device");

	strcpy(to->stream.name, "main");
	if (!about_take_text(in, from, "file", to->file, sizeof to->file) ||
		!about_take_count(in, from, "group", ABOUT_GROUPS, &to->group) ||
		!about_take_text(in, from, "kit", to->kit, sizeof to->kit) ||
		!about_take_text(in, device, "identity", to->identity, sizeof to->identity) ||
		!about_take_text(in, device, "model", to->model, sizeof to->model) ||
		!about_take_count(in, device, "sticker", UINT32_MAX, &to->sticker) ||
		!about_take_text(in, from, "name", to->stream.name, sizeof to->stream.name) ||
		!take_stamps(in, from, &to->stream.stamps) ||
		!about_take_us(in, from, "period_us", 0, &to->stream.period_ns))
		return false;
	if (!is_file(to->file))
		return about_blame(
			in, "file", "g1-main.csv 这样的文件名", "a file name such as g1-main.csv");
	if (to->kit[0] == '\0' ||
		strspn(to->kit, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(to->kit))
		return about_blame(in, "kit", "器材的代号", "the id of a kit");
	return read_channels(in, from, &to->stream) && read_needs(in, from, to) &&
		read_calibrations(in, from, to) && read_uncertainties(in, from, to);
}

bool about_read_streams(struct about_input *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *list;

	if (!about_take_list(in, root, "streams", ABOUT_STREAMS, sizeof *about->streams, &list,
		    &about->streams))
		return false;
	/* Of a group without kits what it typed is all. */
	if (json_array_size(list) == 0 && json_array_size(about_member(root, "readings")) == 0)
		return about_blame(in, "streams", "至少一个数据流，要不就有 readings",
			"at least one stream, or some readings");
	for (size_t i = 0; i < json_array_size(list); i++) {
		about_enter(in, "", "streams", i);
		about->n_streams = i + 1;
		if (!read_stream(in, json_array_get(list, i), &about->streams[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(about->streams[k].file, about->streams[i].file) == 0)
				return about_blame(in, "file", "另一个文件名：已经有了",
					"another file: this one is taken");
	}
	in->place[0] = '\0';
	return true;
}
