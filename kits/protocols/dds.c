/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offsets of the record are given in dds_read; three pages hold the same calibration in up to three
 * units. The page in degrees Celsius is taken where there is one, since that is what a class
 * expects, else the page that is marked as in use. */
#include "kits/protocols/dds.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum {
	OPERATION = 57,
	EQUATION = 58,
	HIGHEST_PAGE = 68,
	ACTIVE_PAGE = 69,
	FIRST_PAGE = 70,
	PAGE_BYTES = 19, /* A, B, C, seven letters of a unit */
	PAGES = 3,
};

static double float_at(const uint8_t *bytes)
{
	uint32_t word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
	float value;

	memcpy(&value, &word, sizeof(value));
	return value;
}

/* Printable ASCII up to the first NUL, without the brackets that units are written in. */
static void copy_text(const uint8_t *bytes, size_t n, char *ret_text)
{
	size_t length = 0;

	for (size_t i = 0; i < n && bytes[i]; i++)
		if (bytes[i] >= ' ' && bytes[i] < 0x7f && bytes[i] != '(' && bytes[i] != ')')
			ret_text[length++] = (char)bytes[i];
	while (length > 0 && ret_text[length - 1] == ' ')
		length--;
	ret_text[length] = '\0';
}

static uint8_t reversed(uint8_t byte)
{
	uint8_t result = 0;

	for (int i = 0; i < 8; i++)
		result = (uint8_t)(result | ((byte >> i) & 1) << (7 - i));
	return result;
}

static bool is_bcd(uint8_t byte)
{
	return (byte & 0x0f) <= 9 && byte >> 4 <= 9;
}

/* Real probes were burned with the complement or the mirror image of the checksum, and some with
 * neither; those have at least a date: year and week, in decimal digits. */
static bool is_plausible(const uint8_t *bytes)
{
	uint8_t sum = 0, given = bytes[DDS_BYTES - 1];

	for (size_t i = 0; i < DDS_BYTES - 1; i++)
		sum ^= bytes[i];
	if (sum == given || (uint8_t)(sum ^ given) == 0xff || reversed(sum) == given)
		return true;
	return is_bcd(bytes[5]) && is_bcd(bytes[6]) && bytes[6] <= 0x59;
}

static bool is_blank(const uint8_t *bytes)
{
	for (size_t i = 1; i < DDS_BYTES; i++)
		if (bytes[i] != bytes[0])
			return false;
	return true;
}

static const uint8_t *choose_page(const uint8_t *bytes)
{
	for (size_t i = 0; i <= bytes[HIGHEST_PAGE]; i++) {
		const uint8_t *page = bytes + FIRST_PAGE + i * PAGE_BYTES;
		char unit[8];

		copy_text(page + 12, 7, unit);
		if (strcmp(unit, "C") == 0)
			return page;
	}
	return bytes + FIRST_PAGE + bytes[ACTIVE_PAGE] * PAGE_BYTES;
}

bool dds_read(const uint8_t bytes[DDS_BYTES], struct dds *ret_dds)
{
	const uint8_t *page;

	if (is_blank(bytes) || !is_plausible(bytes) || bytes[HIGHEST_PAGE] >= PAGES ||
		bytes[ACTIVE_PAGE] > bytes[HIGHEST_PAGE])
		return false;
	page = choose_page(bytes);
	*ret_dds = (struct dds){
		.sensor = bytes[1],
		.serial = bytes[2] | (uint32_t)bytes[3] << 8 | (uint32_t)bytes[4] << 16,
		.operation = bytes[OPERATION],
		.equation = bytes[EQUATION],
		.a = float_at(page),
		.b = float_at(page + 4),
		.c = float_at(page + 8),
		.warm_up_s = (uint16_t)(bytes[54] | bytes[55] << 8),
	};
	copy_text(bytes + 8, 20, ret_dds->name);
	copy_text(page + 12, 7, ret_dds->unit);
	return true;
}

bool dds_of_probe(uint32_t number, struct dds *ret_dds)
{
	static const struct dds probes[] = {
		{1, 0, 0, DDS_LINEAR, -27.6, 552.6, 0, -200, 1400, 0, "C", "Thermocouple"},
		{2, 0, DDS_TEN_VOLTS, DDS_LINEAR, 0, 1, 0, -10, 10, 0, "V", "Voltage"},
		{3, 0, 0, DDS_LINEAR, 0, 1, 0, -10, 10, 0, "A", "Current"},
		{8, 0, 0, DDS_LINEAR, 6.25, -2.5, 0, -6.6, 6.6, 0, "V", "Differential Voltage"},
		{9, 0, 0, DDS_LINEAR, 0.625, -0.25, 0, -0.6, 0.6, 0, "A", "Current"},
		{10, 0, 0, DDS_STEINHART_HART, 1.02119e-3, 2.22468e-4, 1.33342e-7, -20, 125, 0, "C",
			"Stainless Temp"},
		{11, 0, DDS_TEN_VOLTS, DDS_LINEAR, 0, 3, 0, -30, 30, 0, "V", "Voltage"},
		{12, 0, 0, DDS_LINEAR, 0.0006, 0.2, 0, 0, 1, 0, "", "Light"},
		{13, 0, 0, DDS_LINEAR, 0, 1, 0, 0, 5, 0, "V", "Heart Rate"},
		{14, 0, 0, DDS_LINEAR, 0, 1, 0, 0, 5, 0, "V", "Voltage"},
		{15, 0, 0, DDS_LINEAR, 0, 1, 0, 0, 5, 0, "mV", "EKG"},
		{16, 0, 0, DDS_LINEAR, -53.073, 58.341, 0, -50, 150, 0, "C", "Extra Long Temp"},
		{17, 0, 0, DDS_LINEAR, 0, 2000, 0, 0, 5000, 90, "ppm", "CO2"},
		{18, 0, 0, DDS_LINEAR, 0, 6.769, 0, 0, 27, 0, "%", "O2"},
	};

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (probes[i].sensor == number) {
			*ret_dds = probes[i];
			return true;
		}
	return false;
}

/* The probe and 15 kohm divide 5 V. Near 0 and 5 V, where the probe is torn off or shorted, the
 * logarithm has no value; 0.1 % is what the maker's software stops at. */
static double steinhart_hart(const struct dds *dds, double volts)
{
	double held = fmin(fmax(volts, 0.005), 4.995);
	double logarithm = log(held * 15000 / (5 - held)); /* of the resistance in ohm */
	double kelvin = 1 / (dds->a + dds->b * logarithm + dds->c * pow(logarithm, 3));

	if (dds->unit[0] == 'F')
		return (kelvin - 273.15) * 1.8 + 32;
	return dds->unit[0] == 'K' ? kelvin : kelvin - 273.15;
}

double dds_value(const struct dds *dds, double volts)
{
	switch ((enum dds_equation)dds->equation) {
	case DDS_LINEAR:
		return dds->a + dds->b * volts;
	case DDS_QUADRATIC:
		return dds->a + dds->b * volts + dds->c * volts * volts;
	case DDS_POWER:
		return dds->a * pow(dds->b, volts);
	case DDS_STEINHART_HART:
		return steinhart_hart(dds, volts);
	}
	return NAN;
}
