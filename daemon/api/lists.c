/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/lists.h"

#include <string.h>

#define LOG_TAG "web"
#include "base/log.h"

bool lists_are_known(const struct parts *parts)
{
	return parts->runs.is_known && parts->calibrations.is_known && parts->marks.is_known &&
		parts->sessions.is_known;
}

static void tell(const struct parts *parts, struct log_state *state, int result)
{
	if (lists_are_known(parts))
		log_state_clear(state, LOG_TAG,
			"the lists of runs, sessions, marks and calibrations can be read again");
	else
		log_state_set(state, LOG_WARN, LOG_TAG,
			"lists on the card cannot be read: %s; look at the card. Until then readings are shown%s%s%s%s",
			strerror(-result), parts->runs.is_known ? "" : ", no run is started",
			parts->calibrations.is_known ? "" : ", nothing is calibrated",
			parts->marks.is_known ? "" : ", marks wait",
			parts->sessions.is_known ? "" : ", sessions are away");
}

void lists_load(struct parts *parts, struct log_state *state)
{
	struct reader *reader = NULL;
	int result = reader_open(parts->config->data, &reader), r;

	if (reader && !parts->runs.is_known) {
		r = runs_load(&parts->runs, reader, parts->keep);
		result = r < 0 ? r : result;
	}
	if (reader && !parts->calibrations.is_known) {
		r = calibrations_load(&parts->calibrations, reader, parts->keep);
		result = r < 0 ? r : result;
		if (r == 0 && parts->live)
			live_recalibrate(parts->live);
	}
	if (reader && !parts->marks.is_known) {
		r = marks_load(&parts->marks, reader);
		result = r < 0 ? r : result;
	}
	if (reader && parts->runs.is_known && !parts->sessions.is_known) {
		r = sessions_load(&parts->sessions, reader);
		result = r < 0 ? r : result;
	}
	reader_close(reader);
	tell(parts, state, result);
}
