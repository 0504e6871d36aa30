/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps that making a calibration and zeroing share. Those that return bool or NULL have
 * answered the request when they say false or NULL. Inside the API. Main thread. */
#pragma once

#include <jansson.h>

#include "data/calibration_doubt.h"
#include "api/parts.h"

/* 400, in the words of who calibrates. */
void calibrating_refuse(struct request *request, const char *zh, const char *en);

/* False while the list could not be read yet. */
bool calibrating_is_ready(struct parts *parts, struct request *request);

/* Made now, with the body's name; holds from now on. */
bool calibrating_begin(struct parts *parts, struct request *request, const json_t *body,
	struct calibration *ret_calibration);

/* The stream and channel that a body names. */
const struct stream *calibrating_stream(
	struct parts *parts, struct request *request, const json_t *body);
const struct channel *calibrating_channel(
	struct request *request, const json_t *body, const struct stream *stream);

/* Does its kit let a channel be calibrated so? Kind 0: zeroed, although it is not said to be. */
bool calibrating_is_offered(
	struct request *request, const struct calibration_rules *rules, enum calibration_kind kind);

/* A channel with what is asked about it. */
struct calibrating_doubt {
	const struct device *device;
	const struct channel *channel;
	struct calibration_question question;
	int64_t cold_ns; /* its warm-up goes on for so long: that is what is asked about; 0: it does not */
};

/* Of a device and a channel: is it still warming up, so that what it reads is nothing to go by? */
bool calibrating_is_cold(struct parts *parts, struct calibrating_doubt *doubt);

/* Nothing is doubted, or the body says that it is meant all the same (is_sure). Else the refusal asks
 * about each, as far as there is room. */
bool calibrating_is_meant(struct request *request, const json_t *body,
	const struct calibrating_doubt *doubts, size_t n);

/* Whose it is. */
void calibrating_of(struct calibration *calibration, const struct device *device,
	const struct stream *stream, const struct channel *channel);

/* Those with ids first .. last were made: live values are by them, and the answer comes when they
 * are on the card. */
void calibrating_end(struct parts *parts, struct request *request, uint32_t first, uint32_t last);
