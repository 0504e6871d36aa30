/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is plugged in, in words: device, stream, channel. Plain values without pointers, so that
 * they can cross threads by copy and be kept as they are.
 *
 * A device is one plugged-in kit. Its identity is a text that survives replugging and reboots:
 *   link:6b74000000000001     the 8-byte serial number our own firmware announces
 *   usb:2341:0043:75830333    USB vendor, product and serial number of the adapter or board
 *   port:0000:01:00.0-usb-1.2:1.0   the socket it is plugged into, when nothing better is known
 * The sticker is the small number on its label (and in every sentence to a teacher): given once, in
 * the order of first appearance, kept with the identity in the store.
 *
 * A stream is the set of channels a device samples together. Its number is unique on this board for
 * ever; when a device changes its channels (new firmware, another header line) it gets a new
 * stream.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	DEVICE_MAX = 32,    /* plugged in at one time */
	DEVICE_STREAMS = 8, /* of one device, the clock stream among them */
	STREAM_CHANNELS = 16,
	IDENTITY_TEXT = 96,
	NAME_TEXT = 48,
	UNIT_TEXT = 16,
};

struct channel {
	char id[24];             /* [a-z][a-z0-9_]*: field key, column name */
	char name_zh[NAME_TEXT]; /* what a student reads; never empty (at worst the id) */
	char name_en[NAME_TEXT];
	char quantity[24];    /* "temperature"; empty: unknown */
	char unit[UNIT_TEXT]; /* UCUM; empty: unknown or a pure number */
	double resolution;    /* smallest step in the unit; 0: unknown. Decides the digits shown */
	double low, high;     /* what it can measure; low == high: unknown */
};

enum stream_kind {
	STREAM_DATA = 0,  /* for students, charts and sinks */
	STREAM_CLOCK = 1, /* the raw pairs of the device clock (sense/timebase.h); never shipped */
};

enum stamp_source {
	STAMP_ARRIVAL = 0, /* board time at which the bytes arrived, less their time on the wire */
	STAMP_DEVICE = 1,  /* the device's own clock, mapped to board time */
	STAMP_KERNEL = 2,  /* the kernel's own stamp of a GPIO edge or a buffered scan, exact */
};

const char *stamp_source_name(enum stamp_source source); /* "arrival", "device", "kernel" */

struct stream {
	uint32_t id;     /* > 0; unique on the board for ever */
	uint32_t device; /* device.id */
	char name[24];   /* [a-z][a-z0-9_]*, unique within the device: "main", "clock" */
	enum stream_kind kind;
	enum stamp_source stamps;
	int64_t period_ns; /* nominal; 0: irregular */
	char address[8];   /* on wires that several share: "4"; empty: not said. Of now, not kept */
	uint32_t n_channels;
	struct channel channels[STREAM_CHANNELS];
};

struct device {
	uint32_t id;      /* > 0; unique on the board for ever */
	uint32_t sticker; /* the number on the label, > 0 */
	char identity[IDENTITY_TEXT];
	char kit[32];          /* [a-z0-9-]+, the measurement when shipped: "virtual-cup" */
	char model[NAME_TEXT]; /* for people */
	char port[64];         /* where it is plugged in now: "/dev/ttyACM0" */
	char family[16];       /* protocol family: "link", "lines" */
	uint32_t n_streams;
	struct stream streams[DEVICE_STREAMS];
};

/* Same channels, units, scales, stamps: rows of one may stand behind rows of the other. Ids are not
 * compared, nor the period (the same stream may be asked for at another rate). */
bool stream_is_same(const struct stream *a, const struct stream *b);

/* 64 bits of everything stream_is_same compares, the same on every machine and for ever (FNV-1a
 * over the fields' text and the doubles' shortest decimals): how a stream is recognised without
 * keeping it. */
uint64_t stream_fingerprint(const struct stream *stream);

/* Turns any text into an id: lower case ASCII letters, digits, '_' ; starts with a letter; Chinese
 * and other letters become "c<n>" with the given number when nothing remains. Bounded, always
 * valid. */
void id_from_text(const char *text, unsigned number, char *ret_id, unsigned size);
