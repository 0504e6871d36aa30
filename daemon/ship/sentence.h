/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is the matter with a sink, as one sentence for a person, English and Chinese: the sink's
 * name, what happened, the next step. Without numbers that change while nothing else does, so that
 * a log which notes changes stays short. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "data/config.h"

enum matter {
	MATTER_NONE = 0,
	MATTER_SECRET,    /* its secret's file cannot be read: error */
	MATTER_KEY,       /* 401 */
	MATTER_RIGHT,     /* 403 */
	MATTER_NOT_FOUND, /* 404; words say what */
	MATTER_NO_NAME,   /* network: host unknown */
	MATTER_NO_CONNECTION,
	MATTER_NO_TRUST, /* TLS; what */
	MATTER_TOO_SLOW,
	MATTER_GAVE_UP,  /* 408 */
	MATTER_BROKEN,   /* what */
	MATTER_BUSY,     /* 429 */
	MATTER_SERVER,   /* 5xx; words */
	MATTER_PAGE,     /* a web page answered */
	MATTER_REDIRECT, /* 3xx; what is where to */
	MATTER_STRANGE,  /* any other status */
	MATTER_LINE_TOO_LARGE,
	MATTER_NO_TIME,
	MATTER_NO_HOUR,   /* rows of an earlier start will never have one */
	MATTER_STREAM,    /* every line of a stream is refused: sticker, kit, words */
	MATTER_SET_ASIDE, /* some lines were: words */
	MATTER_TOO_FAST,  /* VictoriaMetrics and more than 1 kHz: sticker, kit */
	MATTER_SMALLER,   /* 413: smaller requests from now on */
	MATTER_CARD,      /* the store cannot be read: error */
};

struct sentence {
	enum matter matter;
	const struct config_sink *sink;
	const char *host;
	int status, error;        /* HTTP; -errno */
	const char *words, *what; /* the server's; libcurl's or an address. Never NULL */
	const char *kit;
	uint32_t sticker;
};

/* Writes both; cut at a character when too long; empty for MATTER_NONE. */
void sentence_write(
	const struct sentence *sentence, char *ret_english, char *ret_chinese, size_t size);
