/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kits/protocols/edges_filter.h"

static void accept(struct edges_line *line, bool is_active, struct instant at)
{
	line->is_known = true;
	line->is_active = line->is_active_raw = is_active;
	line->changed = line->changed_raw = at;
}

static void note_raw(struct edges_line *line, bool is_active, uint32_t n_lost, struct instant at)
{
	line->is_active_raw = is_active;
	line->changed_raw = at;
	line->n_chatter += 1 + (uint64_t)n_lost;
}

bool edges_filter_settle(struct edges_line *line, int64_t ignore_ns, struct instant until,
	struct edges_change *ret_change)
{
	if (!line->is_known || line->is_active == line->is_active_raw ||
		instant_since(until, line->changed_raw) < ignore_ns)
		return false;
	accept(line, line->is_active_raw, line->changed_raw);
	*ret_change = (struct edges_change){line->is_active, line->changed};
	return true;
}

unsigned edges_filter(struct edges_line *line, int64_t ignore_ns, bool is_active, uint32_t n_lost,
	struct instant at, struct edges_change ret_changes[2], uint32_t *ret_lost)
{
	unsigned n = 0;

	*ret_lost = 0;
	if (line->is_known && instant_since(at, line->changed) < ignore_ns) {
		note_raw(line, is_active, n_lost, at);
		return 0;
	}
	if (n_lost == 0 && line->is_known && line->is_active_raw == is_active)
		n_lost = 1;
	if (n_lost == 0) {
		n += edges_filter_settle(line, ignore_ns, at, &ret_changes[n]);
		if (line->is_known && line->is_active == is_active) {
			note_raw(line, is_active, 0, at);
			return n;
		}
	}
	*ret_lost = n_lost;
	accept(line, is_active, at);
	ret_changes[n++] = (struct edges_change){is_active, at};
	return n;
}
