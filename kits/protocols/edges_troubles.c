/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong at a pin. */
#include "kits/protocols/edges.h"

/* clang-format off */
const struct model_trouble edges_troubles[] = {
	{"edges-lost", "变化太快，漏了一些；放慢一点，再看看线松了没有",
		"Edges came faster than the board can take them; slow down, and see whether a wire is loose"},
	{"blocked-too-long", "光门被挡得太久；把挡着的东西拿开",
		"The gate was blocked for too long; take away what blocks it"},
	{"overtaken", "前一个还没到另一个光门，又来了一个；一次只放一个",
		"A second one came before the first reached the other gate; let one pass at a time"},
	{"too-fast-for-the-tube", "计数太快，管子跟不上；把源拿远一点",
		"It counts faster than the tube can follow; move the source away"},
	{"no-echo", "没有听到回声；对准平的东西，靠近一点",
		"No echo came back; aim at something flat, and nearer"},
	{"no-answer", "超声波模块没有反应；看看它的电源、Trig 线和 Echo 线",
		"The module does not respond; check its power and its wires Trig and Echo"},
	{"stuck-high", "Echo 线一直是高电平；给模块断电再通电，看看 Echo 线",
		"The Echo wire stays high; switch the module off and on, and check that wire"},
	{"no-trigger", "发不出触发；看看 Trig 接的引脚有没有被别的程序占着，再重启板子",
		"The trigger cannot be sent; see whether another program has the Trig pin, and restart the board"},
	{NULL, NULL, NULL},
};
/* clang-format on */
