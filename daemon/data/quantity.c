/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of quantities, and finding in it. One that is not here is shown by its own name. Units
 * are in quantity_unit.c. */
#include "data/quantity.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "data/word.h"

/* No word of one letter: t may be a time, h a height, v a voltage, and a wrong name is worse than
 * none. */
/* clang-format off */
static const struct quantity quantities[] = {
	{"temperature",   "温度",     "Temperature",     "Cel K [degF]", {"temp", "temperature", "tmp", "室温", "水温", "气温"}},
	{"humidity",      "湿度",     "Humidity",        "%", {"hum", "humidity", "rh", "humi", "相对湿度"}},
	{"co2",           "二氧化碳", "Carbon dioxide",  "[ppm] %", {"co2", "eco2"}},
	{"voc",           "挥发性有机物", "Volatile organics", "[ppb] [ppm] 1", {"tvoc", "voc"}},
	{"particles",     "细颗粒物", "Fine particles",  "ug/m3 mg/m3", {"pm25", "pm2", "pm10", "pm1"}},
	{"pressure",      "气压",     "Pressure",        "kPa Pa hPa mbar bar mm[Hg]", {"press", "pressure", "baro", "压强", "压力"}},
	{"voltage",       "电压",     "Voltage",         "V mV uV kV", {"volt", "voltage", "volts"}},
	{"current",       "电流",     "Current",         "A mA uA", {"current", "amp", "amps"}},
	{"power",         "功率",     "Power",           "W mW kW", {"power"}},
	{"energy",        "能量",     "Energy",          "W.h kW.h J kJ", {"energy", "电能"}},
	{"power-factor",  "功率因数", "Power factor",    "1", {0}},
	{"resistance",    "电阻",     "Resistance",      "Ohm kOhm MOhm", {"resistance", "ohm", "ohms"}},
	{"frequency",     "频率",     "Frequency",       "Hz kHz MHz", {"freq", "frequency"}},
	{"distance",      "距离",     "Distance",        "m mm cm km", {"dist", "distance", "range"}},
	{"position",      "位置",     "Position",        "m mm cm", {"pos", "position"}},
	{"altitude",      "海拔",     "Altitude",        "m km", {"alt", "altitude"}},
	{"speed",         "速度",     "Speed",           "m/s cm/s km/h", {"speed", "velocity"}},
	{"acceleration",  "加速度",   "Acceleration",    "m/s2 [g]", {"acc", "accel", "acceleration", "ax", "ay", "az"}},
	{"angle",         "角度",     "Angle",           "deg rad", {"angle", "theta"}},
	{"angular-speed", "角速度",   "Angular speed",   "rad/s deg/s /min", {"gyro", "gx", "gy", "gz"}},
	{"time",          "时间",     "Time",            "s ms us min h", {"time", "millis", "ms", "time_ms", "micros"}},
	{"period",        "周期",     "Period",          "s ms us", {"period"}},
	{"count",         "计数",     "Count",           "1", {"count", "cnt"}},
	{"count-rate",    "计数率",   "Count rate",      "/min /s", {"cpm", "cps"}},
	{"turns",         "圈数",     "Turns",           "1", {"turns"}},
	{"illuminance",   "光照度",   "Illuminance",     "lx klx", {"light", "lux", "illuminance", "als", "brightness", "光照", "亮度"}},
	{"irradiance",    "辐照度",   "Irradiance",      "W/m2 mW/cm2", {"irradiance"}},
	{"uv-index",      "紫外线指数", "UV index",      "1", {"uv", "uvi"}},
	{"sound-level",   "声级",     "Sound level",     "dB dB[SPL]", {"sound", "noise", "db", "mic"}},
	{"ph",            "酸碱度",   "pH",              "[pH]", {"ph"}},
	{"conductivity",  "电导率",   "Conductivity",    "uS/cm mS/cm S/m", {"ec", "conductivity"}},
	{"salinity",      "盐度",     "Salinity",        "g/L mg/L [ppth]", {"salinity"}},
	{"turbidity",     "浊度",     "Turbidity",       "[NTU]", {"turbidity", "ntu"}},
	{"oxygen",        "氧气",     "Oxygen",          "mg/L %", {"oxygen", "溶解氧"}},
	{"concentration", "浓度",     "Concentration",   "mg/kg mg/L g/L ug/m3 mg/m3 g/m3 mol/L mmol/L [ppm] [ppb] %", {"concentration"}},
	{"moisture",      "土壤湿度", "Soil moisture",   "% m3/m3", {"soil", "moisture"}},
	{"force",         "力",       "Force",           "N mN kN", {"force", "拉力"}},
	{"mass",          "质量",     "Mass",            "g kg mg", {"mass", "weight"}},
	{"magnetic-field","磁感应强度", "Magnetic field","mT uT nT T G", {"mag", "mx", "my", "mz"}},
	{"dose-rate",     "剂量率",   "Dose rate",       "uSv/h nSv/h mSv/h", {"dose"}},
	{"flow",          "流量",     "Flow",            "L/min mL/min mL/s L/h m3/h", {"flow"}},
	{"rain",          "雨量",     "Rain",            "mm mm/h", {"rain"}},
	{"state",         "状态",     "State",           "1", {"state"}},
	{"number",        "数",       "Number",          "1", {0}},
	{"raw",           "原始读数", "Raw reading",     NULL, {"raw", "adc", "analog"}},
};

