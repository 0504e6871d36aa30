/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First drafts that are right as they stand: `kitlog kit check` finds missing in a new folder only
 * what nobody can make up. Lines with TODO are the maker's to settle. */
#include <string.h>

#include "tools/kitlog/kit_new.h"

/* --- families --- */

static void frames_keys(const struct draft_kit *draft, struct text *text)
{
	size_t length = DRAFT_FRAME_HEAD + DRAFT_FIELD * draft->n_channels + 1;

	text_addf(text,
		"serial: 115200 8N1\n"
		"frames:\n"
		"  start: AA 55                   # TODO how a frame begins\n"
		"  length: %zu\n"
		"  checksum: sum8 0..%zu @%zu\n",
		length, length - 2, length - 1);
}

static void frames_from(const struct draft_kit *draft, size_t i, struct text *text)
{
	(void)draft;
	text_addf(text, "u16be@%zu", DRAFT_FRAME_HEAD + DRAFT_FIELD * i);
}

static void lines_keys(const struct draft_kit *draft, struct text *text)
{
	(void)draft;
	text_add(text,
		"serial: auto\nlines: {format: csv}        # TODO auto, labels, columns, csv, "
		"json or tuple\n");
}

static void lines_from(const struct draft_kit *draft, size_t i, struct text *text)
{
	(void)draft;
	text_addf(text, "column %zu", i + 1);
}

static void modbus_keys(const struct draft_kit *draft, struct text *text)
{
	(void)draft;
	text_add(text,
		"serial: 9600 8N1\nmodbus: {slave: 1, every: 1 s, timeout: 500 ms}   # TODO address\n");
}

static void modbus_from(const struct draft_kit *draft, size_t i, struct text *text)
{
	(void)draft;
	text_addf(text, "input %zu s16", i);
}

static void firmata_keys(const struct draft_kit *draft, struct text *text)
{
	(void)draft;
	text_add(text, "serial: 57600 8N1\nfirmata: {every: 50 ms}\n");
}

static void firmata_from(const struct draft_kit *draft, size_t i, struct text *text)
{
	(void)draft;
	text_addf(text, "analog %zu", i);
}

static void write_driver_key(const struct draft_kit *draft, struct text *text)
{
	if (draft->has_driver)
		text_addf(text, "driver: %s\n", draft->name);
}

static void hid_keys(const struct draft_kit *draft, struct text *text)
{
	text_addf(text, "hid: {report: %-2zu}                # TODO bytes of a report\n",
		DRAFT_FIELD * draft->n_channels);
	write_driver_key(draft, text);
}

static void usb_keys(const struct draft_kit *draft, struct text *text)
{
	text_addf(text,
		"usb: {}                          # TODO what is asked, if it must be:\n"
		"                                 # {ask: C0 04 00 00 00 00 %02zX 00, every: 250 ms}\n",
		DRAFT_FIELD * draft->n_channels);
	write_driver_key(draft, text);
}

/* A driver's outputs have the channels' names. */
static void report_from(const struct draft_kit *draft, size_t i, struct text *text)
{
	if (draft->has_driver)
		text_add(text, draft->channels[i].id);
	else
		text_addf(text, "u16le@%zu", DRAFT_FIELD * i);
}

/* What a mode is told by the teacher. */
static void write_settings(const char *mode, struct text *text)
{
	static const struct {
		const char *mode, *settings;
	} all[] = {
		{"gate",
			"  - {id: flag, name: {zh: 挡光片宽度, en: Flag width}, unit: mm, value: "
			"25, range: [1, 200]}\n"},
		{"pendulum",
			"  - {id: flag, name: {zh: 摆球直径, en: Bob diameter}, unit: mm, "
			"value: 20, range: [1, 100]}\n"},
		{"wheel",
			"  - {id: marks, name: {zh: 磁铁数, en: Magnets}, unit: \"1\", value: 1, "
			"range: [1, 100]}\n"
			"  - {id: diameter, name: {zh: 轮子直径, en: Wheel diameter}, unit: mm, "
			"value: 65, range: [5, 2000]}\n"},
		{"picket-fence",
			"  - {id: bar, name: {zh: 条纹间距, en: Bar spacing}, unit: mm, "
			"value: 50, range: [1, 200]}\n"},
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i].mode, mode) == 0)
			text_addf(text,
				"settings:                        # TODO what the teacher measures\n"
				"%s",
				all[i].settings);
}

static void edges_keys(const struct draft_kit *draft, struct text *text)
{
	bool is_ultrasonic = strcmp(draft->mode, "ultrasonic") == 0;

	text_addf(text,
		"gpio:\n%s"
		"  - {id: line1, pin: 17, bias: pull-up, active: %s}   # TODO the pin\n"
		"edges: {mode: %s, lines: [%sline1], timeout: %s}\n",
		is_ultrasonic
			? "  - {id: trigger, pin: 27, output: yes}                # TODO the pin\n"
			: "",
		is_ultrasonic ? "high" : "low", draft->mode, is_ultrasonic ? "trigger, " : "",
		is_ultrasonic ? "90 ms" : "10 s");
	write_settings(draft->mode, text);
}

/* A name and a code that no kit has yet. */
static void iio_keys(const struct draft_kit *draft, struct text *text)
{
	text_addf(text, "iio: {name: [%s]}               # TODO names of the kernel's driver\n",
		draft->name);
}

static void onewire_keys(const struct draft_kit *draft, struct text *text)
{
	(void)draft;
	text_add(text, "onewire: {code: [\"ff\"]}         # TODO the chip's family code\n");
}

