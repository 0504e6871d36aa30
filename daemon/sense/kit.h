/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The driver contract: what a protocol family or a kit's own driver offers the daemon, and the few
 * calls it may make.
 *
 * A family (kits/protocols/<family>.c) is a const table plus pure decoding: bytes, reports or edges
 * and the instant they arrived in, descriptions and rows out. No thread, no global, no log, no
 * allocation, no I/O of its own. Buffering, resynchronisation, retries, hot-plug, identity, clock
 * maps and stamps are the framework's (sense/conversation.h). All of it runs on the sense thread.
 *
 * A family serves many kits: kit_model says which one this is, and what its kit.yaml makes of it. A
 * driver (kits/<kit>/driver.c) is the same table with `outputs`, for the one kit that names it.
 *
 * Nobody configures which of them speaks at a serial port: those that fit listen to the same bytes,
 * each with its own state, until one calls kit_claim; from then on it alone is fed. A family must
 * stay silent (kit_send nothing) until it has claimed: unknown boards take bytes as commands. Where
 * there is no doubt - the USB ids of a device that is no serial adapter, a kit named in the
 * configuration, an answer to the model's `ask` - the framework has claimed before open is called,
 * and kit_is_claimed says so.
 *
 * Adding a family: a file that ends in KIT_FAMILY(name) = {...}. No existing file is edited. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "data/device.h"
#include "data/batch.h"
#include "data/model.h"

struct kit; /* one open port and what is known of what speaks there; owned by sense */

enum kit_order {
	KIT_IDENTIFY = 1
}; /* "which one are you?": blink for `argument` tenths of a second */

/* A change of a GPIO line, with the kernel's stamp. */
struct kit_edge {
	unsigned line;     /* index in the model's lines */
	bool is_active;    /* now */
	uint32_t n_lost;   /* edges of this line that the kernel dropped just before */
	struct instant at; /* exact to the nanosecond that the kernel wrote down */
};

/* A USB control request (USB 2.0, 9.3); the direction is in `type`. */
struct kit_control {
	uint8_t type, request;
	uint16_t value, index;
};

struct kit_family {
	const char *name;  /* "link", "lines"; of a driver the word behind `driver:` */
	size_t state_size; /* bytes of private state, zeroed before open; at most KIT_STATE_BYTES */
	const struct model_form *form; /* its keys in kit.yaml; NULL: it has none, or a driver */
	const char *const *outputs;    /* a driver: what `from` may name, ends with NULL */
	bool needs_model;              /* listens only where a kit.yaml fits */

	/* Sentences of the words that it says by kit_error, ends with word NULL; of words that mean
	 * the same at every kit sense/vocabulary.c has one. NULL: it has none of its own. */
	const struct model_trouble *troubles;

	/* Optional. The port was just opened (or resynchronised from nothing). */
	void (*open)(struct kit *kit, void *state);

	/* Bytes in order of arrival, newest last. Returns how many are used up: 0 for "wait for
	 * more". The rest comes again in front of the next ones; KIT_BUFFER_BYTES unused bytes are
	 * too many and the oldest are dropped, counted as damage. */
	size_t (*decode)(struct kit *kit, void *state, const uint8_t *bytes, size_t n);

	/* Of a USB device: one IN transfer, a report (HID) or a packet, whole. Of a polled file of
	 * the kernel: its text. decode may be absent then. */
	void (*report)(struct kit *kit, void *state, const uint8_t *bytes, size_t n);

	/* A request by kit_control is over: n bytes came, or `error` is -errno (-EPIPE: the device
	 * refused it). */
	void (*answer)(struct kit *kit, void *state, int error, const uint8_t *bytes, size_t n);

	/* Of GPIO lines, in order of time. */
	void (*edge)(struct kit *kit, void *state, const struct kit_edge *edge);

	/* Optional. About every 20 ms, with or without bytes: pings, time-outs, asking again. */
	void (*tick)(struct kit *kit, void *state, struct instant now);

	/* Optional. Returns 0, -EOPNOTSUPP when the device cannot. */
	int (*order)(struct kit *kit, void *state, enum kit_order order, unsigned argument);
};

enum {
	KIT_STATE_BYTES = 8192,
	KIT_BUFFER_BYTES = 4096,
	KIT_MODELS = 16,
	KIT_SLAVES = 6,
	KIT_SETTINGS = MODEL_SETTINGS,
};

