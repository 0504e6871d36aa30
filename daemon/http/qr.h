/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A QR code of a few words: for pages, and for a terminal. Pure; any thread. */
#pragma once

#include "base/text.h"

/* An SVG picture. 0; -EINVAL: the words are too long for one; -ENOMEM. */
int qr_write_svg(const char *words, struct text *text);

/* Lines of half blocks in black on white, whatever the terminal's colours are. */
int qr_write_blocks(const char *words, struct text *text);
