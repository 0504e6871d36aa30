/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.json comes from anywhere: each member is asked for by name, type and range, and the first that is wrong
 * is named. What is not known is left alone, so that a later kitlog may say more. */
#include "share/about.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any board lives, and far from where an int64 of nanoseconds ends. */
static const double MOST_US = 4e15;

struct reading {
	struct about *about;
	struct about_fault *fault;
	char place[96]; /* "streams[2].channels[0]."; empty: the whole */
	bool is_out_of_memory;
};

static bool blame(struct reading *in, const char *member, const char *zh, const char *en)
{
	snprintf(in->fault->zh, sizeof in->fault->zh, "run.json 里的 %s%s 不对，应当是%s。",
		in->place, member, zh);
	snprintf(in->fault->en, sizeof in->fault->en, "In run.json, %s%s is wrong: expected %s.",
		in->place, member, en);
	return false;
}

static bool lacks_memory(struct reading *in)
{
	in->is_out_of_memory = true;
	return false;
}

/* Absent and null are the same: then nothing is written. */
static const json_t *member(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return json_is_null(value) ? NULL : value;
}

static bool take_text(
	struct reading *in, const json_t *object, const char *name, char *ret_text, size_t size)
{
	const json_t *value = member(object, name);
	const char *text = json_string_value(value);

	if (!value)
		return true;
	if (!text || json_string_length(value) >= size ||
		strlen(text) != json_string_length(value)) {
		char zh[48], en[48];

		snprintf(zh, sizeof zh, "文字，最多 %zu 个字节", size - 1);
		snprintf(en, sizeof en, "text of at most %zu bytes", size - 1);
		return blame(in, name, zh, en);
	}
	return text_copy(ret_text, size, text);
}

static bool take_number(struct reading *in, const json_t *object, const char *name, double low,
	double high, double *ret_value)
{
	const json_t *value = member(object, name);
	double number = json_number_value(value);

	if (!value)
		return true;
	if (!json_is_number(value) || !(number >= low && number <= high)) {
		char zh[80], en[80];

		snprintf(zh, sizeof zh, "数，从 %.15g 到 %.15g", low, high);
		snprintf(en, sizeof en, "a number from %.15g to %.15g", low, high);
		return blame(in, name, zh, en);
	}
	*ret_value = number;
	return true;
}

static bool take_us(
	struct reading *in, const json_t *object, const char *name, double low, int64_t *ret_ns)
{
	double us = NAN;

	if (!take_number(in, object, name, low, MOST_US, &us))
		return false;
	if (!isnan(us))
		*ret_ns = llrint(us) * NS_PER_US + llrint((us - rint(us)) * NS_PER_US);
	return true;
}

static bool take_ns(struct reading *in, const json_t *object, const char *name, int64_t *ret_ns)
{
	const json_t *value = member(object, name);
	int64_t ns = json_integer_value(value);

	if (!value)
		return true;
	if (!json_is_integer(value) || ns > INT64_MAX / 4 || ns < INT64_MIN / 4)
		return blame(in, name, "整数（纳秒）", "a whole number of nanoseconds");
	*ret_ns = ns;
	return true;
}

static bool take_count(struct reading *in, const json_t *object, const char *name, uint32_t most,
	uint32_t *ret_value)
{
	double value = *ret_value;

	if (!take_number(in, object, name, 0, most, &value))
		return false;
	*ret_value = (uint32_t)value;
	return value == *ret_value || blame(in, name, "整数", "a whole number");
}

static bool take_words(struct reading *in, const json_t *object, char *ret_zh, char *ret_en)
{
	const json_t *words = member(object, "name");

	if (!words)
		return true;
	if (!json_is_object(words))
		return blame(in, "name", "{\"zh\":…,\"en\":…}", "{\"zh\":…,\"en\":…}");
	return take_text(in, words, "zh", ret_zh, NAME_TEXT) &&
		take_text(in, words, "en", ret_en, NAME_TEXT);
}

/* The list and room for its elements; none, when it is absent. */
static bool take_list(struct reading *in, const json_t *object, const char *name, size_t most,
	size_t size, const json_t **ret_list, void *ret_room)
{
	const json_t *list = member(object, name);
	size_t n = json_array_size(list);
	char zh[64], en[64];

	*ret_list = list;
	*(void **)ret_room = NULL;
	if (list && (!json_is_array(list) || n > most)) {
		snprintf(zh, sizeof zh, "列表，最多 %zu 项", most);
		snprintf(en, sizeof en, "a list of at most %zu", most);
		return blame(in, name, zh, en);
	}
	if (n == 0)
		return true;
	*(void **)ret_room = calloc(n, size);
	return *(void **)ret_room || lacks_memory(in);
}

