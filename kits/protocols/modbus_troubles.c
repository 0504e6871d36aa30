/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong on two wires, and what a probe says that understood the question and refuses (the
 * codes are those of the Modbus Application Protocol V1.1b3, 7). */
#include "kits/protocols/modbus_plan.h"

/* clang-format off */
const struct model_trouble modbus_troubles[] = {
	{"timeout", "没有应答；看看它通电没有，A、B 两根线接对没有，地址对不对",
		"No answer; check its power, its wires A and B, and its address"},
	{"checksum", "有应答但听不清；看看是不是两个探头用了同一个地址，再查接线、终端电阻和波特率",
		"It answers, but not clearly; see whether two probes have one address, then check wires, termination and bit rate"},
	{"exception-1", "探头不会这样读（功能码）；看看配置里写的器材和接着的探头是不是同一种",
		"The probe does not know this function; see that the kit in the configuration is the probe that hangs there"},
	{"exception-2", "探头没有要读的寄存器；看看配置里写的器材和接着的探头是不是同一种",
		"The probe has no such register; see that the kit in the configuration is the probe that hangs there"},
	{"exception-3", "探头不让一次读这么多；看看配置里写的器材和接着的探头是不是同一种",
		"The probe refuses so many registers; see that the kit in the configuration is the probe that hangs there"},
	{"exception-4", "探头说自己出了故障；断电再通电，还不行就换一个",
		"The probe says that it is broken; switch it off and on, and replace it if that does not help"},
	{"exception-5", "探头还在准备；等一会儿",
		"The probe is still at work on the question; wait a moment"},
	{"exception-6", "探头正忙；等一会儿，还不行就断电再通电",
		"The probe is busy; wait a moment, then switch it off and on"},
	{"exception-7", "探头拒绝了；断电再通电",
		"The probe refuses; switch it off and on"},
	{"exception-8", "探头的存储器出错；断电再通电，还不行就换一个",
		"The probe's memory fails; switch it off and on, and replace it if that does not help"},
	{"exception-9", "探头拒绝了，原因不明（9）；断电再通电",
		"The probe refuses and does not say why (9); switch it off and on"},
	{"exception-10", "网关找不到去探头的路；看看网关的接线和设置",
		"The gateway knows no way to the probe; check the gateway's wires and settings"},
	{"exception-11", "网关等不到探头应答；看看探头的电源和 A、B 线",
		"The gateway gets no answer from the probe; check the probe's power and wires A and B"},
	{"exception-unknown", "探头拒绝了，原因不明；断电再通电",
		"The probe refuses for a reason that no standard names; switch it off and on"},
	{"too-many-channels", "这种探头量太多，一个转接器上只能接一个；在配置的 slaves 里只留一个地址",
		"This probe measures too much for several on one adapter; leave one address in slaves"},
	{NULL, NULL, NULL},
};
/* clang-format on */
