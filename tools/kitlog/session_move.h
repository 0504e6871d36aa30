/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that goes on at another board: `kitlog session pack` there, `kitlog session take` here. */
#pragma once

#include <jansson.h>

#include "tools/kitlog/command.h"

/* Ends it, with a word where it goes on (NULL: another board), and packs it; one that is over is packed again. */
int session_pack(const struct call *call, json_int_t session, const char *to, const char *file);

/* The session as it is here then; NULL after saying why not. */
json_t *session_take(const struct call *call, const char *file);
