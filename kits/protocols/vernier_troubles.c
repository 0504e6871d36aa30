/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong with a probe of Vernier, beside what every USB kit can say. */
#include "kits/protocols/vernier.h"

/* clang-format off */
const struct model_trouble vernier_troubles[] = {
	{"start-refused", "它不肯开始测量；看看探头插好没有，再拔下插一次",
		"It refuses to measure; push its probe in firmly, then unplug it and plug it in again"},
	{"no-calibration", "探头没有出厂校准，读数不准；把探头插紧，再拔下插一次",
		"The probe tells no factory calibration; push it in firmly, then unplug the kit and plug it in again"},
	{NULL, NULL, NULL},
};
/* clang-format on */
