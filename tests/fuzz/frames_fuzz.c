/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of any kind as frames of described sensors: with a checksum, with a length of their own, and
 * asked for. The first byte chooses. */
#include "support/fuzz_kit.h"
#include "support/kit_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_frames;

#define HEAD "kit: x\nname: {zh: 甲, en: X}\nserial: 9600 8N1\nrate: 1 Hz\n"
#define CHANNELS \
	"channels:\n" \
	"  - {id: a, name: {zh: 甲, en: A}, quantity: number, unit: \"1\", range: [0, 9], " \
	"resolution: 1, from: s16be@3}\n" \
	"  - {id: b, name: {zh: 乙, en: B}, quantity: number, unit: \"1\", range: [0, 9], " \
	"resolution: 0.001, from: f32le@3, when: u8@2 = 1}\n"

static const char *const kits[] = {
	HEAD "frames: {start: AA 55, length: 9, checksum: sum8 0..7 @8}\n" CHANNELS,
	HEAD "frames: {start: 7E, length: u8@1 + 2, end: 0A}\n" CHANNELS,
	HEAD
	"frames: {start: 42 4D, length: u16be@2 + 4, checksum: crc16-modbus 0..-3 @-2}\n" CHANNELS,
	HEAD "frames: {length: 8, ask: 3F, every: 100 ms}\n" CHANNELS,
};

enum { KITS = sizeof(kits) / sizeof(kits[0]) };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct model *models[KITS];
	size_t chosen;

	if (n == 0)
		return 0;
	chosen = bytes[0] % KITS;
	if (!models[chosen])
		models[chosen] = kit_rig_read(kits[chosen]);
	fuzz_serial_kit(&kit_family_frames, models[chosen], bytes + 1, n - 1);
	return 0;
}
