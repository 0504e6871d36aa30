/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of struct kit, shared by its parts: conversation.c (bytes, listeners),
 * conversation_judge.c (when nobody understands them), conversation_ask.c (who speaks only when spoken to), calls.c and modelled.c (what families call).
 * Nobody else includes this. */
#pragma once

#include <stdalign.h>
#include <stddef.h>

#include "sense/conversation.h"
#include "sense/timebase.h"
#include "sense/track.h"
#include "sense/waiting.h"

struct listener {
	const struct kit_family *family;
	const struct model *model; /* NULL: without a kit.yaml */
	size_t used;               /* its place in the bytes */
	struct instant hope;       /* kit_hope */
};

/* Asking, listener by listener: conversation_ask.c. */
struct asking {
	enum { ASK_RESTS = 0, ASK_SETTLES, ASK_WAITS } phase;
	size_t listener;
	const struct model_match *match;
	struct instant until;
	struct model_serial usual; /* the setting to go back to */
};

/* How channels of a kit.yaml became columns: modelled.c. */
struct modelled {
	uint8_t stream[MODEL_CHANNELS], column[MODEL_CHANNELS];
	double round[MODEL_CHANNELS]; /* values are whole multiples of 1 / round; 0: as they are */
	bool is_given[DEVICE_STREAMS];
	double values[DEVICE_STREAMS][STREAM_CHANNELS];
};

struct kit {
	const struct conversation_host *host;
	struct kit_port port;
	struct instant at;   /* of the read or tick that is being worked on */
	int64_t waited_ns;   /* so long what was read may have lain there */
	struct instant wake; /* the family's wish; INT64_MAX: none */
	uint64_t random;

	/* Bytes. Each listener has its own place in the same buffer. */
	size_t n_bytes;
	size_t n_listeners;
	struct listener listeners[CONVERSATION_LISTENERS];
	size_t claimed;  /* index of a listener; n_listeners: none yet */
	size_t speaking; /* the one that is being called */
	struct asking asking;

	/* What became of them. */
	struct instant made_sense; /* newest description, row or pair; else the opening */
	struct instant newest_byte;
	uint64_t senseless; /* bytes since made_sense */
	uint64_t total, rows, rejected, unanswered, lost;
	const char *trouble; /* the newest word of kit_error since a row came; NULL: none */
	const char *stream_trouble[DEVICE_STREAMS]; /* the same of each stream */

	/* The search for the speed. */
	struct instant speed_since;
	uint64_t speed_bytes, speed_plain; /* senseless ones at this speed; of these, text */

	/* What speaks there. */
	bool has_device, has_clock;
	size_t clock_track; /* index of the clock stream, with has_clock */
	struct timebase timebase;
	struct waiting waiting;
	struct device device, draft;
	char said_identity[IDENTITY_TEXT]; /* of the device, before it was set apart */
	struct track tracks[DEVICE_STREAMS];
	struct modelled modelled;

	uint8_t bytes[KIT_BUFFER_BYTES + CONVERSATION_READ];
	alignas(max_align_t) uint8_t state[CONVERSATION_LISTENERS][KIT_STATE_BYTES];
};

static inline bool kit_has_claimed(const struct kit *kit)
{
	return kit->claimed < kit->n_listeners;
}

/* Who has the port to itself, by what main knows of it; n_listeners: nobody. */
static inline size_t kit_sure_listener(const struct kit *kit)
{
	return kit->port.is_sure ? 0 : kit->n_listeners;
}

/* conversation.c: who listens is opened, or opened anew; `sure`: this one has claimed already,
 * n_listeners: nobody. */
void kit_open_listeners(struct kit *kit, size_t sure);

/* conversation_judge.c */
void kit_weigh_bytes(struct kit *kit, const uint8_t *bytes, size_t n); /* are they text? */
/* Does what came look right to somebody who listens? */
bool kit_is_hopeful(const struct kit *kit, struct instant now);
/* Forgets a claim that makes sense no more; tries another speed where there is none. */
void kit_judge(struct kit *kit, struct instant now);
/* Everybody listens anew, at this setting. */
void kit_set_serial(struct kit *kit, const struct model_serial *serial, struct instant now);

/* conversation_ask.c */
void kit_ask_begin(struct kit *kit, struct instant now);
bool kit_ask_tick(struct kit *kit, struct instant now); /* true: it has the port */
/* There are new bytes: true when they may be an answer, which nobody else gets to see. */
bool kit_ask_received(struct kit *kit);
/* A listener claimed what speaks by itself: this speed is the usual one now. */
void kit_ask_claimed(struct kit *kit);
/* A claim is forgotten: everybody listens at the usual setting. false: there is no other. */
bool kit_ask_return(struct kit *kit, struct instant now);

/* calls.c: the device's end; `reason` is told as a gap up to now, 0: none. */
void kit_end_device(struct kit *kit, enum gap_reason reason, bool is_gone);
