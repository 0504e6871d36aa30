/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of the clock map, which everybody must do alike to the nanosecond, for ever: the
 * store keeps ticks and pieces instead of stamps. */
#include "data/batch.h"

enum { TICKS_PER_S = 1000000, PPB = 1000000000 };

/* Integers only, and no 128-bit ones, which 32-bit boards do not have: with the distance split into
 * whole device seconds and a rest,
 *     distance * 1000 ns * (1 + rate / 1e9)  =  seconds * (1e9 + rate)  +  rest * (1e9 + rate) / 1e6
 * where the first term is exact and the second one, below 1e15 before its division, is rounded to
 * nearest (a half up). Neighbouring ticks are at least 995 ns apart, so stamps rise strictly.
 * What lies outside 292 years is held at the end: no clock gets there, only damaged data. */
int64_t clock_piece_stamp(const struct clock_piece *piece, int64_t tick)
{
	const int64_t rate = (int64_t)PPB + piece->rate_ppb; /* ns per device second */
	int64_t distance, whole, stamp;

	if (__builtin_sub_overflow(tick, piece->origin_tick, &distance))
		return tick < 0 ? INT64_MIN : INT64_MAX;

	int64_t seconds = distance / TICKS_PER_S, rest = distance % TICKS_PER_S;
	if (rest < 0) {
		rest += TICKS_PER_S;
		seconds--;
	}
	int64_t fraction = (rest * rate + TICKS_PER_S / 2) / TICKS_PER_S;

	if (__builtin_mul_overflow(seconds, rate, &whole) ||
		__builtin_add_overflow(whole, fraction, &whole) ||
		__builtin_add_overflow(whole, piece->origin_ns, &stamp))
		return distance < 0 ? INT64_MIN : INT64_MAX;
	return stamp;
}

bool gap_holds(const struct gap *gap, const struct gap *before)
{
	return gap->stream == before->stream && gap->reason == before->reason &&
		gap->from.ns == before->from.ns;
}

const char *gap_reason_name(enum gap_reason reason)
{
	switch (reason) {
	case GAP_UNPLUGGED:
		return "unplugged";
	case GAP_WIRE:
		return "wire";
	case GAP_DEVICE:
		return "device";
	case GAP_RING:
		return "ring";
	case GAP_STOPPED:
		return "stopped";
	case GAP_RESET:
		return "reset";
	case GAP_STORE:
		return "store";
	case GAP_EXPIRED:
		return "expired";
	case GAP_SILENT:
		return "silent";
	case GAP_SUSPENDED:
		return "suspended";
	}
	return "unknown";
}
