/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a board gives to the core: its clock, its serial line, its light, and a table of sources
 * (things that can be sampled). Boards differ only in these; the rest of the firmware is the core.
 *
 * Everything here is called from the super-loop, never from an interrupt, and returns at once.
 * The table and what it points to live as long as the core.
 */
#pragma once

#include "link/link.h"

#ifndef SOURCE_CHANNELS
#define SOURCE_CHANNELS 4 /* most channels that one source may have */
#endif

/* Raw value of a channel whose sensor did not answer, whatever its width on the line. */
#define SOURCE_MISSING INT32_MIN

struct sample {
	uint32_t t_us; /* the instant it belongs to */
	int32_t raws[SOURCE_CHANNELS];
};

enum verdict {
	SAMPLE_PENDING, /* not yet: ask again */
	SAMPLE_TAKEN,   /* here it is */
	SAMPLE_LOST,    /* its instant has passed and it was not taken */
};

enum pace {
	/* Measures when asked. Asked at the due instant; may be pending for some time (a
	 * conversion), but a sample that is not there when the next one is due is lost. */
	PACE_ASKED,
	/* Takes its samples on time by itself (timer interrupt, computed) and keeps them in order
	 * until asked for, however late: those of STREAM_LATENCY_US, or, on a board that never
	 * sleeps as long as core_idle_us allows, of as long as its loop may take. Says SAMPLE_LOST,
	 * once per sample, for what it could not keep. */
	PACE_TIMED,
	/* The sensor has its own oscillator: a sample comes when it comes, with its own instant.
	 * Says SAMPLE_LOST, once per sample, for what came before it and was not asked for in
	 * time. */
	PACE_SELF,
};

struct source {
	const char *name; /* [a-z][a-z0-9_]* */
	const struct link_channel *channels;
	uint8_t n_channels;
	enum pace pace;
	uint32_t period_us; /* until the host asks for another */
	uint32_t period_min_us, period_max_us;
	void *self; /* passed to the functions; start, stop and is_present may be NULL */

	/* The first sample will be due at first_us (in the near future), then every period_us. */
	void (*start)(void *self, uint32_t first_us, uint32_t period_us);
	void (*stop)(void *self);

	/* Whether the sensor answers; a source without this function is always there. */
	bool (*is_present)(void *self);

	/* The sample that was due at sample->t_us, or (PACE_SELF) the next one, with its t_us. An
	 * absent sensor gives SOURCE_MISSING at its due instants, never nothing. */
	enum verdict (*read)(void *self, struct sample *sample);
};

/* Room that any frame, and a short answer behind it, needs: one measure for all tasks, so that
 * data in plenty cannot starve the answers. */
#define BOARD_ROOM (LINK_WIRE_MAX + 32)

struct board {
	const char *model; /* which kit it is: [a-z][a-z0-9-]* */
	uint8_t uid[8];
	const struct source *sources;
	uint8_t n_sources;
	void *self; /* passed to the functions */

	/* Microseconds since power-on, modulo 2^32. */
	uint32_t (*micros)(void *self);

	/* Next byte received, with the instant when it had come in: exact for 00, for other bytes
	 * any value. False when there is none. */
	bool (*receive)(void *self, uint8_t *ret_byte, uint32_t *ret_us);

	/* How many bytes send() would take now; at least BOARD_ROOM when the line is idle. */
	size_t (*room)(void *self);
	void (*send)(void *self, const uint8_t *bytes, size_t size);

	/* How long a byte given to send() now would wait before it began to leave. */
	uint32_t (*backlog_us)(void *self);

	/* Received bytes that found no room, since power-on. */
	uint32_t (*lost_bytes)(void *self);

	void (*light)(void *self, bool is_lit);
};
