/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Full jitter: a delay uniform in (0, window]. The generator is splitmix64: good enough to keep
 * boards apart, and a test can seed it. */
#include "ship/backoff.h"

#include "base/clock.h"

#define RETRY_AFTER_MOST_NS (600 * (int64_t)NS_PER_S)

static uint64_t draw(struct backoff *backoff)
{
	uint64_t z = backoff->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void backoff_init(struct backoff *backoff, int64_t first_ns, int64_t most_ns, uint64_t seed)
{
	*backoff = (struct backoff){.first_ns = first_ns, .most_ns = most_ns, .random = seed};
}

int64_t backoff_next(struct backoff *backoff, int64_t retry_after_ns)
{
	int64_t window = backoff->first_ns;

	for (unsigned i = 0; i < backoff->attempts && window < backoff->most_ns; i++)
		window *= 2;
	if (window > backoff->most_ns)
		window = backoff->most_ns;
	backoff->attempts++;
	if (retry_after_ns < 0)
		retry_after_ns = 0;
	if (retry_after_ns > RETRY_AFTER_MOST_NS)
		retry_after_ns = RETRY_AFTER_MOST_NS;
	return retry_after_ns + 1 + (int64_t)(draw(backoff) % (uint64_t)window);
}

void backoff_reset(struct backoff *backoff)
{
	backoff->attempts = 0;
}
