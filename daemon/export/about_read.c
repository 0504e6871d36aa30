/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run.json comes from anywhere. What is not known is left alone, so that a later kitlog may say more. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/about_input.h"
#include "live/json_tree.h"

enum { MOST_READINGS = 100000, MOST_ACCEPT = 99 };

/* --- marks and gaps --- */

static bool read_marks(struct about_input *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *list;

	if (!about_take_list(in, root, "marks", 100000, sizeof *about->marks, &list, &about->marks))
		return false;
	about->n_marks = json_array_size(list);
	for (size_t i = 0; i < about->n_marks; i++) {
		const json_t *one = json_array_get(list, i);
		struct mark *mark = &about->marks[i];

		about_enter(in, "", "marks", i);
		if (!about_take_us(in, one, "at_us", -ABOUT_MOST_US, &mark->at.ns) ||
			!about_take_text(in, one, "author", mark->author, sizeof mark->author) ||
			!about_take_text(in, one, "text", mark->text, sizeof mark->text))
			return false;
	}
	in->place[0] = '\0';
	return true;
}

static bool take_reason(struct about_input *in, const json_t *from, enum gap_reason *ret_reason)
{
	char word[24] = "";

	if (!about_take_text(in, from, "reason", word, sizeof word))
		return false;
	for (enum gap_reason reason = GAP_UNPLUGGED; reason <= GAP_SUSPENDED; reason++)
		if (strcmp(word, gap_reason_name(reason)) == 0) {
			*ret_reason = reason;
			return true;
		}
	return about_blame(in, "reason", "wire 这样的原因", "a reason such as wire");
}

static bool read_gap(struct about_input *in, const json_t *from, struct about_gap *to)
{
	const struct about *about = in->about;
	char file[ABOUT_FILE] = "";
	double lost = 0;

	to->stream = 0;
	if (!about_take_text(in, from, "stream_file", file, sizeof file) ||
		!about_take_us(in, from, "from_us", -ABOUT_MOST_US, &to->gap.from.ns) ||
		!about_take_us(in, from, "to_us", -ABOUT_MOST_US, &to->gap.to.ns) ||
		!about_take_number(in, from, "lost_rows", 0, 1e15, &lost) ||
		!take_reason(in, from, &to->gap.reason))
		return false;
	to->gap.lost_rows = (uint64_t)lost;
	while (to->stream < about->n_streams &&
		(!file[0] || strcmp(about->streams[to->stream].file, file)))
		to->stream++;
	if (file[0] && to->stream == about->n_streams)
		return about_blame(in, "stream_file", "streams 里的一个文件", "a file of streams");
	return to->gap.to.ns >= to->gap.from.ns ||
		about_blame(in, "to_us", "不早于 from_us", "no earlier than from_us");
}

static bool read_gaps(struct about_input *in, const json_t *root)
{
	struct about *about = in->about;
	const json_t *list;

	if (!about_take_list(in, root, "gaps", 100000, sizeof *about->gaps, &list, &about->gaps))
		return false;
	about->n_gaps = json_array_size(list);
	for (size_t i = 0; i < about->n_gaps; i++) {
		about_enter(in, "", "gaps", i);
		if (!read_gap(in, json_array_get(list, i), &about->gaps[i]))
			return false;
	}
	in->place[0] = '\0';
	return true;
}

/* --- readings and prediction --- */

static bool read_readings(struct about_input *in, const json_t *root)
{
	const json_t *list = about_member(root, "readings");

	if (list && (!json_is_array(list) || json_array_size(list) > MOST_READINGS))
		return about_blame(
			in, "readings", "列表，最多 100000 项", "a list of at most 100000");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *values = about_member(one, "values");
		uint32_t group = 0;
		int64_t at_ns;

		about_enter(in, "", "readings", i);
		if (!about_take_count(in, one, "group", ABOUT_GROUPS, &group) ||
			!about_take_us(in, one, "at_us", -ABOUT_MOST_US, &at_ns))
			return false;
		if (!json_is_numbers(about_member(one, "typed")))
			return about_blame(in, "typed", "名字和数，比如 {\"L\": 0.5}",
				"names with numbers, as {\"L\": 0.5}");
		if (values && !json_is_numbers(values))
			return about_blame(in, "values", "名字和数", "names with numbers");
	}
	in->place[0] = '\0';
	in->about->readings = json_incref((json_t *)(uintptr_t)list);
	return true;
}

static bool is_words(const json_t *words)
{
	return json_is_string(json_object_get(words, "zh")) &&
		json_is_string(json_object_get(words, "en"));
}

static bool is_number_or_null(const json_t *of, const char *name)
{
	const json_t *value = about_member(of, name);

	return !value || json_is_number(value);
}

static bool is_accept(const json_t *one)
{
	static const char *const NUMBERS[] = {
		"n", "least", "us", "least_us", "low", "high", "value"};
	const json_t *name = about_member(one, "name"), *holds = about_member(one, "holds");

	for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
		if (!is_number_or_null(one, NUMBERS[i]))
			return false;
	return json_is_string(json_object_get(one, "channel")) && (!name || is_words(name)) &&
		(!holds || json_is_boolean(holds)) && is_words(json_object_get(one, "otherwise"));
}

