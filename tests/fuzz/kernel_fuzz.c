/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's files may say, through the families iio (in turns and by its buffer) and
 * onewire. The first byte chooses. */
#include "support/fuzz_kit.h"
#include "support/kit_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

extern const struct kit_family kit_family_iio, kit_family_onewire;

#define CHANNEL(id, quantity, unit, from) \
	"  - {id: " id ", name: {zh: 甲, en: A}, quantity: " quantity ", unit: \"" unit \
	"\", range: [-9, 9], resolution: 0.01, from: " from "}\n"
#define HEAD "kit: x\nname: {zh: 甲, en: X}\nrate: 50 Hz\n"

static struct {
	const char *yaml;
	const struct kit_family *family;
	enum kit_transport transport;
	const struct model *model;
} kits[] = {
	{HEAD "iio: {name: [bme280]}\nchannels:\n" CHANNEL("a", "temperature", "Cel", "in_temp")
			CHANNEL("b", "pressure", "hPa", "in_pressure"),
		&kit_family_iio, KIT_IIO, NULL},
	{HEAD "iio: {name: [mpu6050], buffered: yes}\nchannels:\n" CHANNEL("a", "acceleration",
		 "m/s2", "in_accel_x") CHANNEL("b", "angular-speed", "deg/s", "in_anglvel_x"),
		&kit_family_iio, KIT_IIO, NULL},
	{HEAD "onewire: {code: [28]}\nchannels:\n" CHANNEL(
		 "a", "temperature", "Cel", "temperature"),
		&kit_family_onewire, KIT_ONEWIRE, NULL},
};

enum { KITS = sizeof(kits) / sizeof(kits[0]) };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	size_t chosen = n > 0 ? bytes[0] % KITS : 0;

	if (!kits[chosen].model)
		kits[chosen].model = kit_rig_read(kits[chosen].yaml);
	if (n > 0)
		fuzz_kernel_kit(kits[chosen].family, kits[chosen].model, kits[chosen].transport,
			bytes + 1, n - 1);
	return 0;
}
