/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what a request asks for, and refusing it with a sentence that names the word when it
 * cannot be understood. All functions that return bool have answered the request when they say
 * false. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

#include "base/clock.h"
#include "http/request.h"

/* A whole number from ?name=; absent: unchanged. */
bool ask_int(struct request *request, const char *name, int64_t *ret_value);

/* ?values=calibrated (or absent) or raw. */
bool ask_values(struct request *request, bool *ret_is_raw);

/* An instant in microseconds from ?name=; absent: unchanged. */
bool ask_instant(struct request *request, const char *name, struct instant *ret_at);

/* The id in the path; what is no id is not found. */
bool ask_id(struct request *request, unsigned index, uint32_t *ret_id);

/* The body as a JSON object, the caller's to json_decref; an empty body is an empty object. */
bool ask_body(struct request *request, json_t **ret_object);

/* Members of a body; absent or null: unchanged. */
bool ask_member_int(
	struct request *request, const json_t *object, const char *name, int64_t *ret_value);
/* A number; absent or null: unchanged. */
bool ask_member_number(
	struct request *request, const json_t *object, const char *name, double *ret_value);
bool ask_member_bool(
	struct request *request, const json_t *object, const char *name, bool *ret_value);
bool ask_member_instant(
	struct request *request, const json_t *object, const char *name, struct instant *ret_at);
/* Borrowed from the object. */
bool ask_member_text(
	struct request *request, const json_t *object, const char *name, const char **ret_text);

/* 400: "`name`" and what it should be. */
void refuse_parameter(struct request *request, const char *name, const char *zh, const char *en);
/* 404 for a thing in the path. */
void refuse_unknown(struct request *request, const char *zh, const char *en);
void refuse_no_run(struct request *request, int64_t id);
void refuse_no_stream(struct request *request, int64_t id);
/* 503: a queue is full, or the store cannot be read. */
void refuse_busy(struct request *request);
