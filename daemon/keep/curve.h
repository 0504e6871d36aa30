/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The better map of a run, as a curve over its stored stamps: what to add to a stamp that a row of
 * a device was given while it came in, to have the best that is known afterwards (keep/refine.h
 * makes it). Values without I/O; any thread; an object belongs to one.
 *
 * Knots (stored stamp, what to add), straight lines between them. It is a curve over stamps and not
 * over the device's ticks, so that it applies to every row of the device's streams without ticks or
 * segments, and two rows that had one stamp still have one. What comes out does not fall where the
 * stamps rise, and rises where they rise by more than a nanosecond: no row changes its place. Before
 * the first knot and behind the last one nothing better is known, as behind a knot whose uncertainty
 * is 0: stamps stay as they are there, but for those so near to the knot that they would change
 * places with a row that is moved; they are moved by less than it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CURVE_KNOTS = 8192,        /* of one device in one run */
	CURVE_MOST_MS = 50,        /* no stamp is moved by more: that would be another clock */
	CURVE_SPAN_MOST_S = 3600,  /* between two knots; longer, and the product overflows */
	CURVE_TOLERANCE_NS = 1000, /* a straight line is as good within this */
};

struct curve_knot {
	int64_t stamp_ns; /* stored; rises strictly */
	int64_t delta_ns;
	int64_t uncertainty_ns; /* from here to the next knot, 95 %; 0: nothing better is known */
};

struct curve {
	struct curve_knot *knots; /* room for CURVE_KNOTS */
	size_t n;
	int64_t tolerance_ns; /* grows as the curve has to be thinned */
	/* private: the knot that comes next, unless a straight line passes by it */
	struct curve_knot open;
	double low, high; /* slopes from the last knot that pass all points so far */
	bool is_open;
};

/* 0, -ENOMEM. */
int curve_new(struct curve **ret_curve);
void curve_free(struct curve *curve);

/* A point of the curve, behind all others: kept if a straight line would miss it, or the uncertainty
 * is another. One that would let stamps fall, or moves them by more than CURVE_MOST_MS, is left
 * out. When there are too many knots, all are thinned by a tolerance twice as wide. */
void curve_add(struct curve *curve, int64_t stamp_ns, int64_t delta_ns, int64_t uncertainty_ns);
/* From here on nothing better is known, until the next curve_add. */
void curve_break(struct curve *curve);
/* No more points come. */
void curve_end(struct curve *curve);

/* The better stamp. */
int64_t curve_stamp(const struct curve *curve, int64_t stamp_ns);

/* How uncertain that is, 95 %; 0: nothing better is known there. */
int64_t curve_uncertainty_ns(const struct curve *curve, int64_t stamp_ns);

/* The first part of [from, to) in which that is 0. False: there is none. */
bool curve_silence(const struct curve *curve, int64_t from_ns, int64_t to_ns, int64_t *ret_from_ns,
	int64_t *ret_to_ns);

/* Of the part over [from, to): the widest uncertainty, and by how much a stamp is moved at most.
 * False: nothing better is known there. */
bool curve_extent(const struct curve *curve, int64_t from_ns, int64_t to_ns,
	int64_t *ret_uncertainty_ns, int64_t *ret_moved_ns);

/* As bytes: some 8 a knot. *ret_bytes is the caller's to free. */
int curve_pack(const struct curve *curve, uint8_t **ret_bytes, size_t *ret_n);
/* -EBADMSG: no curve that we wrote. */
int curve_unpack(const uint8_t *bytes, size_t n, struct curve **ret_curve);
