/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/trouble.h"

#include <string.h>

#include "base/text.h"

struct row {
	const char *family; /* NULL: any; those with one stand before it */
	const char *word, *zh, *en;
};

/* clang-format off */
static const struct row rows[] = {
	/* Nobody answers, or not clearly. */
	{"modbus", "timeout", "没有应答；看看它通电没有，A、B 两根线接对没有，地址对不对",
		"No answer; check its power, its wires A and B, and its address"},
	{"modbus", "checksum", "有应答但听不清；看看是不是两个探头用了同一个地址，再查接线、终端电阻和波特率",
		"It answers, but not clearly; see whether two probes have one address, then check wires, termination and bit rate"},
	{"frames", "timeout", "没有应答；看看它通电没有，TX、RX 两根线接反没有",
		"No answer; check its power, and whether wires TX and RX are swapped"},
	{"gmc-geiger", "timeout", "没有应答；打开计数器的电源开关",
		"No answer; switch the counter on"},
	{NULL, "timeout", "没有应答；看看它通电没有、线插紧没有，再拔下插一次",
		"No answer; check its power and its cable, then unplug it and plug it in again"},
	{NULL, "not-sent", "问不出去；拔下转接器再插一次",
		"It could not be asked; unplug its adapter and plug it in again"},
	{NULL, "checksum", "收到的数据有错；把线插紧，或换一根短一点的线",
		"Damaged data came; push the cable in firmly, or take a shorter one"},
	{NULL, "silent", "板子不再送来读数；按一下它的复位键",
		"The board sends no more readings; press its reset button"},

	/* A Modbus probe understood the question and says no. */
	{NULL, "exception-1", "探头不会这样读（功能码）；看看配置里写的器材和接着的探头是不是同一种",
		"The probe does not know this function; see that the kit in the configuration is the probe that hangs there"},
	{NULL, "exception-2", "探头没有要读的寄存器；看看配置里写的器材和接着的探头是不是同一种",
		"The probe has no such register; see that the kit in the configuration is the probe that hangs there"},
	{NULL, "exception-3", "探头不让一次读这么多；看看配置里写的器材和接着的探头是不是同一种",
		"The probe refuses so many registers; see that the kit in the configuration is the probe that hangs there"},
	{NULL, "exception-4", "探头说自己出了故障；断电再通电，还不行就换一个",
		"The probe says that it is broken; switch it off and on, and replace it if that does not help"},
	{NULL, "exception-5", "探头还在准备；等一会儿",
		"The probe is still at work on the question; wait a moment"},
	{NULL, "exception-6", "探头正忙；等一会儿，还不行就断电再通电",
		"The probe is busy; wait a moment, then switch it off and on"},
	{NULL, "exception-7", "探头拒绝了；断电再通电",
		"The probe refuses; switch it off and on"},
	{NULL, "exception-8", "探头的存储器出错；断电再通电，还不行就换一个",
		"The probe's memory fails; switch it off and on, and replace it if that does not help"},
	{NULL, "exception-9", "探头拒绝了，原因不明（9）；断电再通电",
		"The probe refuses and does not say why (9); switch it off and on"},
	{NULL, "exception-10", "网关找不到去探头的路；看看网关的接线和设置",
		"The gateway knows no way to the probe; check the gateway's wires and settings"},
	{NULL, "exception-11", "网关等不到探头应答；看看探头的电源和 A、B 线",
		"The gateway gets no answer from the probe; check the probe's power and wires A and B"},
	{NULL, "exception-unknown", "探头拒绝了，原因不明；断电再通电",
		"The probe refuses for a reason that no standard names; switch it off and on"},
	{NULL, "too-many-channels", "这种探头量太多，一个转接器上只能接一个；在配置的 slaves 里只留一个地址",
		"This probe measures too much for several on one adapter; leave one address in slaves"},

	/* USB kits. */
	{NULL, "description", "说不清自己是什么；拔下再插一次",
		"It does not say properly what it is; unplug it and plug it in again"},
	{NULL, "length", "送来的数据长短不对；拔下再插一次，还不行就是另一种型号",
		"Data of a wrong length come; unplug it and plug it in again; if it stays so, it is another model"},
	{NULL, "packet", "送来的数据看不懂；拔下再插一次",
		"It sends what cannot be read; unplug it and plug it in again"},
	{NULL, "answer", "应答不对；拔下再插一次",
		"It answers wrongly; unplug it and plug it in again"},
	{NULL, "answer-too-long", "应答太长；拔下再插一次",
		"Its answer is too long; unplug it and plug it in again"},
	{NULL, "unasked", "没问它，它也送数据；关掉用着它的别的程序，再拔下插一次",
		"It answers what nobody asked; stop other programs that use it, then plug it in again"},
	{NULL, "refused", "它不听请求；拔下再插一次",
		"It refuses to be asked; unplug it and plug it in again"},
	{NULL, "start-refused", "它不肯开始测量；看看探头插好没有，再拔下插一次",
		"It refuses to measure; push its probe in firmly, then unplug it and plug it in again"},
	{NULL, "no-calibration", "探头没有出厂校准，读数不准；把探头插紧，再拔下插一次",
		"The probe tells no factory calibration; push it in firmly, then unplug the kit and plug it in again"},
	{NULL, "no-analog-pins", "板子上没有能用的模拟口；给它写入 StandardFirmata",
		"The board has no analog pins to read; put StandardFirmata on it"},

	/* Sensors of the kernel. */
	{NULL, "busy", "传感器正忙；关掉别的用它的程序，等一会儿",
		"The sensor is busy; stop other programs that read it, and wait a moment"},
	{NULL, "gone", "找不到传感器了；看看它的线",
		"The sensor is gone; check its wires"},
	{NULL, "bus", "读传感器出错；看看它的电源线和信号线",
		"The sensor cannot be read; check its power and signal wires"},
	{NULL, "not-measured", "传感器没有量成；看看它的电源线和上拉电阻",
		"The sensor did not measure; check its power wire and its pull-up resistor"},

	/* At the pins. */
	{NULL, "edges-lost", "变化太快，漏了一些；放慢一点，再看看线松了没有",
		"Edges came faster than the board can take them; slow down, and see whether a wire is loose"},
	{NULL, "blocked-too-long", "光门被挡得太久；把挡着的东西拿开",
		"The gate was blocked for too long; take away what blocks it"},
	{NULL, "overtaken", "前一个还没到另一个光门，又来了一个；一次只放一个",
		"A second one came before the first reached the other gate; let one pass at a time"},
	{NULL, "too-fast-for-the-tube", "计数太快，管子跟不上；把源拿远一点",
		"It counts faster than the tube can follow; move the source away"},
	{NULL, "no-echo", "没有听到回声；对准平的东西，靠近一点",
		"No echo came back; aim at something flat, and nearer"},
	{NULL, "no-answer", "超声波模块没有反应；看看它的电源、Trig 线和 Echo 线",
		"The module does not respond; check its power and its wires Trig and Echo"},
	{NULL, "stuck-high", "Echo 线一直是高电平；给模块断电再通电，看看 Echo 线",
		"The Echo wire stays high; switch the module off and on, and check that wire"},
	{NULL, "no-trigger", "发不出触发；看看 Trig 接的引脚有没有被别的程序占着，再重启板子",
		"The trigger cannot be sent; see whether another program has the Trig pin, and restart the board"},
};
/* clang-format on */

