/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of any kind as a Geiger counter's. */
#include "support/fuzz_kit.h"
#include "support/kit_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_gmc_geiger;

static const char yaml[] =
	"kit: x\nname: {zh: 甲, en: X}\nserial: 115200 8N1\n"
	"frames: {length: 2, ask: text <HEARTBEAT1>>, every: 3 s}\ndriver: gmc-geiger\nrate: 1 Hz\n"
	"channels:\n"
	"  - {id: a, name: {zh: 甲, en: A}, quantity: count, unit: \"1\", range: [0, 9], "
	"resolution: 1, from: counts}\n"
	"  - {id: b, name: {zh: 乙, en: B}, quantity: count-rate, unit: /min, range: [0, 9], "
	"resolution: 1, from: cpm}\n";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct model *model;

	if (!model)
		model = kit_rig_read(yaml);
	fuzz_serial_kit(&kit_family_gmc_geiger, model, bytes, n);
	return 0;
}