static bool read_accept(struct about_input *in, const json_t *root)
{
	const json_t *list = about_member(root, "accept");

	if (list && (!json_is_array(list) || json_array_size(list) > MOST_ACCEPT))
		return about_blame(in, "accept", "列表，最多 99 项", "a list of at most 99");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!is_accept(json_array_get(list, i))) {
			about_enter(in, "", "accept", i);
			return about_blame(in, "holds", "channel、holds、otherwise 和数",
				"channel, holds, otherwise and numbers");
		}
	in->about->accept = json_incref((json_t *)(uintptr_t)list);
	return true;
}

static bool is_curve(const json_t *points)
{
	size_t n = json_array_size(points);

	for (size_t i = 0; i < n; i++) {
		const json_t *point = json_array_get(points, i);

		if (json_array_size(point) != 2 || !json_is_number(json_array_get(point, 0)) ||
			!json_is_number(json_array_get(point, 1)))
			return false;
	}
	return n > 0 && n <= 100000;
}

static bool read_prediction(struct about_input *in, const json_t *root)
{
	const json_t *prediction = about_member(root, "prediction");
	const json_t *choice = json_object_get(prediction, "choice");
	bool is_good = (json_is_integer(choice) && json_integer_value(choice) >= 0 &&
			       json_integer_value(choice) < ABOUT_CHOICES) ||
		json_is_number(json_object_get(prediction, "value")) ||
		is_curve(json_object_get(prediction, "points"));

	if (prediction && (!is_good || json_object_size(prediction) != 1))
		return about_blame(in, "prediction", "choice、value、points 里的一个",
			"one of choice, value, points");
	in->about->prediction = json_incref((json_t *)(uintptr_t)prediction);
	return true;
}

/* --- the whole --- */

static bool take_origin(struct about_input *in, const json_t *root)
{
	char word[16] = "board";

	if (!about_take_text(in, root, "origin", word, sizeof word))
		return false;
	in->about->is_simulated = strcmp(word, "simulation") == 0;
	return in->about->is_simulated || strcmp(word, "board") == 0 ||
		about_blame(in, "origin", "board 或 simulation", "board or simulation");
}

static bool take_wall(struct about_input *in, const json_t *root)
{
	struct about *about = in->about;
	char word[16] = "";

	about->has_wall = about_member(root, "wall_from_us");
	if (!about_take_us(in, root, "wall_from_us", 0, &about->wall_from.ns) ||
		!about_take_us(in, root, "wall_uncertainty_us", 0, &about->wall_uncertainty_ns) ||
		!about_take_text(in, root, "wall_source", word, sizeof word))
		return false;
	for (enum anchor_source source = ANCHOR_SYSTEM; source <= ANCHOR_BETWEEN; source++)
		if (strcmp(word, anchor_source_name(source)) == 0)
			about->wall_source = source;
	return true;
}

static bool read_root(struct about_input *in, const json_t *root)
{
	struct about *about = in->about;
	double version = 0;

	if (!json_is_object(root) ||
		!about_take_number(in, root, "kitlog_package", 0, 1e9, &version) || version != 1)
		return about_blame(in, "kitlog_package", "1（这块板子只认识第 1 版）",
			"1, the only version that this board knows");
	if (!about_take_text(in, root, "title", about->title, sizeof about->title) ||
		!about_take_text(in, root, "lesson", about->lesson, sizeof about->lesson) ||
		!about_take_text(in, root, "lesson_digest", about->lesson_digest,
			sizeof about->lesson_digest) ||
		!about_take_text(in, root, "board", about->board, sizeof about->board) ||
		!about_take_count(in, root, "number", UINT32_MAX, &about->number) ||
		!take_origin(in, root) || !take_wall(in, root) ||
		!about_take_us(in, root, "duration_us", 0, &about->duration_ns))
		return false;
	if (about->duration_ns <= 0)
		return about_blame(in, "duration_us", "大于 0 的数", "a number above 0");
	return about_read_streams(in, root) && read_readings(in, root) &&
		read_prediction(in, root) && read_accept(in, root) && read_marks(in, root) &&
		read_gaps(in, root);
}

int about_read(const char *bytes, size_t n, struct about *ret_about, struct about_fault *ret_fault)
{
	struct about about = {.n_streams = 0};
	struct about_input in = {.about = &about, .fault = ret_fault};
	json_error_t error;
	json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &error);
	bool is_good;

	if (!root) {
		snprintf(ret_fault->zh, sizeof ret_fault->zh,
			"run.json 第 %d 行不是 JSON；再导出一次这个包。", error.line);
		struct text en = text_over(ret_fault->en, sizeof ret_fault->en);

		text_addf(&en, "run.json, line %d, is no JSON: ", error.line);
		text_add_harmless(&en, error.text); /* it quotes what stands there */
		text_add_char(&en, '.');
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
