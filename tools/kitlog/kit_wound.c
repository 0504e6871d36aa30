/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stretch of a recording, or of two, with some wounds: bytes flipped, cut, grown, doubled, pieces
 * torn or glued, events lost, doubled or out of place, edges turned round, time stretched, the plug
 * pulled. */
#include "tools/kitlog/kit_wound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
	FILES = 32,
	EVENTS_LEARNT = 4000, /* of one file; enough for any protocol's ways */
	EVENTS_MOST = 160,    /* of a damaged one */
	EVENT_BYTES = 512,
	PAUSE_MOST_MS = 4000,
};

struct track {
	struct recording_event *events;
	size_t n;
};

struct wounds {
	char head[400]; /* first lines, of the first recording */
	struct track tracks[FILES];
	size_t n_tracks;
};

int wounds_new(struct wounds **ret_wounds)
{
	struct wounds *wounds = calloc(1, sizeof *wounds);

	if (!wounds)
		return -ENOMEM;
	*ret_wounds = wounds;
	return 0;
}

void wounds_free(struct wounds *wounds)
{
	if (!wounds)
		return;
	for (size_t i = 0; i < wounds->n_tracks; i++)
		free(wounds->tracks[i].events);
	free(wounds);
}

/* --- learning --- */

static void learn_head(struct wounds *wounds, const struct recording *recording)
{
	static const char *const keys[] = {"usb", "product", "serial", "slaves", "settings"};
	struct text head = text_over(wounds->head, sizeof wounds->head);

	text_addf(&head, "kit: %s\nmade: " WOUNDS_MADE "\n", recording_header(recording, "kit"));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (*recording_header(recording, keys[i]))
			text_addf(&head, "%s: %s\n", keys[i], recording_header(recording, keys[i]));
	text_add_char(&head, '\n');
}

int wounds_learn(struct wounds *wounds, const char *path, struct report *report)
{
	struct track *track = &wounds->tracks[wounds->n_tracks];
	struct recording *recording;
	int result;

	if (wounds->n_tracks == FILES)
		return 0;
	result = recording_open(path, report, &recording);
	if (result < 0)
		return result;
	if (wounds->n_tracks == 0)
		learn_head(wounds, recording);
	track->events = calloc(EVENTS_LEARNT, sizeof *track->events);
	result = track->events ? 1 : -ENOMEM;
	while (result == 1 && track->n < EVENTS_LEARNT) {
		result = recording_next(recording, &track->events[track->n]);
		track->n += result == 1;
	}
	recording_close(recording);
	if (track->events)
		wounds->n_tracks++;
	return result < 0 ? result : 0;
}

/* --- damaging --- */

/* splitmix64: every state is a good start. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit)
{
	return limit ? (size_t)(draw(state) % limit) : 0;
}

static uint8_t odd_byte(uint64_t *state)
{
	static const uint8_t favourites[] = {
		0x00, 0x01, 0x7f, 0x80, 0xff, 0xaa, 0x55, '\n', ',', '-'};

	return draw(state) & 1 ? (uint8_t)draw(state) : favourites[below(state, sizeof favourites)];
}

static void flip(struct recording_event *event, uint64_t *state)
{
	if (event->n > 0)
		event->bytes[below(state, event->n)] ^= (uint8_t)(1u << below(state, 8));
}

static void overwrite(struct recording_event *event, uint64_t *state)
{
	if (event->n > 0)
		event->bytes[below(state, event->n)] = odd_byte(state);
}

static void cut(struct recording_event *event, uint64_t *state)
{
	if (event->n > 1)
		event->n = 1 + below(state, event->n - 1);
}

static void grow(struct recording_event *event, uint64_t *state)
{
	for (size_t more = 1 + below(state, 64); more > 0 && event->n < EVENT_BYTES; more--)
		event->bytes[event->n++] = odd_byte(state);
}

static void lose_head(struct recording_event *event, uint64_t *state)
{
	size_t lost = event->n > 1 ? 1 + below(state, event->n - 1) : 0;

	memmove(event->bytes, event->bytes + lost, event->n - lost);
	event->n -= lost;
}

static void replace(struct recording_event *event, uint64_t *state)
{
	event->n = 1 + below(state, EVENT_BYTES);
	for (size_t i = 0; i < event->n; i++)
		event->bytes[i] = (uint8_t)draw(state);
}

static void wound_bytes(struct recording_event *event, uint64_t *state)
{
	static void (*const ways[])(struct recording_event *, uint64_t *) = {
		flip, flip, overwrite, overwrite, cut, grow, lose_head, replace};

	ways[below(state, sizeof ways / sizeof *ways)](event, state);
}

static void wound_event(struct recording_event *event, uint64_t *state)
{
	if (event->n > EVENT_BYTES)
		event->n = EVENT_BYTES;
	switch (event->kind) {
	case RECORDING_RECEIVED:
		event->is_text = false;
		wound_bytes(event, state);
		break;
	case RECORDING_ANSWER:
	case RECORDING_FEATURE_RECEIVED:
		event->is_text = false;
		if (draw(state) & 1)
			wound_bytes(event, state);
		else
			event->error = below(state, 2) ? -ETIMEDOUT : -EPIPE;
		break;
	case RECORDING_EDGE:
		if (draw(state) & 1)
			event->is_up = !event->is_up;
		else
			event->n_lost = (uint32_t)below(state, 1000);
		break;
	default:
		break;
	}
}

/* --- putting together --- */

