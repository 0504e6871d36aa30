/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/modbus_bench.h"

#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"

struct rig modbus_rig;

/* Two neighbours, one apart from them, and a slow one. */
const char modbus_bench_yaml[] =
	"kit: probe\n"
	"name: {zh: 探头, en: Probe}\n"
	"serial: 9600 8N1\n"
	"modbus: {slave: 1, every: 1 s, gap: 20 ms, timeout: 500 ms%s}\n"
	"rate: 1 Hz\n"
	"latency: 10 ms\n"
	"channels:\n"
	"  - {id: temp, name: {zh: 温度, en: T}, quantity: temperature, unit: Cel, range: [-40, 60], "
	"resolution: 0.1, from: input 0x0001 s16, scale: 0.1}\n"
	"  - {id: humidity, name: {zh: 湿度, en: H}, quantity: humidity, unit: \"%%\", range: [0, 100], "
	"resolution: 0.1, from: input 0x0002 u16, scale: 0.1}\n%s";

const char *const MODBUS_ENERGY =
	"  - {id: energy, name: {zh: 电能, en: E}, quantity: energy, unit: W.h, "
	"range: [0, 99999999], resolution: 1, from: input 9 u32 low-first}\n";

const uint8_t MODBUS_ASK_BOTH[] = {0x01, 0x04, 0x00, 0x01, 0x00, 0x02, 0x20, 0x0b};
const uint8_t MODBUS_ANSWER[] = {0x01, 0x04, 0x04, 0x01, 0x31, 0x02, 0x22, 0x2a, 0xce};
const uint8_t MODBUS_ANSWER_4[] = {0x04, 0x04, 0x04, 0x01, 0x31, 0x02, 0x22, 0x7f, 0xce};
const uint8_t MODBUS_ANSWER_ENERGY[] = {0x01, 0x04, 0x04, 0x00, 0x2a, 0x00, 0x01, 0x1b, 0x8c};
const uint8_t MODBUS_ANSWER_ENERGY_4[] = {0x04, 0x04, 0x04, 0x00, 0x2a, 0x00, 0x01, 0x4e, 0x8c};
const uint8_t MODBUS_REFUSAL[] = {0x01, 0x84, 0x02, 0xc2, 0xc1};

void modbus_bench_open(const char *more_keys, const char *more_channels)
{
	static char text[8192];

	snprintf(text, sizeof(text), modbus_bench_yaml, more_keys, more_channels);
	kit_rig_open(&modbus_rig, kit_rig_read(text), true);
}

int modbus_bench_begin(void **unused)
{
	(void)unused;
	memset(&modbus_rig, 0, sizeof(modbus_rig));
	return 0;
}

int modbus_bench_end(void **unused)
{
	(void)unused;
	kit_rig_close(&modbus_rig);
	return 0;
}

size_t modbus_bench_questions(void)
{
	return modbus_rig.n_sent / MODBUS_QUESTION_BYTES;
}

const uint8_t *modbus_bench_question(size_t i)
{
	return modbus_rig.sent + i * MODBUS_QUESTION_BYTES;
}

int64_t modbus_bench_now_ms(void)
{
	return modbus_rig.clock.frozen_ns / NS_PER_MS;
}

void modbus_bench_pass_until_asked(size_t n)
{
	for (int i = 0; i < 1000 && modbus_bench_questions() < n; i++)
		rig_pass_ms(&modbus_rig, 10);
	assert_int_equal(modbus_bench_questions(), n);
}

void modbus_bench_check(const char *trouble, uint64_t unanswered, uint64_t bad)
{
	struct feed_health health = rig_health(&modbus_rig);

	assert_string_equal(health.trouble, trouble);
	assert_int_equal(health.unanswered, unanswered);
	assert_int_equal(health.bad_frames, bad);
}

void modbus_bench_open_two(const char *more_channels)
{
	modbus_rig.port.slaves[0] = 1;
	modbus_rig.port.slaves[1] = 4;
	modbus_rig.port.n_slaves = 2;
	modbus_bench_open("", more_channels);
}
