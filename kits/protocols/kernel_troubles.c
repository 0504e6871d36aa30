/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong with a sensor that the kernel reads. */
#include "kits/protocols/kernel_text.h"

/* clang-format off */
const struct model_trouble kernel_troubles[] = {
	{"busy", "传感器正忙；关掉别的用它的程序，等一会儿",
		"The sensor is busy; stop other programs that read it, and wait a moment"},
	{"gone", "找不到传感器了；看看它的线",
		"The sensor is gone; check its wires"},
	{"bus", "读传感器出错；看看它的电源线和信号线",
		"The sensor cannot be read; check its power and signal wires"},
	{"not-measured", "传感器没有量成；看看它的电源线和上拉电阻",
		"The sensor did not measure; check its power wire and its pull-up resistor"},
	{NULL, NULL, NULL},
};
/* clang-format on */
