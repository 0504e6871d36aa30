/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A probe of the family `modbus`, as its kit.yaml says, and a rig that plays its answers. One bench a
 * program. */
#pragma once

#include "kits/protocols/modbus_frame.h"
#include "support/kit_rig.h"

extern struct rig modbus_rig;

/* The probe: slave 1, asked each second; temp and humidity are neighbours, read in one question. %s: more
 * keys of modbus:, then more below. */
extern const char modbus_bench_yaml[];
extern const char *const MODBUS_ENERGY; /* a channel of another block */

extern const uint8_t MODBUS_ASK_BOTH[8];
extern const uint8_t MODBUS_ANSWER[9], MODBUS_ANSWER_4[9]; /* 30.5 Cel, 54.6 %; of slave 4 */
extern const uint8_t MODBUS_ANSWER_ENERGY[9], MODBUS_ANSWER_ENERGY_4[9]; /* 65536 + 42 */
extern const uint8_t MODBUS_REFUSAL[5];                                  /* exception 2 */

/* As cmocka calls them. */
int modbus_bench_begin(void **unused);
int modbus_bench_end(void **unused);

void modbus_bench_open(const char *more_keys, const char *more_channels);
void modbus_bench_open_two(const char *more_channels); /* slaves 1 and 4 */

size_t modbus_bench_questions(void); /* so many were asked */
const uint8_t *modbus_bench_question(size_t i);
void modbus_bench_pass_until_asked(size_t n);
int64_t modbus_bench_now_ms(void);
void modbus_bench_check(const char *trouble, uint64_t unanswered, uint64_t bad);

#define MODBUS_SAY(bytes) rig_feed(&modbus_rig, bytes, sizeof(bytes))
