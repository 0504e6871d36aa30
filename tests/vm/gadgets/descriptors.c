/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptors of an emulated kit, see descriptors.h. */
#include "descriptors.h"

#include <string.h>

const uint8_t *descriptors_next(
	const struct device_model *model, const uint8_t *after, uint8_t kind)
{
	const uint8_t *at = after ? after + after[0] : model->configuration.data;
	const uint8_t *end = model->configuration.data + model->configuration.n;

	while (at < end && at[1] != kind)
		at += at[0];
	return at < end ? at : NULL;
}

static int copy(uint8_t *data, size_t room, const void *from, size_t n)
{
	n = n < room ? n : room;
	memcpy(data, from, n);
	return (int)n;
}

static int string_descriptor(
	const struct device_model *model, unsigned number, uint8_t *data, size_t room)
{
	const char *const strings[] = {model->manufacturer, model->product, model->serial};
	uint8_t descriptor[DEVICE_CONTROL] = {4, USB_DT_STRING, 0x09, 0x04}; /* US English */

	if (number > 3 || (number && !strings[number - 1]))
		return -1;
	if (number) {
		size_t n = strlen(strings[number - 1]);

		n = n < 126 ? n : 126;
		descriptor[0] = (uint8_t)(2 + 2 * n);
		for (size_t i = 0; i < n; i++) {
			descriptor[2 + 2 * i] = (uint8_t)strings[number - 1][i];
			descriptor[3 + 2 * i] = 0;
		}
	}
	return copy(data, room, descriptor, descriptor[0]);
}

static int hid_descriptor(
	const struct device_model *model, unsigned interface, uint8_t *data, size_t room)
{
	const uint8_t *at = NULL;

	for (unsigned i = 0; i <= interface; i++)
		if (!(at = descriptors_next(model, at, HID_DESCRIPTOR)))
			return -1;
	return copy(data, room, at, at[0]);
}

int descriptors_get(const struct device_model *model, const struct usb_ctrlrequest *setup,
	uint8_t *ret_data, size_t room)
{
	unsigned kind = setup->wValue >> 8, number = setup->wValue & 0xFF;

	switch (kind) {
	case USB_DT_DEVICE:
		return copy(ret_data, room, &model->descriptor, sizeof model->descriptor);
	case USB_DT_CONFIG:
		return copy(ret_data, room, model->configuration.data, model->configuration.n);
	case USB_DT_STRING:
		return string_descriptor(model, number, ret_data, room);
	case HID_DESCRIPTOR:
		return hid_descriptor(model, setup->wIndex, ret_data, room);
	case REPORT_DESCRIPTOR:
		if (setup->wIndex >= DEVICE_INTERFACES ||
			!model->report_descriptors[setup->wIndex].n)
			return -1;
		return copy(ret_data, room, model->report_descriptors[setup->wIndex].data,
			model->report_descriptors[setup->wIndex].n);
	}
	return -1; /* a full-speed device has no qualifier */
}