/* Channels that have a name of their own in class. */
static const struct { const char *name, *quantity, *zh, *en; } channels[] = {
	{"water", "temperature",   "水温",     "Water temperature"},
	{"room",  "temperature",   "室温",     "Room temperature"},
	{"co2",   "concentration", "二氧化碳", "Carbon dioxide"},
	{"sine",  "voltage",       "正弦电压", "Sine voltage"},
	{"ramp",  "count",         "序号",     "Number"},
};
/* clang-format on */

enum {
	QUANTITIES = sizeof(quantities) / sizeof(quantities[0]),
	CHANNELS = sizeof(channels) / sizeof(channels[0]),
};

const struct quantity *quantity_find(const char *id)
{
	for (size_t i = 0; i < QUANTITIES; i++)
		if (strcmp(quantities[i].id, id) == 0)
			return &quantities[i];
	return NULL;
}

const struct quantity *quantity_at(size_t index)
{
	return index < QUANTITIES ? &quantities[index] : NULL;
}

bool quantity_has_unit(const struct quantity *quantity, const char *ucum)
{
	const char *at = quantity->units;
	size_t n = strlen(ucum);

	while (at && *at) {
		size_t length = strcspn(at, " ");

		if (length == n && memcmp(at, ucum, n) == 0)
			return true;
		at += length + strspn(at + length, " ");
	}
	return !quantity->units;
}

const char *word_quantity(const char *word)
{
	static _Thread_local char expected[96];
	const char *names[QUANTITIES];
	struct text text = text_over(expected, sizeof expected);

	for (size_t i = 0; i < QUANTITIES; i++) {
		names[i] = quantities[i].id;
		if (strcmp(word, names[i]) == 0)
			return NULL;
	}
	const char *near = word_nearest(word, names, QUANTITIES);
	if (!near && quantity_of_label(word))
		near = quantity_of_label(word)->id;
	if (near)
		text_addf(&text, "a quantity; did you mean %s?", near);
	else
		text_add(&text, "a quantity such as temperature, or raw");
	return expected;
}

static bool is_word(const struct quantity *quantity, const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof(quantity->words) / sizeof(quantity->words[0]); i++) {
		const char *word = quantity->words[i];

		if (word && strlen(word) == n && strncasecmp(word, text, n) == 0)
			return true;
	}
	return false;
}

const struct quantity *quantity_of_label(const char *label)
{
	size_t whole = strlen(label), letters = 0;
	const struct quantity *longest = NULL; /* 加速度 holds 速度 and means another thing */

	while ((label[letters] | 0x20) >= 'a' && (label[letters] | 0x20) <= 'z')
		letters++;
	for (size_t i = 0; i < QUANTITIES; i++) {
		if (is_word(&quantities[i], label, whole))
			return &quantities[i];
		/* A name of one character stands in too many words: 力 in 压力, 电力. */
		if (strlen(quantities[i].zh) > 3 && strstr(label, quantities[i].zh) &&
			(!longest || strlen(quantities[i].zh) > strlen(longest->zh)))
			longest = &quantities[i];
	}
	if (longest)
		return longest;
	for (size_t i = 0; letters > 0 && i < QUANTITIES; i++)
		if (is_word(&quantities[i], label, letters))
			return &quantities[i];
	return NULL;
}

/* "a0" -> "A0": the first letter of a board's word, when it is ASCII. */
static void add_word(struct text *text, const char *word)
{
	text_add_char(text, (char)toupper((unsigned char)*word));
	text_add(text, word + 1);
}

void quantity_name_channel(
	const char *name, const char *id, bool is_shared, char *ret_zh, char *ret_en, size_t size)
{
	const struct quantity *quantity = quantity_find(id);
	struct text zh = text_over(ret_zh, size), en = text_over(ret_en, size);

	for (size_t i = 0; i < CHANNELS; i++) {
		if (strcmp(channels[i].name, name) || strcmp(channels[i].quantity, id))
			continue;
		text_add(&zh, channels[i].zh);
		text_add(&en, channels[i].en);
		return;
	}
	if (!quantity)
		quantity = quantity_of_label(name);
	if (!quantity || is_shared) {
		const char *word = *name ? name : *id ? id : "?";

		add_word(&zh, word);
		add_word(&en, word);
	}
	if (quantity) {
		text_add(&zh, zh.length ? " " : "");
		text_add(&zh, quantity->zh);
		/* Inside a name the quantity is an ordinary word: "A0 voltage", but "A0 pH". */
		bool is_word = islower((unsigned char)quantity->en[1]);
		text_add_char(&en, en.length ? ' ' : quantity->en[0]);
		if (en.length > 1)
			text_add_char(&en,
				is_word ? (char)tolower((unsigned char)quantity->en[0])
					: quantity->en[0]);
		text_add(&en, quantity->en + 1);
	}
}
