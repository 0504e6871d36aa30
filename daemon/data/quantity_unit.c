/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units as people write them, and as UCUM has them. A unit that is not in the first table is not
 * taken for one in a board's text, because the next word of a line may well be the next label. */
#include "data/quantity.h"

#include <string.h>

#include "base/text.h"

/* clang-format off */
static const struct { const char *text, *ucum; } units[] = {
	{"C", "Cel"}, {"°C", "Cel"}, {"℃", "Cel"}, {"degC", "Cel"}, {"deg C", "Cel"}, {"Cel", "Cel"}, {"celsius", "Cel"},
	{"\xb0" "C", "Cel"}, {"*C", "Cel"}, {"\xb0" "F", "[degF]"}, {"*F", "[degF]"}, /* a sign that ASCII has not */
	{"F", "[degF]"}, {"°F", "[degF]"}, {"degF", "[degF]"}, {"K", "K"},
	{"%", "%"}, {"%RH", "%"}, {"pct", "%"}, {"percent", "%"}, {"％", "%"},
	{"ppm", "[ppm]"}, {"ppb", "[ppb]"},
	{"Pa", "Pa"}, {"hPa", "hPa"}, {"kPa", "kPa"}, {"mbar", "mbar"}, {"bar", "bar"}, {"mmHg", "mm[Hg]"},
	{"V", "V"}, {"mV", "mV"}, {"uV", "uV"}, {"volts", "V"}, {"A", "A"}, {"mA", "mA"}, {"uA", "uA"},
	{"W", "W"}, {"mW", "mW"}, {"kW", "kW"}, {"J", "J"}, {"Ohm", "Ohm"}, {"ohm", "Ohm"}, {"ohms", "Ohm"},
	{"Ω", "Ohm"}, {"kOhm", "kOhm"}, {"kΩ", "kOhm"},
	{"lx", "lx"}, {"lux", "lx"}, {"dB", "dB"}, {"dBA", "dB[SPL]"},
	{"m", "m"}, {"cm", "cm"}, {"mm", "mm"}, {"km", "km"}, {"um", "um"}, {"in", "[in_i]"}, {"inch", "[in_i]"},
	{"厘米", "cm"}, {"毫米", "mm"}, {"米", "m"},
	{"g", "g"}, {"kg", "kg"}, {"mg", "mg"}, {"N", "N"}, {"mN", "mN"},
	{"s", "s"}, {"ms", "ms"}, {"us", "us"}, {"µs", "us"}, {"sec", "s"}, {"min", "min"},
	{"Hz", "Hz"}, {"kHz", "kHz"}, {"MHz", "MHz"}, {"rpm", "/min"}, {"cpm", "/min"}, {"bpm", "/min"},
	{"deg", "deg"}, {"°", "deg"}, {"rad", "rad"}, {"deg/s", "deg/s"}, {"rad/s", "rad/s"}, {"dps", "deg/s"},
	{"m/s", "m/s"}, {"cm/s", "cm/s"}, {"km/h", "km/h"}, {"m/s2", "m/s2"}, {"m/s^2", "m/s2"}, {"m/s²", "m/s2"},
	{"uT", "uT"}, {"µT", "uT"}, {"mT", "mT"}, {"uS/cm", "uS/cm"}, {"mS/cm", "mS/cm"}, {"uSv/h", "uSv/h"},
	{"mg/L", "mg/L"}, {"ug/m3", "ug/m3"}, {"µg/m³", "ug/m3"}, {"g/m3", "g/m3"}, {"L", "L"}, {"mL", "mL"}, {"ml", "mL"},
	{"L/min", "L/min"},
};

