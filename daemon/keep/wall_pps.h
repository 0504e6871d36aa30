/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's pulses per second (/dev/pps*, RFC 2783): a receiver's PPS pin at a GPIO of the board
 * (device tree overlay pps-gpio) or at a serial port's DCD line (ldattach). Nothing is asked for but
 * what the kernel has stamped already, so it never waits. Main thread. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "keep/wall_gps.h"

struct wall_pps {
	int fd; /* -1: none */
	char path[32];
};

/* The first one that may be read. False: there is none, or this user may not. */
bool wall_pps_open(struct wall_pps *pps);
void wall_pps_close(struct wall_pps *pps);

/* The newest pulse. False: none in the last two seconds, or the device is gone, and closed. */
bool wall_pps_read(struct wall_pps *pps, const struct clock *clock, struct wall_pulse *ret_pulse);

/* A pulse as the kernel stamped it, by CLOCK_REALTIME, in board time; `now` is both clocks read
 * together a moment later. False: it is older than two seconds, or the clock was set in between. */
bool wall_pps_place(uint32_t sequence, int64_t stamp_ns, const struct anchor *now,
	struct wall_pulse *ret_pulse);
