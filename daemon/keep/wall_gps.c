/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever is not steady begins anew. */
#include "keep/wall_gps.h"

#include <stdlib.h>

static const int64_t sentence_ns = NS_PER_S / 2;
static const int64_t pulse_ns = 10 * (int64_t)NS_PER_US;

/* Sentences further apart than this are not in a row. */
static const int64_t apart_ns = 10 * (int64_t)NS_PER_S;

/* Crystals of boards are off by 100 ppm; a pulse is missed now and then. */
static const int64_t beat_ns = NS_PER_MS;
enum { MOST_MISSED = 4 };

/* The latency was taken off a sentence's instant: its second began at most so long before that, and
 * at most so long behind it; together a second, so that it is one pulse's alone. */
static const int64_t before_ns = 850 * (int64_t)NS_PER_MS, behind_ns = 150 * (int64_t)NS_PER_MS;

/* How often a pulse is claimed, and what the map takes a quartz to drift (wall_map_state.h). One that
 * was seen to drift more is taken to drift a quarter more than that; beyond what is a beat it is a step. */
static const int64_t confirm_ns = 600 * (int64_t)NS_PER_S;
enum { QUARTZ_PPB = 50000, MOST_PPB = 1000000 };

static int64_t offset(const struct anchor *anchor)
{
	return anchor->wall.ns - anchor->at.ns;
}

static bool is_beat(const struct wall_pulse *before, const struct wall_pulse *pulse)
{
	int64_t since = instant_since(pulse->at, before->at);
	int64_t seconds = (since + NS_PER_S / 2) / NS_PER_S;

	return seconds >= 1 && seconds <= 1 + MOST_MISSED &&
		llabs(since - seconds * NS_PER_S) <= beat_ns;
}

void wall_gps_pulse(struct wall_gps *gps, const struct wall_pulse *pulse)
{
	if (gps->n_pulses > 0 && pulse->sequence == gps->pulse.sequence)
		return;
	gps->n_pulses = gps->n_pulses > 0 && is_beat(&gps->pulse, pulse) ? gps->n_pulses + 1 : 1;
	gps->before = gps->pulse;
	gps->pulse = *pulse;
}

static const struct wall_pulse *pulse_of(const struct wall_gps *gps, struct instant at)
{
	const struct wall_pulse *pulses[] = {&gps->pulse, &gps->before};

	for (size_t i = 0; i < 2 && gps->n_pulses >= WALL_GPS_AGREE; i++) {
		int64_t since = instant_since(at, pulses[i]->at);

		if (since < before_ns && since >= -behind_ns)
			return pulses[i];
	}
	return NULL;
}

static void count(struct wall_gps *gps, const struct anchor *sentence)
{
	int64_t since = instant_since(sentence->at, gps->heard.at);
	bool is_next = gps->n_sentences > 0 && since > 0 && since <= apart_ns &&
		llabs(offset(sentence) - offset(&gps->heard)) <= sentence_ns;

	gps->n_sentences = is_next ? gps->n_sentences + 1 : 1;
	gps->heard = *sentence;
}

/* Ten minutes after the last one, or what the map does not expect. */
static bool take_pulse(struct wall_gps *gps, const struct anchor *claim)
{
	struct wall_pace *pace = &gps->pace_pulses;
	int64_t since = instant_since(claim->at, pace->last.at);
	int64_t moved = llabs(offset(claim) - offset(&pace->last));
	int64_t ppb = gps->drift_ppb ? gps->drift_ppb : QUARTZ_PPB;
	int64_t expected = NS_PER_MS + since / 1000000 * ppb / 1000;

	if (pace->has_last && since < confirm_ns && moved <= expected)
		return false;
	if (pace->has_last && since >= NS_PER_S && moved > expected) {
		int64_t seen = moved / (since / NS_PER_MS) * 1000;

		if (seen <= MOST_PPB)
			gps->drift_ppb = seen * 5 / 4;
	}
	pace->last = *claim;
	pace->has_last = true;
	return true;
}

bool wall_gps_hear(struct wall_gps *gps, const struct anchor *sentence, struct anchor *ret_anchor)
{
	const struct wall_pulse *pulse = pulse_of(gps, sentence->at);
	struct anchor claim = *sentence;

	count(gps, sentence);
	if (gps->n_sentences < WALL_GPS_AGREE)
		return false;
	if (pulse && sentence->wall.ns % NS_PER_S == 0) {
		claim.at = pulse->at;
		claim.uncertainty_ns = pulse_ns + pulse->uncertainty_ns;
		claim.source = ANCHOR_PPS;
		if (!take_pulse(gps, &claim))
			return false;
	} else if (!wall_pace_take(&gps->pace_sentences, &claim, sentence_ns)) {
		return false;
	}
	*ret_anchor = claim;
	return true;
}
