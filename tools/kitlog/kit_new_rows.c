/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first recording of a new kit, as such a device might speak: three rows, or some edges. What
 * only a real device can say - an echo that comes after its question - is left to kit record. */
#include <string.h>

#include "data/checksum.h"
#include "tools/kitlog/kit_new.h"

enum { ROWS = 3, STEP = 10 }; /* the number in row 1, 2, 3 is 10, 20, 30 */

static void frames_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	unsigned sum = 0xaa + 0x55 + row;

	text_addf(text, "0.%u00000000 < AA 55 %02X", row, row);
	for (size_t i = 0; i < draft->n_channels; i++) {
		text_addf(text, " 00 %02X", row * STEP);
		sum += row * STEP;
	}
	text_addf(text, " %02X\n", sum & 0xff);
}

static void lines_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	text_addf(text, "0.%u00000000 < text ", row);
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, "%s%u", i > 0 ? "," : "", row * STEP);
	text_add(text, "\\r\\n\n");
}

static void report_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	text_addf(text, "0.%u00000000 <", row);
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, " %02X 00", row * STEP);
	text_add(text, "\n");
}

static void add_message(struct text *text, const uint8_t *bytes, size_t n)
{
	unsigned crc = checksum_of(CHECKSUM_CRC16_MODBUS, bytes, n);

	for (size_t i = 0; i < n; i++)
		text_addf(text, " %02X", bytes[i]);
	text_addf(text, " %02X %02X\n", crc & 0xff, crc >> 8);
}

/* The registers of all channels are asked for at once, since they lie side by side. */
static void modbus_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	enum { INPUT = 4 };
	uint8_t question[] = {1, INPUT, 0, 0, 0, (uint8_t)draft->n_channels};
	uint8_t answer[3 + 2 * DRAFT_CHANNELS] = {1, INPUT, (uint8_t)(2 * draft->n_channels)};

	for (size_t i = 0; i < draft->n_channels; i++)
		answer[4 + 2 * i] = (uint8_t)(row * STEP);
	text_addf(text, "%u.010000000 >", row - 1);
	add_message(text, question, sizeof question);
	text_addf(text, "%u.050000000 <", row - 1);
	add_message(text, answer, 3 + 2 * draft->n_channels);
}

/* What a board is asked when it starts, and says of itself: its name, which of its pins are analog,
 * what each can do; then it is told what to report, and how often. Its first two pins are the serial
 * line's. */
static void firmata_account(const struct draft_kit *draft, struct text *text)
{
	text_add(text,
		"0.001000000 > F0 79 F7\n0.010000000 < F0 79 02 05 53 00 F7\n"
		"0.011000000 > F0 69 F7\n0.020000000 < F0 6A 7F 7F");
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, " %02zX", i);
	text_add(text, " F7\n0.021000000 > F0 6B F7\n0.030000000 < F0 6C 7F 7F");
	for (size_t i = 0; i < draft->n_channels; i++)
		text_add(text, " 00 01 01 01 02 0A 7F");
	text_add(text, " F7\n0.031000000 > F0 7A 32 00 F7");
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, " F4 %02zX 02 %02zX 01", i + 2, 0xC0 + i);
	text_add(text, "\n");
}

static void firmata_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	if (row == 1)
		firmata_account(draft, text);
	text_addf(text, "0.%u00000000 <", row);
	for (size_t i = 0; i < draft->n_channels; i++)
		text_addf(text, " %02zX %02X 00", 0xE0 + i, row * STEP);
	text_add(text, "\n");
}

/* What the kernel's files hold, a line each. */
static void kernel_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	text_addf(text, "%u.000000000 < text ", row);
	for (size_t i = 0; i < draft->n_channels; i++) {
		draft->family->write_from(draft, i, text);
		text_addf(text, " %.6g\\n", draft_source(draft, i)->sample);
	}
	text_add(text, "\n");
}

/* Four passes, 10 ms long. */
static void edges_row(const struct draft_kit *draft, unsigned row, struct text *text)
{
	if (strcmp(draft->mode, "ultrasonic") == 0)
		return;
	for (unsigned ms = 0; ms < 1000; ms += 250)
		text_addf(text, "%u.%03u000000 edge line1 up\n%u.%03u000000 edge line1 down\n",
			row - 1, ms + 100, row - 1, ms + 110);
}

static const struct {
	const char *family;
	void (*write)(const struct draft_kit *draft, unsigned row, struct text *text);
} all_rows[] = {
	{"frames", frames_row},
	{"lines", lines_row},
	{"modbus", modbus_row},
	{"firmata", firmata_row},
	{"hid", report_row},
	{"usb", report_row},
	{"edges", edges_row},
	{"iio", kernel_row},
	{"onewire", kernel_row},
};

void draft_write_recording(const struct draft_kit *draft, const char *date, struct text *text)
{
	text_addf(text,
		"kit: %s\nmade: by kitlog kit new on %s; replace it by what kitlog kit record "
		"writes\n\n0.000000000 plug\n",
		draft->name, date);
	for (size_t i = 0; i < sizeof all_rows / sizeof *all_rows; i++)
		for (unsigned row = 1; row <= ROWS; row++)
			if (strcmp(all_rows[i].family, draft->family->name) == 0)
				all_rows[i].write(draft, row, text);
}