/* Slips in a kit.yaml that nobody would print between numbers, or that mean something else there. */
static const struct { const char *text, *ucum; } slips[] = {
	{"RH", "%"}, {"%rh", "%"}, {"pH", "[pH]"}, {"ph", "[pH]"}, {"Wh", "W.h"}, {"kWh", "kW.h"}, {"NTU", "[NTU]"},
	{"CPM", "/min"}, {"cps", "/s"}, {"CPS", "/s"}, {"kpa", "kPa"}, {"hpa", "hPa"}, {"pa", "Pa"}, {"v", "V"}, {"a", "A"}, {"hz", "Hz"},
	{"l/min", "L/min"}, {"µS/cm", "uS/cm"}, {"μS/cm", "uS/cm"}, {"µs", "us"}, {"μs", "us"}, {"μT", "uT"},
	{"none", "1"}, {"-", "1"}, {"g/m^3", "g/m3"}, {"m³", "m3"}, {"m²", "m2"}, {"‰", "[ppth]"}, {"Gauss", "G"}, {"gauss", "G"},
};

/* What composed units are made of. */
static const char *const atoms[] = {
	"1", "%", "[ppm]", "[ppb]", "[ppth]", "[pH]", "[NTU]", "[g]", "[degF]", "dB", "dB[SPL]", "[in_i]",
	"m", "km", "cm", "mm", "um", "nm", "s", "ms", "us", "ns", "min", "h", "d", "g", "kg", "mg", "ug", "t",
	"K", "Cel", "deg", "rad", "A", "mA", "uA", "V", "mV", "uV", "kV", "W", "mW", "kW", "J", "kJ", "N", "mN", "kN",
	"Pa", "hPa", "kPa", "MPa", "bar", "mbar", "mm[Hg]", "Hz", "kHz", "MHz", "lx", "klx", "lm", "cd", "uF", "nF",
	"Ohm", "kOhm", "MOhm", "S", "mS", "uS", "T", "mT", "uT", "nT", "G", "L", "mL", "uL", "mol", "mmol", "Sv", "mSv", "uSv", "nSv",
	"Bq", "kBq",
};
/* clang-format on */

enum {
	UNITS = sizeof(units) / sizeof(units[0]),
	SLIPS = sizeof(slips) / sizeof(slips[0]),
	ATOMS = sizeof(atoms) / sizeof(atoms[0]),
};

const char *unit_of_text(const char *text, size_t n)
{
	for (size_t i = 0; i < UNITS; i++)
		if (strlen(units[i].text) == n && memcmp(units[i].text, text, n) == 0)
			return units[i].ucum;
	return NULL;
}

static bool is_atom(const char *at, size_t n)
{
	for (size_t i = 0; i < ATOMS; i++)
		if (strlen(atoms[i]) == n && memcmp(atoms[i], at, n) == 0)
			return true;
	return false;
}

/* "m2", "s-1": an atom and perhaps a power of 2 to 9 or -1 to -9. */
static bool is_factor(const char *at, size_t n)
{
	bool is_raised = n > 1 && at[n - 1] >= '1' && at[n - 1] <= '9' && at[0] != '1';
	size_t bare = n - is_raised;

	if (is_atom(at, n))
		return true;
	if (!is_raised)
		return false;
	if (bare > 1 && at[bare - 1] == '-')
		bare--;
	else if (at[n - 1] == '1')
		return false; /* m1 */
	return is_atom(at, bare);
}

/* Factors with '.' and '/' between them; a '/' may come first. */
static bool is_composed(const char *word)
{
	word += *word == '/';
	for (;;) {
		size_t n = strcspn(word, "./");

		if (n == 0 || !is_factor(word, n))
			return false;
		if (!word[n])
			return true;
		word += n + 1;
	}
}

const char *word_unit(const char *word)
{
	static _Thread_local char expected[64];
	struct text text = text_over(expected, sizeof expected);
	const char *meant = NULL;

	for (size_t i = 0; i < SLIPS; i++)
		if (strcmp(slips[i].text, word) == 0)
			meant = slips[i].ucum;
	if (!meant && is_composed(word))
		return NULL;
	if (!meant)
		meant = unit_of_text(word, strlen(word));
	if (!meant)
		return "a UCUM unit such as Cel, %, kPa, m/s2, [ppm] or 1";
	/* Without quotes YAML would make a list of [degF]. */
	text_addf(&text,
		*meant == '[' ? "a UCUM unit; write \"%s\", in quotes" : "a UCUM unit; write %s",
		meant);
	return expected;
}
