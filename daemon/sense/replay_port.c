/* SPDX-License-Identifier: GPL-3.0-or-later */
/* As a finder would fill it in, from what is written instead of from the kernel. */
#include "sense/replay_port.h"

#include <errno.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "data/model_word.h"
#include "data/word.h"

enum { UNCERTAINTY_MS = 1 };

static int refuse(struct report *report, const char *key, const char *word, const char *expected)
{
	report_add(report, 1, 1, "%s: \"%.40s\" is not %s", key, word, expected);
	return -EINVAL;
}

/* --- words of a list --- */

/* The next word of a list with spaces, NUL-closed in ret_word; false: no more. */
static bool next_word(const char **at, char *ret_word, size_t size)
{
	size_t n;

	*at += strspn(*at, " ");
	n = strcspn(*at, " ");
	if (n == 0)
		return false;
	text_copy(ret_word, n < size ? n + 1 : size, *at);
	*at += n;
	return true;
}

static int read_slaves(const char *words, struct report *report, struct kit_port *port)
{
	char word[16];

	while (next_word(&words, word, sizeof word)) {
		int64_t address;

		if (word_whole(word, &address) || address < 1 || address > 254 ||
			port->n_slaves == KIT_SLAVES)
			return refuse(report, "slaves", word,
				"an address between 1 and 254; at most 6 of them");
		port->slaves[port->n_slaves++] = (uint8_t)address;
	}
	return 0;
}

static int read_settings(
	const char *words, const struct model *model, struct report *report, struct kit_port *port)
{
	char word[64];

	while (next_word(&words, word, sizeof word)) {
		char *equals = strchr(word, '=');
		double value;
		size_t i = 0;

		if (equals)
			*equals = '\0';
		while (model && i < model->n_settings && strcmp(model->settings[i].id, word) != 0)
			i++;
		if (!equals || !model || i == model->n_settings || i >= KIT_SETTINGS ||
			word_number(equals + 1, &value))
			return refuse(report, "settings", word,
				"a setting of this kit with its value such as flag=25");
		port->settings[i] = value;
	}
	return 0;
}

static int read_serial(const char *word, struct report *report, struct kit_port *port)
{
	struct model_serial serial;
	const char *expected;

	if (!*word)
		return 0;
	expected = word_serial(word, &serial);
	if (expected || serial.is_automatic)
		return refuse(report, "serial", word, expected ? expected : "9600 8N1");
	port->speed = serial.speed;
	port->bits_per_byte = model_serial_bits(&serial);
	port->has_wire = true;
	return 0;
}

static int read_usb(const char *word, struct report *report, struct kit_port *port)
{
	bool any_product = false;
	const char *expected;

	if (!*word)
		return 0;
	expected = word_usb(word, &port->usb_vendor, &port->usb_product, &any_product);
	if (expected || any_product)
		return refuse(report, "usb", word, expected ? expected : "04d9:a052");
	if (port->transport == KIT_SERIAL)
		port->is_sure = false; /* an adapter tells nothing of what hangs on it */
	return 0;
}

/* --- from the model --- */

static void take_usb_of(const struct model *model, struct kit_port *port)
{
	for (size_t i = 0; i < model->n_matches; i++) {
		if (!model->matches[i].has_usb)
			continue;
		port->usb_vendor = model->matches[i].vendor;
		port->usb_product = model->matches[i].product;
		return;
	}
}

static enum kit_transport transport_of(const struct model *model)
{
	unsigned needs = model->form->needs;

	if (needs & MODEL_NEEDS_SERIAL)
		return KIT_SERIAL;
	if (needs & MODEL_NEEDS_LINES)
		return KIT_GPIO;
	return model->form->kernel_sensor ? KIT_IIO : KIT_USB;
}

/* A kit that does not know its channels shares the port with those that find out. */
static void take_model(const struct model *model, struct kit_port *port)
{
	port->transport = transport_of(model);
	port->models[0] = model;
	port->n_models = 1;
	port->is_sure = port->transport != KIT_SERIAL || model->n_channels > 0;
	text_copy(port->kit, sizeof port->kit, model->id);
	if (model->serial.speed > 0) {
		port->speed = model->serial.speed;
		port->bits_per_byte = model_serial_bits(&model->serial);
	}
	for (size_t i = 0; i < model->n_settings && i < KIT_SETTINGS; i++)
		port->settings[i] = model->settings[i].value;
	take_usb_of(model, port);
}

int replay_port(const struct recording *recording, const struct model *model, struct report *report,
	struct kit_port *ret_port)
{
	struct kit_port port = {
		.path = "recording",
		.socket = "recording",
		.speed = 115200,
		.speed_is_fixed = true,
		.uncertainty_ns = UNCERTAINTY_MS * (int64_t)NS_PER_MS,
	};
	int error;

	if (model)
		take_model(model, &port);
	text_copy(port.usb_product_name, sizeof port.usb_product_name,
		recording_header(recording, "product"));
	if ((error = read_serial(recording_header(recording, "serial"), report, &port)) < 0 ||
		(error = read_usb(recording_header(recording, "usb"), report, &port)) < 0 ||
		(error = read_slaves(recording_header(recording, "slaves"), report, &port)) < 0 ||
		(error = read_settings(
			 recording_header(recording, "settings"), model, report, &port)) < 0)
		return error;
	*ret_port = port;
	return 0;
}
