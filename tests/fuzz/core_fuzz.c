/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a host may say to our firmware: any bytes, and any frames, while time passes and the line is full.
 * It never stops, and whatever it sends is a frame whose number follows the last one's (core_bench.c looks).
 *
 * Input: steps, a byte each, then bytes of its own: `fttnnnnn`: n bytes come; f: they are type, stream and
 * payload of a frame; then nothing, 1, 20 or 300 ms pass. */
#include <stdlib.h>
#include <string.h>

#include "support/core_bench.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 400;

enum { IS_FRAME = 0x80, MOST_STEPS = 64 };

static void hear(const uint8_t *bytes, size_t n)
{
	core_bench.input_at = 0;
	core_bench.input_size = n;
	memcpy(core_bench.input, bytes, n);
	core_bench_turn((unsigned)n + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint32_t pause_us[] = {0, 1000, 20000, 300000};

	core_bench_power_on(n > 0 ? 0u - bytes[0] * 1000u : 0); /* the clock's turn is near */
	for (unsigned step = 0; step < MOST_STEPS && n > 0; step++) {
		uint8_t control = *bytes++;
		size_t most = control & 31, take = most < --n ? most : n;

		core_bench.room = SIZE_MAX;
		core_bench_turn(32);
		if (core_bench.input_at != core_bench.input_size)
			abort(); /* the line is free, and nobody takes what came */
		core_bench.room = control & 1 ? SIZE_MAX : LINK_WIRE_MAX;
		if (control & IS_FRAME && take >= 2)
			core_bench_say(bytes[0], bytes[1], bytes + 2, (uint8_t)(take - 2));
		else
			hear(bytes, take);
		bytes += take;
		n -= take;
		core_bench.has_self_sample = take & 1;
		core_bench.self_us = core_bench.now_us;
		core_bench_pass(pause_us[control >> 5 & 3], 250);
		core_bench_turn(8);
		core_bench_forget();
	}
	return 0;
}
