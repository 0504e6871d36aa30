/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First drafts that are right as they stand: `kitlog kit check` finds missing in a new folder only
 * what nobody can make up. Lines with TODO are the maker's to settle. */
#include <string.h>

#include "tools/kitlog/kit_new.h"

/* --- families --- */

enum { FRAME_HEAD = 3, FIELD = 2 }; /* AA 55 and a sequence number; each channel two bytes */

static size_t frame_length(size_t n_channels)
{
	return FRAME_HEAD + FIELD * n_channels + 1;
}

static void frames_keys(struct text *text, size_t n)
{
	text_addf(text,
		"serial: 115200 8N1\n"
		"frames:\n"
		"  start: AA 55                   # TODO how a frame begins\n"
		"  length: %zu\n"
		"  checksum: sum8 0..%zu @%zu\n",
		frame_length(n), frame_length(n) - 2, frame_length(n) - 1);
}

static void frames_from(struct text *text, size_t i, const char *quantity)
{
	(void)quantity;
	text_addf(text, "u16be@%zu", FRAME_HEAD + FIELD * i);
}

static void frames_events(struct text *text, const struct draft_channel *channels, size_t n)
{
	(void)channels;
	for (unsigned row = 1; row <= 3; row++) {
		unsigned sum = 0xaa + 0x55 + row;

		text_addf(text, "0.%u00000000 < AA 55 %02X", row, row);
		for (size_t i = 0; i < n; i++) {
			text_addf(text, " 00 %02X", row * 10);
			sum += row * 10;
		}
		text_addf(text, " %02X\n", sum & 0xff);
	}
}

static void lines_keys(struct text *text, size_t n)
{
	(void)n;
	text_add(text,
		"serial: auto\nlines: {format: csv}        # TODO auto, labels, columns, csv, "
		"json or tuple\n");
}

static void lines_from(struct text *text, size_t i, const char *quantity)
{
	(void)quantity;
	text_addf(text, "column %zu", i + 1);
}

static void modbus_keys(struct text *text, size_t n)
{
	(void)n;
	text_add(text,
		"serial: 9600 8N1\nmodbus: {slave: 1, every: 1 s, timeout: 500 ms}   # TODO address\n");
}

static void modbus_from(struct text *text, size_t i, const char *quantity)
{
	(void)quantity;
	text_addf(text, "input %zu s16", i);
}

static void firmata_keys(struct text *text, size_t n)
{
	(void)n;
	text_add(text, "serial: 57600 8N1\nfirmata: {every: 50 ms}\n");
}

static void firmata_from(struct text *text, size_t i, const char *quantity)
{
	(void)quantity;
	text_addf(text, "analog %zu", i);
}

static void hid_keys(struct text *text, size_t n)
{
	text_addf(text, "hid: {report: %zu}               # TODO bytes of a report\n", FIELD * n);
}

static void hid_from(struct text *text, size_t i, const char *quantity)
{
	(void)quantity;
	text_addf(text, "u16le@%zu", FIELD * i);
}

static void hid_events(struct text *text, const struct draft_channel *channels, size_t n)
{
	(void)channels;
	for (unsigned row = 1; row <= 3; row++) {
		text_addf(text, "0.%u00000000 <", row);
		for (size_t i = 0; i < n; i++)
			text_addf(text, " %02X 00", row * 10);
		text_add(text, "\n");
	}
}

static void edges_keys(struct text *text, size_t n)
{
	(void)n;
	text_add(text,
		"gpio:\n"
		"  - {id: line1, pin: 17, bias: pull-up, active: low}   # TODO the pin\n"
		"edges: {mode: counter, lines: [line1], timeout: 10 s}  # TODO the mode\n");
}

struct source {
	const char *quantity, *from;
};

/* The usual source of a quantity; the last of the list for every other. */
static const char *source_of(const struct source *sources, const char *quantity)
{
	while (sources->quantity && strcmp(sources->quantity, quantity) != 0)
		sources++;
	return sources->from;
}