/* Puts the table into a linker section that sense walks: __start_kit_families ..
 * __stop_kit_families. */
#define KIT_FAMILY(ident) \
	extern const struct kit_family kit_family_##ident; \
	static const struct kit_family *const kit_family_pointer_##ident \
		__attribute__((used, section("kit_families"))) = &kit_family_##ident; \
	const struct kit_family kit_family_##ident

/* --- what a family may call --- */

/* "This is my language." Others are fed no longer. Idempotent. */
void kit_claim(struct kit *kit);
bool kit_is_claimed(const struct kit *kit); /* by the one that asks */

/* "What came may well be mine": until then, or until other bytes come, no other speed is tried and
 * nobody is asked. Of no use to who has claimed. */
void kit_hope(struct kit *kit, struct instant until);

/* The kit.yaml behind the listener that is called; NULL: it listens without one. */
const struct model *kit_model(const struct kit *kit);

/* Queues bytes for the device. 0, -ENOSPC when the device does not take them, -EPERM before
 * kit_claim. */
int kit_send(struct kit *kit, const void *bytes, size_t n);

/* The same for a USB device's control pipe; bytes of an IN request are NULL, n is how many are
 * wanted at most (KIT_CONTROL_BYTES). `answer` is called when it is over. One at a time: -EBUSY.
 * Into requests to an interface the number of the one that is claimed is put. */
enum { KIT_CONTROL_BYTES = 64 };
int kit_control(struct kit *kit, const struct kit_control *request, const void *bytes, size_t n);

/* A pulse on an output line of the model, so long; at most 50 us, since the thread waits. */
int kit_pulse(struct kit *kit, unsigned line, unsigned us);

/* When the byte that stands `behind` bytes before the newest one of this decode call arrived: the
 * read's instant less the time on the wire of what came after it (at the port's setting; nothing for
 * ports without a wire). behind 0 is the newest byte. */
struct instant kit_arrival(const struct kit *kit, size_t behind);
struct instant kit_now(const struct kit *kit); /* read from the clock at each call */

/* Asks for a tick at this instant, or as soon after it as can be: once, the last one asked for
 * counts. */
void kit_wake_at(struct kit *kit, struct instant at);

/* How it is plugged in. */
enum kit_transport { KIT_SERIAL = 0, KIT_USB, KIT_GPIO, KIT_IIO, KIT_ONEWIRE };

/* What the family knows of the port, to make an identity or a name when the protocol has none. */
struct kit_port {
	enum kit_transport transport;
	char path[64];
	uint16_t usb_vendor, usb_product; /* 0: not USB */
	char usb_serial[48];              /* empty: none */
	char usb_manufacturer[48], usb_product_name[48];
	char socket[80]; /* stable name of the place (sense/port_place.h), or the given path */
	char kit[32];    /* from the configuration; empty: free choice */
	const struct model *models[KIT_MODELS]; /* that fit, the most exact first */
	size_t n_models;
	bool is_sure; /* there is one, and no doubt: named, or recognised by more than an adapter */
	uint8_t slaves
		[KIT_SLAVES]; /* addresses on the bus, from the configuration; n 0: the model's */
	size_t n_slaves;
	double settings[KIT_SETTINGS]; /* of models[0], in its order */
	unsigned speed;                /* bit/s now; 0: has none (pty) */
	unsigned bits_per_byte;        /* with start, parity and stop bits; 0: 10, as 8N1 has */
	bool speed_is_fixed;           /* by the configuration: no other is tried */
	bool has_wire;  /* bytes take their time at that speed; not so over native USB */
	double rate_hz; /* at which the transport itself takes readings; 0: it does not say */
	int64_t uncertainty_ns; /* of an arrival: a frame of USB, or longer if a chip holds bytes back */

	/* What is presumed of the path of bytes, the time on the wire apart: the least delay to the
	 * device and from it, and how far either may be out (95 %); all 0: nothing. */
	int64_t floor_to_ns, floor_from_ns, floor_doubt_ns;
};
const struct kit_port *kit_port(const struct kit *kit);

