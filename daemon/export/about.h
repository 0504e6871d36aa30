/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run package says of its run: run.json. It is the run's description for people, programs and a
 * later import, with all times from the run's begin; the rows are in files beside it (export/package.h
 * tells the whole format). A value, and pure but for about_collect; one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/text.h"
#include "data/batch.h"
#include "data/calibration.h"
#include "data/device.h"
#include "data/lesson.h"
#include "keep/record.h"

enum {
	ABOUT_STREAMS = 64,
	ABOUT_FILE = 96,
	ABOUT_GROUPS = 99,
	ABOUT_CHOICES = 99, /* a prediction chooses among; a lesson has fewer */
};

/* A need of the run's lesson that a channel of a stream serves. */
struct about_need {
	char id[LESSON_ID];                            /* "": no more */
	char channel[sizeof((struct channel *)0)->id]; /* its id; "": as data/serving.h has it */
};

struct about_stream {
	char file[ABOUT_FILE]; /* name of its rows' file; letters, digits, '-', '_', '.' */
	uint32_t group;        /* 0: of none */
	char identity[IDENTITY_TEXT], kit[32], model[NAME_TEXT]; /* of its device */
	uint32_t sticker;
	struct about_need needs[LESSON_NEEDS];
	struct stream
		stream; /* id and device are no part of the file: the collector's, the importer's */
	/* All records about it; instants from the run's begin. */
	struct calibration *calibrations;
	size_t n_calibrations;
	struct uncertainty *uncertainties; /* likewise, of its stamps */
	size_t n_uncertainties;
};

struct about_gap {
	size_t stream;  /* its place in `streams`; n_streams: of all */
	struct gap gap; /* instants from the run's begin */
};

struct about {
	char title[96], lesson[32], board[64];
	/* Of the lesson by which `needs` and `accept` are told: as it was on the board when this was collected, which may
	 * be another one than that of the class. Sixteen hexadecimal digits, of all its files; "": by none */
	char lesson_digest[17];
	uint32_t number; /* what people call the run, of those of its group; 0: not said */
	bool is_simulated;
	bool has_wall; /* the next three are known */
	struct wall wall_from;
	int64_t wall_uncertainty_ns;
	enum anchor_source wall_source; /* 0: not said */
	int64_t duration_ns;
	struct about_stream *streams; /* owned, as are the others */
	size_t n_streams;
	struct mark *marks; /* likewise from the run's begin */
	size_t n_marks;
	struct about_gap *gaps;
	size_t n_gaps;
	/* [{group, at_us, typed {"L": 0.5}, values {"3 main:t": 21.5}}, ...]: numbers that the group typed, and
	 * what its kits said then by sticker, stream and channel, calibrated as they were shown; NULL: none */
	json_t *readings;
	/* Was the run good enough? [{channel "T", name {zh, en} or null, unit, n, least, us, least_us, low, high, value,
	 * holds, otherwise {zh, en}}, ...], by each entry of its lesson's `accept`: so many samples that last so long, the
	 * least that is asked for and the range of the value, each null where it is not asked or not known; holds null:
	 * nobody can say. NULL: the lesson, or whoever made the package, says nothing */
	json_t *accept;
	json_t *prediction; /* of its group: {"choice": 1}, {"value": 2} or {"points": [[s, y], ...]}; NULL: none */
};

void about_clear(struct about *about); /* one that is all zero, too */

uint32_t about_reading_group(const struct about *about, size_t reading); /* 0: of none */
/* Whose the run is, by its streams or its readings; 0: nobody's. */
uint32_t about_group(const struct about *about);

/* The group that all of it is of; 0: none, or several. */
uint32_t about_only_group(const struct about *about);

/* As run.json, with a line's end. */
void about_write(const struct about *about, struct text *text);

/* Its streams alone, with their ids, as an answer of the API has them: [{...}, ...]. */
void about_write_streams(const struct about *about, struct text *text);

/* What is wrong with it: one sentence in each language that names the place. */
struct about_fault {
	char zh[800], en[800];
};

/* 0; -EBADMSG with the fault; -ENOMEM. Names and numbers are checked here, so that whoever has an
 * `about` may rely on them: files are plain names and differ, ids are ids, ranges are ranges. */
int about_read(const char *bytes, size_t n, struct about *ret_about, struct about_fault *ret_fault);