/* Several of one quantity are axes (%c) or are numbered (%d). */
static void source_from(const struct draft_kit *draft, size_t i, struct text *text)
{
	const struct draft_source *source = draft_source(draft, i);
	size_t n = strcspn(source->from, "%"), earlier = 0;

	for (size_t j = 0; j < i; j++)
		earlier += draft->channels[j].quantity == draft->channels[i].quantity;
	text_add_bytes(text, source->from, n);
	if (source->from[n] && source->from[n + 1] == 'c')
		text_add_char(text, (char)('x' + earlier));
	else if (source->from[n])
		text_addf(text, "%zu", earlier);
	if (source->rate)
		text_addf(text, "\n    rate: %s", source->rate);
}

static const struct draft_family families[] = {
	{"frames", "serial", "定长或自报长度的字节帧", "frames of bytes", true, false, "10 Hz",
		"value:number:1", frames_keys, frames_from},
	{"lines", "serial", "一行一行的文字", "lines of text", true, false, "10 Hz",
		"value:number:1", lines_keys, lines_from},
	{"modbus", "serial", "Modbus RTU，一问一答", "Modbus RTU", true, false, NULL,
		"value:number:1", modbus_keys, modbus_from},
	{"firmata", "serial", "StandardFirmata 板", "a StandardFirmata board", true, false, NULL,
		"value:number:1", firmata_keys, firmata_from},
	{"hid", "usb", "USB HID 报告", "USB HID reports", true, true, "10 Hz", "value:number:1",
		hid_keys, report_from},
	{"usb", "usb", "自有协议的 USB 仪器", "USB with a protocol of its own", true, true, "10 Hz",
		"value:number:1", usb_keys, report_from},
	{"edges", "gpio", "引脚的边沿", "edges of a pin", false, false, NULL, "count:count:1",
		edges_keys, source_from},
	{"iio", "iio", "内核驱动的传感器", "a sensor that the kernel drives", false, false, "1 Hz",
		"temp:temperature:Cel", iio_keys, source_from},
	{"onewire", "onewire", "1-Wire 传感器", "a 1-Wire sensor", false, false, "1 Hz",
		"temp:temperature:Cel", onewire_keys, source_from},
};

enum { FAMILIES = sizeof families / sizeof *families };

const struct draft_family *draft_family_at(size_t index)
{
	return index < FAMILIES ? &families[index] : NULL;
}

const struct draft_family *draft_family_find(const char *name)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (strcmp(families[i].name, name) == 0)
			return &families[i];
	return NULL;
}

const struct draft_family *draft_family_of_transport(const char *transport)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (strcmp(families[i].transport, transport) == 0)
			return &families[i];
	return NULL;
}

/* --- kit.yaml --- */

static void write_channel(const struct draft_kit *draft, size_t i, struct text *text)
{
	const struct draft_channel *channel = &draft->channels[i];

	text_addf(text,
		"  - id: %s\n"
		"    name: {zh: %s, en: %s}\n"
		"    quantity: %s\n"
		"    unit: \"%s\"\n"
		"    range: [0, 1000]             # TODO what it can measure\n"
		"    resolution: 0.1\n"
		"    from: ",
		channel->id, channel->quantity->zh, channel->quantity->en, channel->quantity->id,
		channel->unit);
	draft->family->write_from(draft, i, text);
	text_add(text, "\n");
}

void draft_write_yaml(const struct draft_kit *draft, struct text *text)
{
	text_addf(text, "kit: %s\nname: {zh: %s, en: %s}\n", draft->name, draft->zh, draft->en);
	if (draft->family->has_ids)
		text_addf(text,
			"match:                           # kitlog kit probe shows ids and product\n"
			"  - usb: 1209:0001               # TODO\n"
			"    product: %-20s # TODO, or leave it out; other drafts have these ids, too\n",
			draft->name);
	draft->family->write_keys(draft, text);
	if (draft->family->rate)
		text_addf(text, "rate: %s\n", draft->family->rate);
	text_add(text, "channels:\n");
	for (size_t i = 0; i < draft->n_channels; i++)
		write_channel(draft, i, text);
	text_add(text,
		"traps:                           # what goes wrong in class\n"
		"  - {zh: 插头没插紧, en: The plug is loose}     # TODO\n");
}

/* --- READMEs --- */

static void write_chinese(const struct draft_kit *draft, struct text *text)
{
	text_addf(text,
		"<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
		"# %s\n\n给用它上课的老师。[English](README.md)\n\n## 接线\n\nTODO 怎么接，插哪里。\n\n"
		"## 量什么\n\n| 通道 | 单位 | 量程 | 准确度 |\n|---|---|---|---|\n",
		draft->zh);
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, "| %s | %s | TODO | TODO |\n", draft->channels[i].quantity->zh,
			draft->channels[i].unit);
	text_add(text, "\n## 课上会出什么错\n\n- TODO\n\n## 还没在实物上见过\n\n- TODO\n");
}

static void write_english(const struct draft_kit *draft, struct text *text)
{
	text_addf(text,
		"<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
		"# %s\n\nFor the teacher who uses it. [中文](README.zh-CN.md)\n\n## Wiring\n\n"
		"TODO how it is connected, and where.\n\n## What it measures\n\n"
		"| channel | unit | range | accuracy |\n|---|---|---|---|\n",
		draft->en);
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, "| %s | %s | TODO | TODO |\n", draft->channels[i].quantity->en,
			draft->channels[i].unit);
	text_add(text,
		"\n## What goes wrong in class\n\n- TODO\n\n## Not yet seen on hardware\n\n- TODO\n");
}

void draft_write_readme(const struct draft_kit *draft, bool is_chinese, struct text *text)
{
	if (is_chinese)
		write_chinese(draft, text);
	else
		write_english(draft, text);
}
