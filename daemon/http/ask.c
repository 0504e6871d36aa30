/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters, strictly: "10x" is no number, and a number beyond what board time can be is none
 * either. */
#include "http/ask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum { SENTENCE = 512 };

static const int64_t MOST_US = INT64_MAX / NS_PER_US;

void refuse_parameter(struct request *request, const char *name, const char *zh, const char *en)
{
	char buffer_zh[SENTENCE], buffer_en[SENTENCE];
	struct text in_zh = text_over(buffer_zh, sizeof buffer_zh);
	struct text in_en = text_over(buffer_en, sizeof buffer_en);

	text_addf(&in_zh, "%s %s。", name, zh);
	text_addf(&in_en, "%s %s.", name, en);
	request_refuse(request, 400, "bad_parameter", in_zh.at, in_en.at);
}

void refuse_unknown(struct request *request, const char *zh, const char *en)
{
	request_refuse(request, 404, "not_found", zh, en);
}

void refuse_no_run(struct request *request, int64_t id)
{
	char zh[SENTENCE], en[SENTENCE];

	snprintf(zh, sizeof zh, "没有编号 %" PRId64 " 的记录。看看记录的列表（kitlog run list）。",
		id);
	snprintf(en, sizeof en,
		"There is no run %" PRId64 ". Look at the list of runs (kitlog run list).", id);
	refuse_unknown(request, zh, en);
}

void refuse_no_stream(struct request *request, int64_t id)
{
	char zh[SENTENCE], en[SENTENCE];

	snprintf(
		zh, sizeof zh, "没有 %" PRId64 " 号数据流。看看器材的列表（kitlog devices）。", id);
	snprintf(en, sizeof en,
		"There is no stream %" PRId64 ". Look at the list of devices (kitlog devices).",
		id);
	refuse_unknown(request, zh, en);
}

void refuse_busy(struct request *request)
{
	request_add_header(request, "Retry-After", "1");
	request_refuse(request, 503, "busy", "板子正忙，过一秒再试。",
		"The board is busy. Try again in a second.");
}

static void refuse_number(struct request *request, const char *name)
{
	refuse_parameter(request, name, "要写成整数", "must be a whole number");
}

static void refuse_instant(struct request *request, const char *name)
{
	refuse_parameter(request, name, "要写成板子时间，单位微秒的整数",
		"must be board time in whole microseconds");
}

static bool is_instant(int64_t us)
{
	return us >= 0 && us <= MOST_US;
}

bool ask_int(struct request *request, const char *name, int64_t *ret_value)
{
	const char *value = request_query(request, name);
	int64_t number;

	if (!value)
		return true;
	size_t n = number_to_int(value, strlen(value), &number);
	if (n == 0 || value[n] != '\0') {
		refuse_number(request, name);
		return false;
	}
	*ret_value = number;
	return true;
}

bool ask_values(struct request *request, bool *ret_is_raw)
{
	const char *values = request_query(request, "values");

	if (values && strcmp(values, "raw") != 0 && strcmp(values, "calibrated") != 0) {
		refuse_parameter(
			request, "values", "要写 calibrated 或 raw", "must be calibrated or raw");
		return false;
	}
	*ret_is_raw = values && strcmp(values, "raw") == 0;
	return true;
}

bool ask_instant(struct request *request, const char *name, struct instant *ret_at)
{
	int64_t us = ret_at->ns / NS_PER_US;

	if (!request_query(request, name))
		return true;
	if (!ask_int(request, name, &us))
		return false;
	if (!is_instant(us)) {
		refuse_instant(request, name);
		return false;
	}
	ret_at->ns = us * NS_PER_US;
	return true;
}

bool ask_id(struct request *request, unsigned index, uint32_t *ret_id)
{
	const char *text = request_argument(request, index);
	int64_t id;
	size_t n = number_to_int(text, strlen(text), &id);

	if (n == 0 || text[n] != '\0' || id <= 0 || id > UINT32_MAX) {
		refuse_unknown(request, "没有这个编号。", "There is no such number.");
		return false;
	}
	*ret_id = (uint32_t)id;
	return true;
}

bool ask_body(struct request *request, json_t **ret_object)
{
	size_t n;
	const char *body = request_body(request, &n);
	json_error_t error;
	json_t *object =
		n == 0 ? json_object() : json_loadb(body, n, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(object)) {
		*ret_object = object;
		return true;
	}
	json_decref(object);
	request_refuse(request, 400, "bad_json", "内容要写成一个 JSON 对象。",
		"Send one JSON object as the body.");
	return false;
}

bool ask_member_int(
	struct request *request, const json_t *object, const char *name, int64_t *ret_value)
{
	const json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_integer(member)) {
		refuse_number(request, name);
		return false;
	}
	*ret_value = json_integer_value(member);
	return true;
}

bool ask_member_number(
	struct request *request, const json_t *object, const char *name, double *ret_value)
{
	const json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_number(member)) {
		refuse_parameter(request, name, "要写成数", "must be a number");
		return false;
	}
	*ret_value = json_number_value(member);
	return true;
}

bool ask_member_bool(
	struct request *request, const json_t *object, const char *name, bool *ret_value)
{
	const json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_boolean(member)) {
		refuse_parameter(request, name, "要写 true 或 false", "must be true or false");
		return false;
	}
	*ret_value = json_boolean_value(member);
	return true;
}

bool ask_member_instant(
	struct request *request, const json_t *object, const char *name, struct instant *ret_at)
{
	const json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_integer(member) || !is_instant(json_integer_value(member))) {
		refuse_instant(request, name);
		return false;
	}
	ret_at->ns = json_integer_value(member) * NS_PER_US;
	return true;
}

bool ask_member_text(
	struct request *request, const json_t *object, const char *name, const char **ret_text)
{
	const json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_string(member)) {
		refuse_parameter(request, name, "要写成文字", "must be text");
		return false;
	}
	*ret_text = json_string_value(member);
	return true;
}
