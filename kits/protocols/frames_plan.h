/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a kit.yaml says about a sensor that sends binary frames, made ready for reading them.
 *
 *     frames:
 *       start: AA 55                # what each begins with
 *       length: 9                   # or u8@2 + 5: what byte 2 says, and 5
 *       end: 0D 0A                  # what each ends with
 *       checksum: sum8 0..7 @8      # data/checksum.h
 *       ask: FF 01 86 00 00 00 00 00 79    # a sensor that has to be asked,
 *       every: 2 s                         # and how often
 *     channels:
 *       - {id: temp, from: s16be@3, when: u8@2 = 0x50, ...}     # data/field.h
 *
 * Made once by the main thread, const afterwards. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "data/checksum.h"
#include "data/field.h"
#include "data/model.h"
#include "kits/protocols/fields.h"

struct frames_plan {
	struct model_bytes start, end, ask; /* n 0: none */
	struct field_length length;
	bool has_checksum;
	struct checksum checksum;
	int64_t every_ns;      /* with ask */
	struct fields *fields; /* of the channels; NULL with a driver */
};

extern const struct model_form frames_form;

/* What stands at the head of these bytes. */
enum frames_verdict {
	FRAMES_WAIT,    /* the beginning of a frame, perhaps */
	FRAMES_WHOLE,   /* a good one, of *ret_length bytes */
	FRAMES_NONE,    /* no frame begins here */
	FRAMES_DAMAGED, /* one that fits but for its checksum or end */
};
enum frames_verdict frames_judge(
	const struct frames_plan *plan, const uint8_t *bytes, size_t n, size_t *ret_length);