struct draft {
	struct text text;
	uint64_t *state;
	int64_t at_ns, previous_ns; /* in the damaged one; in the recording it is taken from */
	unsigned rate;              /* one event in so many is wounded */
};

static void add(struct draft *draft, const struct recording_event *original, bool is_first)
{
	struct recording_event event = *original;
	int64_t pause_ns = is_first ? NS_PER_MS : event.at_ns - draft->previous_ns;

	draft->previous_ns = event.at_ns;
	if (below(draft->state, draft->rate) == 0)
		pause_ns = (int64_t)below(draft->state, PAUSE_MOST_MS) * NS_PER_MS;
	if (pause_ns > PAUSE_MOST_MS * (int64_t)NS_PER_MS)
		pause_ns = PAUSE_MOST_MS * (int64_t)NS_PER_MS;
	draft->at_ns += pause_ns;
	event.at_ns = draft->at_ns;
	if (below(draft->state, draft->rate) == 0)
		wound_event(&event, draft->state);
	if (event.kind <= RECORDING_ANSWER && event.n == 0 && !event.error &&
		event.kind != RECORDING_CONTROL)
		return;
	recording_write(&draft->text, &event);
}

static bool is_plugging(const struct recording_event *event)
{
	return event->kind == RECORDING_PLUG || event->kind == RECORDING_UNPLUG;
}

/* A stretch of one recording, events lost, doubled and out of place. */
static void add_stretch(struct draft *draft, const struct track *track, size_t most)
{
	size_t from = below(draft->state, 3) ? 0 : below(draft->state, track->n);
	size_t n = track->n - from < most ? track->n - from : most;

	for (size_t i = 0; i < n; i++) {
		const struct recording_event *event = &track->events[from + i];
		size_t fate = below(draft->state, draft->rate * 4u);

		if (is_plugging(event) || fate == 0)
			continue;
		if (fate == 1)
			event = &track->events[below(draft->state, track->n)];
		if (is_plugging(event))
			continue;
		add(draft, event, i == 0);
		if (fate == 2)
			add(draft, event, true);
	}
}

static void add_plugging(struct draft *draft, const char *word)
{
	draft->at_ns += NS_PER_MS;
	recording_write_time(&draft->text, draft->at_ns);
	text_addf(&draft->text, " %s\n", word);
}

char *wounds_make(const struct wounds *wounds, uint64_t seed, uint64_t number, size_t *ret_n)
{
	enum { SIZE = 1 << 20 };
	uint64_t state = seed + number;
	struct draft draft = {.state = &state, .rate = 2 + (unsigned)below(&state, 30)};
	size_t stretches = 1 + below(&state, 3);
	char *buffer = malloc(SIZE);

	if (!buffer)
		return NULL;
	draft.text = text_over(buffer, SIZE);
	text_add(&draft.text, wounds->head);
	add_plugging(&draft, "plug");
	for (size_t i = 0; i < stretches && wounds->n_tracks > 0; i++) {
		const struct track *track = &wounds->tracks[below(&state, wounds->n_tracks)];

		if (track->n > 0)
			add_stretch(&draft, track, 1 + below(&state, EVENTS_MOST));
		if (below(&state, 6) == 0) {
			add_plugging(&draft, "unplug");
			add_plugging(&draft, "plug");
		}
	}
	add_plugging(&draft, "unplug");
	*ret_n = draft.text.length;
	return buffer;
}
