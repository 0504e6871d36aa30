/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of any kind as a Firmata board, with and without a kit.yaml. */
#include <stdlib.h>

#include "kits/protocols/firmata_message.h"
#include "support/fuzz_kit.h"
#include "support/kit_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_firmata;

static const char yaml[] =
	"kit: x\nname: {zh: 甲, en: X}\nserial: 57600 8N1\nfirmata: {every: 20 ms}\nrate: 50 Hz\n"
	"channels:\n"
	"  - {id: a, name: {zh: 甲, en: A}, quantity: number, unit: \"1\", range: [0, 9], "
	"resolution: 1, from: analog 1}\n"
	"  - {id: b, name: {zh: 乙, en: B}, quantity: state, unit: \"1\", range: [0, 1], "
	"resolution: 1, from: digital 127}\n";

/* Each message takes something, and no more than there is. */
static void check_messages(const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		struct firmata_message message;

		firmata_read(bytes, n, &message);
		if (message.kind == FIRMATA_WAIT)
			return;
		if (message.length == 0 || message.length > n)
			abort();
		if (message.kind == FIRMATA_SYSEX && message.n + 3 > message.length)
			abort();
		bytes += message.length;
		n -= message.length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct model *model;

	if (!model)
		model = kit_rig_read(yaml);
	check_messages(bytes, n);
	if (n % 3)
		fuzz_kit(&kit_family_firmata, bytes, n);
	else
		fuzz_serial_kit(&kit_family_firmata, model, bytes, n);
	return 0;
}
