/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people see of a sink. */
#include "ship/sink_state.h"

#include "base/text.h"

static enum sink_state state(const struct sink *sink)
{
	if (sink->problems.now.matter)
		return problems_are_refusal(&sink->problems) ? SINK_REFUSED : SINK_WAITING;
	if (!sink->is_idle)
		return SINK_SENDING;
	if (sink->problems.held.matter)
		return SINK_REFUSED;
	return sink->problems.waits_for_time || sink->problems.has_no_hour ? SINK_NO_TIME
									   : SINK_IDLE;
}

static const char *kind_name(enum sink_kind kind)
{
	switch (kind) {
	case SINK_INFLUXDB1:
		return "influxdb1";
	case SINK_INFLUXDB2:
		return "influxdb2";
	case SINK_INFLUXDB3:
		return "influxdb3";
	case SINK_VICTORIAMETRICS:
		return "victoriametrics";
	}
	return "";
}

void sink_report(const struct sink *sink, struct sink_status *ret_status)
{
	struct sink_status status = {
		.state = state(sink),
		.last_http = sink->last_http,
		.rows_sent = sink->lines_sent,
		.requests = sink->requests,
		.bytes_sent = sink->bytes_sent,
		.retries = sink->retries,
		.rows_behind = sink->behind,
		.quarantined = sink->quarantined,
		.last_success = sink->last_success,
	};

	if (sink->not_before.ns > sink_now(sink).ns)
		status.retry_in_ns = instant_since(sink->not_before, sink_now(sink));
	text_copy(status.name, sizeof(status.name), sink->config->name);
	text_copy(status.kind, sizeof(status.kind), kind_name(sink->config->kind));
	text_copy(status.url, sizeof(status.url), sink->config->url);
	problems_in_words(
		&sink->problems, status.sentence, status.sentence_zh, sizeof(status.sentence));
	*ret_status = status;
}
