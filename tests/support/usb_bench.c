/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/usb_bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/catalogue.h"
#include "support/cmocka_all.h"

enum { MOST = 512, SAY_MS = 25 /* rows leave after 20 */ };

static void read_model(struct usb_bench *bench, const char *kit)
{
	const char *source = getenv("KITLOG_SOURCE");
	struct report report = {0};
	char folder[300];

	assert_non_null(source);
	snprintf(folder, sizeof folder, "%s/%s%s", source, strchr(kit, '/') ? "" : "kits/", kit);
	bench->arena = arena_of(256 * 1024);
	if (model_read_folder(folder, catalogue_forms(), &bench->arena, &report, &bench->model))
		fail_msg("%s", report_text(&report));
}

void usb_bench_open(struct usb_bench *bench, const char *kit, uint16_t product)
{
	struct kit_port *port = &bench->rig.port;

	memset(bench, 0, sizeof *bench);
	read_model(bench, kit);
	*port = (struct kit_port){
		.transport = KIT_USB,
		.path = "/dev/bus/usb/001/004",
		.socket = "dwc2-usb-1",
		.usb_vendor = bench->model->matches[0].vendor,
		.usb_product = product,
		.models = {bench->model},
		.n_models = 1,
		.is_sure = true,
		.uncertainty_ns = NS_PER_MS,
	};
	rig_open_all(&bench->rig);
}

void usb_bench_close(struct usb_bench *bench)
{
	rig_close(&bench->rig);
	arena_free(&bench->arena);
}

size_t usb_bench_from_hex(const char *hex, uint8_t *ret_bytes, size_t most)
{
	size_t n = 0;
	int used;
	unsigned byte;

	for (; sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used) {
		assert_true(n < most);
		ret_bytes[n++] = (uint8_t)byte;
	}
	assert_int_equal(hex[strspn(hex, " ")], '\0');
	return n;
}

void usb_bench_say(struct usb_bench *bench, size_t size, const char *hex)
{
	uint8_t bytes[MOST] = {0};

	usb_bench_from_hex(hex, bytes, size);
	rig_report(&bench->rig, bytes, size);
	rig_pass_ms(&bench->rig, SAY_MS);
}

void usb_bench_expect(struct usb_bench *bench, size_t size, const char *hex)
{
	uint8_t bytes[MOST] = {0};

	usb_bench_from_hex(hex, bytes, size);
	assert_true(bench->rig.n_sent >= bench->taken + size);
	assert_memory_equal(bench->rig.sent + bench->taken, bytes, size);
	bench->taken += size;
}

void usb_bench_expect_nothing(struct usb_bench *bench)
{
	assert_int_equal(bench->rig.n_sent, bench->taken);
}

static double newest(const struct rig *rig, const struct stream *stream, uint32_t column)
{
	for (size_t i = rig->n_rows; i-- > 0;)
		if (rig->rows[i].stream == stream->id)
			return rig->rows[i].values[column];
	return NAN;
}

double usb_bench_value(const struct usb_bench *bench, const char *id)
{
	const struct device *device = rig_device(&bench->rig);

	for (uint32_t i = 0; i < device->n_streams; i++)
		for (uint32_t c = 0; c < device->streams[i].n_channels; c++)
			if (strcmp(device->streams[i].channels[c].id, id) == 0)
				return newest(&bench->rig, &device->streams[i], c);
	fail_msg("there is no channel %s", id);
	return NAN;
}
