/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a board says of itself to others, GET /api/v1/room: read from a stranger's bytes. What is not as the
 * description of the API has it is refused or left out; what remains is written anew, so that nothing else of
 * what came reaches a page. Pure; allocates. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum {
	SUMMARY_INTERFACE = 1, /* the number of this form */
	SUMMARY_ID = 17,       /* 16 hex digits and the NUL */
	SUMMARY_NAME = 64,
	SUMMARY_VERSION = 24,
	SUMMARY_LESSON = 32,
	SUMMARY_GROUPS = 12,
	SUMMARY_CHANNELS = 4,
	SUMMARY_TRACE = 60,
	SUMMARY_TEXT = 80 * 1024, /* of the groups */
};

struct summary {
	char id[SUMMARY_ID], life[SUMMARY_ID]; /* of the board; of its running since it started */
	char name[SUMMARY_NAME], version[SUMMARY_VERSION];
	int interface;
	bool is_teacher; /* who asked is one there */
	struct instant now;
	int64_t hour_within_us;      /* how exactly it knows the hour; -1: not at all */
	char lesson[SUMMARY_LESSON]; /* "": none */
	uint32_t session;            /* 0: none is open */
	char together[SUMMARY_ID];   /* "": it is that board's alone */
	bool is_recording;           /* one of its groups at least */
	char *groups;                /* "[{...},...]"; malloc'ed */
};

/* 0; -EPROTO: no board of kitlog says so; -ENOMEM. Of another interface only who it is is read, and groups are
 * "[]". */
int summary_read(const char *bytes, size_t n, struct summary *ret_summary);
void summary_clear(struct summary *summary);