enum { ROWS = sizeof rows / sizeof *rows };

/* A device's text may be cut. */
static bool is_family(const char *family, const struct row *row)
{
	size_t most = sizeof((struct device *)0)->family - 1;

	return !row->family || strncmp(family, row->family, most) == 0;
}

static const struct row *find(const char *family, const char *word)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].word, word) == 0 && is_family(family, &rows[i]))
			return &rows[i];
	return NULL;
}

static void say(const char *zh, const char *en, struct trouble_words *ret_words)
{
	text_copy(ret_words->zh, sizeof ret_words->zh, zh);
	text_copy(ret_words->en, sizeof ret_words->en, en);
}

void trouble_of_word(const char *family, const char *word, struct trouble_words *ret_words)
{
	const struct row *row = find(family, word);

	if (row || !word[0]) {
		say(row ? row->zh : "", row ? row->en : "", ret_words);
		return;
	}
	struct text zh = text_over(ret_words->zh, sizeof ret_words->zh);
	struct text en = text_over(ret_words->en, sizeof ret_words->en);

	text_addf(&zh, "出了问题（%s）；拔下再插一次", word);
	text_addf(&en, "Something is wrong (%s); unplug it and plug it in again", word);
}

void trouble_of_state(enum device_state state, struct trouble_words *ret_words)
{
	switch (state) {
	case DEVICE_SILENT:
		say("不再有读数；看看电源和线，按一下器材上的复位键，或拔下再插一次",
			"No more readings; check power and cable, press reset on the kit, or unplug "
			"it and plug it in again",
			ret_words);
		break;
	case DEVICE_GARBLED:
		say("它的话听不懂；拔下再插一次，还不行就在配置里给这个口写上 speed",
			"What it sends is not understood; unplug it and plug it in again, and if it "
			"stays so give this port its speed in the configuration",
			ret_words);
		break;
	case DEVICE_TEXT:
		say("它发来的是文字，但不是读数；让它每行打印 1 到 16 个数，名字每行都一样",
			"It sends text, but no readings; let its program print 1 to 16 numbers a "
			"line, under the same names in each",
			ret_words);
		break;
	case DEVICE_LISTENING:
	case DEVICE_READY:
		say("", "", ret_words);
		break;
	}
}

bool trouble_knows(const char *word)
{
	for (size_t i = 0; i < ROWS; i++)
		if (!rows[i].family && strcmp(rows[i].word, word) == 0)
			return true;
	return false;
}