static void enter(struct reading *in, const char *outer, const char *list, size_t index)
{
	struct text place = text_over(in->place, sizeof in->place);

	text_addf(&place, "%s%s[%zu].", outer, list, index);
}

/* --- of a stream --- */

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

static bool read_channel(struct reading *in, const json_t *from, struct channel *to)
{
	if (!take_text(in, from, "id", to->id, sizeof to->id) ||
		!take_words(in, from, to->name_zh, to->name_en) ||
		!take_text(in, from, "quantity", to->quantity, sizeof to->quantity) ||
		!take_text(in, from, "unit", to->unit, sizeof to->unit) ||
		!take_number(in, from, "resolution", 0, 1e12, &to->resolution) ||
		!take_number(in, from, "low", -1e300, 1e300, &to->low) ||
		!take_number(in, from, "high", -1e300, 1e300, &to->high))
		return false;
	if (!is_id(to->id))
		return blame(in, "id", "小写字母开头的代号", "an id such as temperature");
	if (to->name_zh[0] == '\0')
		strcpy(to->name_zh, to->name_en[0] ? to->name_en : to->id);
	return to->low <= to->high || blame(in, "high", "不小于 low 的数", "no less than low");
}

static bool read_channels(struct reading *in, const json_t *from, struct stream *to)
{
	const json_t *list = member(from, "channels");
	size_t n = json_array_size(list);
	char outer[sizeof in->place];

	if (n < 1 || n > STREAM_CHANNELS)
		return blame(in, "channels", "1 到 16 个通道", "a list of 1 to 16 channels");
	strcpy(outer, in->place);
	for (size_t i = 0; i < n; i++) {
		enter(in, outer, "channels", i);
		if (!read_channel(in, json_array_get(list, i), &to->channels[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(to->channels[k].id, to->channels[i].id) == 0)
				return blame(in, "id", "另一个代号：已经有了",
					"another id: this one is taken");
	}
	strcpy(in->place, outer);
	to->n_channels = (uint32_t)n;
	return true;
}

static bool read_points(struct reading *in, const json_t *from, struct calibration_map *to)
{
	const json_t *list = member(from, "points");
	size_t n = json_array_size(list);

	if (n > CALIBRATION_POINTS)
		return blame(in, "points", "最多 16 个点", "at most 16 points");
	to->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		const json_t *pair = json_array_get(list, i);
		const json_t *raw = json_array_get(pair, 0), *truth = json_array_get(pair, 1);

		if (!json_is_number(raw) || !json_is_number(truth))
			return blame(in, "points", "[读数, 真值]", "pairs [raw, true]");
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
	struct reading *in, const json_t *from, struct about_stream *of, struct calibration *to)
{
	char kind[24] = "";

	*to = (struct calibration){.to = {INT64_MAX}};
	strcpy(to->stream, of->stream.name);
	strcpy(to->identity, of->identity);
	if (!take_count(in, from, "id", UINT32_MAX, &to->id) ||
		!take_count(in, from, "refers", UINT32_MAX, &to->refers) ||
		!take_text(in, from, "kind", kind, sizeof kind) ||
		!take_text(in, from, "channel", to->channel, sizeof to->channel) ||
		!take_text(in, from, "name", to->name, sizeof to->name) ||
		!take_ns(in, from, "wall_ns", &to->wall_ns) ||
		!take_ns(in, from, "made_ns", &to->made.ns) ||
		!take_ns(in, from, "from_ns", &to->from.ns) ||
		!take_ns(in, from, "to_ns", &to->to.ns) || !read_points(in, from, &to->map))
		return false;
	to->kind = kind_of(kind);
	return to->kind != 0 ||
		blame(in, "kind", "offset、two-point、table 或 withdrawal",
			"offset, two-point, table or withdrawal");
}

static bool read_calibrations(struct reading *in, const json_t *from, struct about_stream *to)
{
	const json_t *list;
	char outer[sizeof in->place];

	if (!take_list(in, from, "calibrations", 4096, sizeof *to->calibrations, &list,
		    &to->calibrations))
		return false;
	strcpy(outer, in->place);
	for (size_t i = 0; i < json_array_size(list); i++) {
		enter(in, outer, "calibrations", i);
		if (!read_calibration(in, json_array_get(list, i), to, &to->calibrations[i]))
			return false;
		to->n_calibrations = i + 1;
	}
	strcpy(in->place, outer);
	return true;
}

static bool read_uncertainties(struct reading *in, const json_t *from, struct about_stream *to)
{
	const json_t *list;

	if (!take_list(in, from, "uncertainties", 100000, sizeof *to->uncertainties, &list,
		    &to->uncertainties))
		return false;
	to->n_uncertainties = json_array_size(list);
	for (size_t i = 0; i < to->n_uncertainties; i++) {
		const json_t *one = json_array_get(list, i);

		if (!take_ns(in, one, "from_ns", &to->uncertainties[i].from.ns) ||
			!take_ns(in, one, "ns", &to->uncertainties[i].ns))
			return false;
	}
	return true;
}

static bool take_stamps(struct reading *in, const json_t *from, enum stamp_source *ret_stamps)
{
	char word[16] = "arrival";

	if (!take_text(in, from, "stamps", word, sizeof word))
		return false;
	for (enum stamp_source stamps = STAMP_ARRIVAL; stamps <= STAMP_KERNEL; stamps++)
		if (strcmp(word, stamp_source_name(stamps)) == 0) {
			*ret_stamps = stamps;
			return true;
		}
	return blame(in, "stamps", "arrival、device 或 kernel", "arrival, device or kernel");
}

static bool read_stream(struct reading *in, const json_t *from, struct about_stream *to)
{
	const json_t *device = member(from, "device");

	strcpy(to->stream.name, "main");
	if (!take_text(in, from, "file", to->file, sizeof to->file) ||
		!take_count(in, from, "group", ABOUT_GROUPS, &to->group) ||
		!take_text(in, from, "kit", to->kit, sizeof to->kit) ||
		!take_text(in, device, "identity", to->identity, sizeof to->identity) ||
		!take_text(in, device, "model", to->model, sizeof to->model) ||
		!take_count(in, device, "sticker", UINT32_MAX, &to->sticker) ||
		!take_text(in, from, "name", to->stream.name, sizeof to->stream.name) ||
		!take_stamps(in, from, &to->stream.stamps) ||
		!take_us(in, from, "period_us", 0, &to->stream.period_ns))
		return false;
	if (!is_file(to->file))
		return blame(
			in, "file", "g1-main.csv 这样的文件名", "a file name such as g1-main.csv");
	if (to->kit[0] == '\0' ||
		strspn(to->kit, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(to->kit))
		return blame(in, "kit", "器材的代号", "the id of a kit");
	return read_channels(in, from, &to->stream) && read_calibrations(in, from, to) &&
		read_uncertainties(in, from, to);
}

static bool read_streams(struct reading *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *list;

	if (!take_list(in, root, "streams", ABOUT_STREAMS, sizeof *about->streams, &list,
		    &about->streams))
		return false;
	if (json_array_size(list) == 0)
		return blame(in, "streams", "至少一个数据流", "at least one stream");
	for (size_t i = 0; i < json_array_size(list); i++) {
		enter(in, "", "streams", i);
		about->n_streams = i + 1;
		if (!read_stream(in, json_array_get(list, i), &about->streams[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcmp(about->streams[k].file, about->streams[i].file) == 0)
				return blame(in, "file", "另一个文件名：已经有了",
					"another file: this one is taken");
	}
	in->place[0] = '\0';
	return true;
}

/* --- marks and gaps --- */

static bool read_marks(struct reading *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *list;

	if (!take_list(in, root, "marks", 100000, sizeof *about->marks, &list, &about->marks))
		return false;
	about->n_marks = json_array_size(list);
	for (size_t i = 0; i < about->n_marks; i++) {
		const json_t *one = json_array_get(list, i);
		struct mark *mark = &about->marks[i];

		enter(in, "", "marks", i);
		if (!take_us(in, one, "at_us", -MOST_US, &mark->at.ns) ||
			!take_text(in, one, "author", mark->author, sizeof mark->author) ||
			!take_text(in, one, "text", mark->text, sizeof mark->text))
			return false;
	}
	in->place[0] = '\0';
	return true;
}

static bool take_reason(struct reading *in, const json_t *from, enum gap_reason *ret_reason)
{
	char word[24] = "";

	if (!take_text(in, from, "reason", word, sizeof word))
		return false;
	for (enum gap_reason reason = GAP_UNPLUGGED; reason <= GAP_SUSPENDED; reason++)
		if (strcmp(word, gap_reason_name(reason)) == 0) {
			*ret_reason = reason;
			return true;
		}
	return blame(in, "reason", "wire 这样的原因", "a reason such as wire");
}

static bool read_gap(struct reading *in, const json_t *from, struct about_gap *to)
{
	const struct about *about = in->about;
	char file[ABOUT_FILE] = "";
	double lost = 0;

	to->stream = 0;
	if (!take_text(in, from, "stream_file", file, sizeof file) ||
		!take_us(in, from, "from_us", -MOST_US, &to->gap.from.ns) ||
		!take_us(in, from, "to_us", -MOST_US, &to->gap.to.ns) ||
		!take_number(in, from, "lost_rows", 0, 1e15, &lost) ||
		!take_reason(in, from, &to->gap.reason))
		return false;
	to->gap.lost_rows = (uint64_t)lost;
	while (to->stream < about->n_streams &&
		(!file[0] || strcmp(about->streams[to->stream].file, file)))
		to->stream++;
	if (file[0] && to->stream == about->n_streams)
		return blame(in, "stream_file", "streams 里的一个文件", "a file of streams");
	return to->gap.to.ns >= to->gap.from.ns ||
		blame(in, "to_us", "不早于 from_us", "no earlier than from_us");
}

static bool read_gaps(struct reading *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *list;

	if (!take_list(in, root, "gaps", 100000, sizeof *about->gaps, &list, &about->gaps))
		return false;
	about->n_gaps = json_array_size(list);
	for (size_t i = 0; i < about->n_gaps; i++) {
		enter(in, "", "gaps", i);
		if (!read_gap(in, json_array_get(list, i), &about->gaps[i]))
			return false;
	}
	in->place[0] = '\0';
	return true;
}

/* --- the whole --- */

static bool take_origin(struct reading *in, const json_t *root)
{
	char word[16] = "board";

	if (!take_text(in, root, "origin", word, sizeof word))
		return false;
	in->about->is_simulated = strcmp(word, "simulation") == 0;
	return in->about->is_simulated || strcmp(word, "board") == 0 ||
		blame(in, "origin", "board 或 simulation", "board or simulation");
}

static bool take_wall(struct reading *in, const json_t *root)
{
	struct about *about = in->about;
	char word[16] = "";

	about->has_wall = member(root, "wall_from_us");
	if (!take_us(in, root, "wall_from_us", 0, &about->wall_from.ns) ||
		!take_us(in, root, "wall_uncertainty_us", 0, &about->wall_uncertainty_ns) ||
		!take_text(in, root, "wall_source", word, sizeof word))
		return false;
	for (enum anchor_source source = ANCHOR_SYSTEM; source <= ANCHOR_BETWEEN; source++)
		if (strcmp(word, anchor_source_name(source)) == 0)
			about->wall_source = source;
	return true;
}

static bool read_root(struct reading *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *readings = member(root, "readings");
	double version = 0;

	if (!json_is_object(root) || !take_number(in, root, "kitlog_package", 0, 1e9, &version) ||
		version != 1)
		return blame(in, "kitlog_package", "1（这块板子只认识第 1 版）",
			"1, the only version that this board knows");
	if (!take_text(in, root, "title", about->title, sizeof about->title) ||
		!take_text(in, root, "lesson", about->lesson, sizeof about->lesson) ||
		!take_text(in, root, "board", about->board, sizeof about->board) ||
		!take_origin(in, root) || !take_wall(in, root) ||
		!take_us(in, root, "duration_us", 0, &about->duration_ns))
		return false;
	if (about->duration_ns <= 0)
		return blame(in, "duration_us", "大于 0 的数", "a number above 0");
	if (readings && !json_is_array(readings))
		return blame(in, "readings", "列表", "a list");
	about->readings = json_incref((json_t *)(uintptr_t)readings);
	return read_streams(in, root) && read_marks(in, root) && read_gaps(in, root);
}

int about_read(const char *bytes, size_t n, struct about *ret_about, struct about_fault *ret_fault)
{
	struct about about = {.n_streams = 0};
	struct reading in = {.about = &about, .fault = ret_fault};
	json_error_t error;
	json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &error);
	bool is_good;

	if (!root) {
		snprintf(ret_fault->zh, sizeof ret_fault->zh, "run.json 第 %d 行不是 JSON：%s。",
			error.line, error.text);
		snprintf(ret_fault->en, sizeof ret_fault->en, "run.json, line %d, is no JSON: %s.",
			error.line, error.text);
		return -EBADMSG;
	}
	is_good = read_root(&in, root);
	json_decref(root);
	if (is_good) {
		*ret_about = about;
		return 0;
	}
	about_clear(&about);
	return in.is_out_of_memory ? -ENOMEM : -EBADMSG;
}