static void edges_from(struct text *text, size_t i, const char *quantity)
{
	static const struct source sources[] = {
		{"frequency", "frequency"}, {"count-rate", "rate"}, {NULL, "count"}};

	(void)i;
	text_add(text, source_of(sources, quantity));
}

static void iio_keys(struct text *text, size_t n)
{
	(void)n;
	text_add(text, "iio: {name: [bme280]}           # TODO names of the kernel's driver\n");
}

static void iio_from(struct text *text, size_t i, const char *quantity)
{
	static const struct source sources[] = {{"temperature", "in_temp_input"},
		{"humidity", "in_humidityrelative_input"}, {"pressure", "in_pressure_input"},
		{"illuminance", "in_illuminance_input"}, {"co2", "in_concentration_co2_input"},
		{"acceleration", "in_accel_x"}, {"angular-speed", "in_anglvel_x"},
		{"magnetic-field", "in_magn_x"}, {"distance", "in_distance_input"},
		{"current", "in_current_input"}, {"power", "in_power_input"}, {NULL, "in_voltage"}};
	const char *from = source_of(sources, quantity);

	text_add(text, from);
	if (strcmp(from, "in_voltage") == 0)
		text_addf(text, "%zu", i);
}

static void onewire_keys(struct text *text, size_t n)
{
	(void)n;
	text_add(text, "onewire: {code: [\"28\"]}         # TODO the chip's family code\n");
}

static void onewire_from(struct text *text, size_t i, const char *quantity)
{
	(void)i;
	(void)quantity;
	text_add(text, "temperature");
}

static const struct draft_family families[] = {
	{"frames", "serial", "定长或自报长度的字节帧", "frames of bytes", true, frames_keys,
		frames_from, frames_events},
	{"lines", "serial", "一行一行的文字", "lines of text", true, lines_keys, lines_from, NULL},
	{"modbus", "serial", "Modbus RTU，一问一答", "Modbus RTU", true, modbus_keys, modbus_from,
		NULL},
	{"firmata", "serial", "StandardFirmata 板", "a StandardFirmata board", true, firmata_keys,
		firmata_from, NULL},
	{"hid", "usb", "USB HID 报告", "USB HID reports", true, hid_keys, hid_from, hid_events},
	{"edges", "gpio", "引脚的边沿", "edges of a pin", false, edges_keys, edges_from, NULL},
	{"iio", "iio", "内核驱动的传感器", "a sensor that the kernel drives", false, iio_keys,
		iio_from, NULL},
	{"onewire", "onewire", "1-Wire 传感器", "a 1-Wire sensor", false, onewire_keys,
		onewire_from, NULL},
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
		"    range: [0, 100]              # TODO what it can measure\n"
		"    resolution: 0.1\n"
		"    from: ",
		channel->id, channel->quantity->zh, channel->quantity->en, channel->quantity->id,
		channel->unit);
	draft->family->write_from(text, i, channel->quantity->id);
	text_add(text, "\n");
}

void draft_write_yaml(const struct draft_kit *draft, struct text *text)
{
	text_addf(text, "kit: %s\nname: {zh: %s, en: %s}\n", draft->name, draft->zh, draft->en);
	if (draft->family->has_ids)
		text_add(text,
			"match:                           # kitlog kit probe shows the ids\n"
			"  - usb: 1209:0001               # TODO\n");
	draft->family->write_keys(text, draft->n_channels);
	text_add(text, "rate: 10 Hz\nchannels:\n");
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

/* --- the first recording --- */

void draft_write_recording(const struct draft_kit *draft, const char *date, struct text *text)
{
	text_addf(text,
		"kit: %s\nmade: by kitlog kit new on %s; replace it by what kitlog kit record "
		"writes\n\n0.000000000 plug\n",
		draft->name, date);
	if (draft->family->write_events)
		draft->family->write_events(text, draft->channels, draft->n_channels);
}
