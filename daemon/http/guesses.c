/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wrong guesses, see guesses.h. */
#include "http/guesses.h"

#include <string.h>

#include "base/text.h"

static const int64_t MINUTE_NS = 60 * (int64_t)NS_PER_S;

unsigned guesses_wait_s(const struct guesses *guesses, const char *address, struct instant now)
{
	unsigned kept = guesses->n < GUESSES ? guesses->n : GUESSES;
	unsigned n = 0, n_address = 0;

	/* From the newest back; whoever completes a count says how long it lasts. */
	for (unsigned i = 1; i <= kept; i++) {
		unsigned at = (guesses->n - i) % GUESSES;
		int64_t left_ns = MINUTE_NS - instant_since(now, guesses->wrong[at].at);

		if (left_ns <= 0)
			break;
		n++;
		n_address += strcmp(guesses->wrong[at].address, address) == 0;
		if (n == guesses->most || n_address == guesses->most_per_address)
			return (unsigned)((left_ns + NS_PER_S - 1) / NS_PER_S);
	}
	return 0;
}

unsigned guesses_count(const struct guesses *guesses, const char *address)
{
	unsigned kept = guesses->n < GUESSES ? guesses->n : GUESSES, n = 0;

	for (unsigned i = 0; i < kept; i++)
		n += strcmp(guesses->wrong[i].address, address) == 0;
	return n;
}

void guesses_note(struct guesses *guesses, const char *address, struct instant now)
{
	unsigned at = guesses->n++ % GUESSES;

	text_copy(guesses->wrong[at].address, sizeof guesses->wrong[at].address, address);
	guesses->wrong[at].at = now;
}
