/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PPS_FETCH with a timeout of 0 returns at once what was captured last. */
#include "keep/wall_pps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LOG_TAG "clock"
#include "base/log.h"

enum { MOST_DEVICES = 4 };

static const int64_t fresh_ns = 2 * (int64_t)NS_PER_S;

bool wall_pps_open(struct wall_pps *pps)
{
	for (unsigned i = 0; i < MOST_DEVICES; i++) {
		snprintf(pps->path, sizeof pps->path, "/dev/pps%u", i);
		pps->fd = open(pps->path, O_RDONLY | O_CLOEXEC);
		if (pps->fd < 0)
			continue;
		log_info("%s: a pulse each second may be heard here", pps->path);
		return true;
	}
	return false;
}

void wall_pps_close(struct wall_pps *pps)
{
	if (pps->fd >= 0)
		close(pps->fd);
	pps->fd = -1;
}

bool wall_pps_place(
	uint32_t sequence, int64_t stamp_ns, const struct anchor *now, struct wall_pulse *ret_pulse)
{
	int64_t age_ns;

	if (__builtin_sub_overflow(now->wall.ns, stamp_ns, &age_ns) || age_ns < 0 ||
		age_ns > fresh_ns)
		return false;
	*ret_pulse =
		(struct wall_pulse){sequence, instant_add(now->at, -age_ns), now->uncertainty_ns};
	return true;
}

bool wall_pps_read(struct wall_pps *pps, const struct clock *clock, struct wall_pulse *ret_pulse)
{
	struct pps_fdata data = {0};

	if (pps->fd < 0)
		return false;
	if (ioctl(pps->fd, PPS_FETCH, &data) < 0) {
		if (errno != EINTR && errno != ETIMEDOUT)
			wall_pps_close(pps);
		return false;
	}

	const struct anchor now = clock_pair(clock, ANCHOR_PPS);
	const struct pps_ktime *stamp = &data.info.assert_tu;
	return wall_pps_place(
		data.info.assert_sequence, stamp->sec * NS_PER_S + stamp->nsec, &now, ret_pulse);
}