/* Describes the device, whole, as often as something changes. Ids, sticker, and stream ids are
 * filled in by the framework; streams are named by their index from here on. An empty identity
 * becomes usb:VID:PID:SERIAL or port:PLACE. When a stream has STAMP_DEVICE, the framework adds a
 * clock stream behind the family's own. -EPERM before kit_claim; -EINVAL when the description
 * breaks data/device.h's rules. */
int kit_describe(struct kit *kit, const struct device *device);

/* The same from the kit.yaml: its channels, those that share a rate and a `when` in one stream.
 * identity NULL: from the port, as above. `stamps` of all its streams. */
int kit_describe_model(struct kit *kit, const char *identity, enum stamp_source stamps);

/* The same of a driver's kit that turns out to have only some of its channels: those that read these
 * outputs (bit i: output i). */
int kit_describe_outputs(
	struct kit *kit, const char *identity, enum stamp_source stamps, uint32_t outputs);

/* Rows of such a device, channel by channel: kit_put notes the raw value of a channel (an index of
 * the model's channels; of a driver: of its outputs, for every channel that reads it); kit_emit
 * makes a row of each stream that was given something, at this instant less the model's latency.
 * Value = raw * scale + offset. A raw value that is not finite was given and is none: the row says that
 * something came. What did not come is not put. */
void kit_put(struct kit *kit, unsigned channel, double raw);
void kit_emit(struct kit *kit, struct instant at);

/* Something came and is no row: why, as a word: "exception-2", "checksum". Counted as kit_reject
 * does, and the newest is shown with the device until a row comes, as the sentence that kit.yaml,
 * the family's table or sense/vocabulary.c has for it, in this order. At most 23 characters, borrowed
 * static. */
void kit_error(struct kit *kit, const char *word);

/* The same of one stream, whose rows alone end it: of several probes on one adapter one is silent. */
void kit_stream_error(struct kit *kit, unsigned stream, const char *word);

/* It was asked, or would have been, and nothing came: "timeout", "not-sent". Counted by itself, else
 * the same. `stream` KIT_WHOLE: the device. */
enum { KIT_WHOLE = DEVICE_STREAMS };
void kit_unanswered(struct kit *kit, unsigned stream, const char *word);

/* What came was understood, although no row comes of it: a refusal. */
void kit_understood(struct kit *kit);

/* One row. The stamp is `arrival`, rounded to whole microseconds and kept strictly rising. A value
 * that is not finite is one that was not given: it becomes NaN, here and in kit_row_at_tick. */
void kit_row(struct kit *kit, unsigned stream, struct instant arrival, const double *values);

/* One row of a stream whose stamps come from the device clock: tick in device microseconds as the
 * device counts them (32 bits, wrapping; the framework unwraps with the pairs). Rows that come
 * before the first map is known are held (bounded) and stamped when it is. A device whose clock is
 * none (more than CLOCK_RATE_MOST_PPB out) is stamped by arrival, without ticks. */
void kit_row_at_tick(struct kit *kit, unsigned stream, uint32_t tick, const double *values);

/* A clock ping came back: sent and received by our clock, device_received and device_sent by
 * its. */
void kit_pair(struct kit *kit, struct instant sent, uint32_t device_received, uint32_t device_sent,
	struct instant received);

/* The device told its time without being asked: these words left at this tick, by its clock (or
 * later than that, never before), and arrived then. */
void kit_heard(struct kit *kit, uint32_t device_sent, struct instant arrival);

/* Of a device just described: its stamps are doubted by half of so many microseconds, for its clock
 * counts in steps, or it lets time pass between reading its clock and speaking. */
void kit_clock_step(struct kit *kit, unsigned step_us);

/* The gap to leave before the next clock ping, from the map's state (sense/timebase.h): random. */
int64_t kit_ping_gap_ns(struct kit *kit);

/* The device said that it was `wall` at this instant, give or take so much: a satellite receiver with
 * a fix. Who makes something of it is keep/wallwatch.h. */
void kit_hour(struct kit *kit, struct instant at, struct wall wall, int64_t uncertainty_ns);

/* The device restarted: its clock begins a new segment. */
void kit_restarted(struct kit *kit);

/* Rows that should have come and did not; `reason` GAP_WIRE or GAP_DEVICE. */
void kit_lost(struct kit *kit, unsigned stream, uint64_t rows, enum gap_reason reason);

/* Counts bytes that made no sense, for the status page. */
void kit_reject(struct kit *kit);
