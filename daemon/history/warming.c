/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies further back than the warm-up takes cannot matter, so it is not looked at. */
#include "history/warming.h"

#include <errno.h>

#include "data/flag.h"

void warming_take_gap(struct warming *warming, const struct gap *gap)
{
	if (flag_begins_anew(gap->reason) && gap->to.ns >= warming->since.ns) {
		warming->since = gap->to;
		warming->is_known = warming->is_by_gap = true;
	} else if (gap->reason == GAP_EXPIRED && !warming->is_by_gap &&
		gap->from.ns < warming->since.ns) {
		warming->is_known = false; /* what seems to be the first row is not */
	}
}

static int take_gap(void *self, const struct gap *gap)
{
	warming_take_gap(self, gap);
	return 0;
}

int warming_begin(struct reader *reader, uint32_t stream, struct instant from, int64_t warm_up_ns,
	struct warming *ret_warming)
{
	struct warming warming = {.warm_up_ns = warm_up_ns};
	struct instant last;
	uint64_t rows;

	if (warm_up_ns > 0) {
		int r = reader_extent(reader, stream, &warming.since, &last, &rows);

		warming.is_known = r == 0;
		if (r == 0)
			r = reader_gaps(reader, stream, instant_add(from, -warm_up_ns),
				instant_add(from, 1), take_gap, &warming);
		if (r < 0 && r != -ENODATA)
			return r;
	}
	*ret_warming = warming;
	return 0;
}

unsigned warming_flags(const struct warming *warming, struct instant at)
{
	/* A row within a gap: the gap is many that became one (keep/expire.c). */
	bool has_age = warming->is_known && at.ns >= warming->since.ns;

	return flag_of_age(has_age ? instant_since(at, warming->since) : FLAG_AGE_UNKNOWN,
		warming->warm_up_ns);
}
