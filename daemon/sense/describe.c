/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptions come from a wire: nothing of them reaches the store or a page unchecked. */
#include "sense/describe.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "data/rounding.h"

/* --- texts --- */

static bool is_text(const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == size || !utf8_is_valid(text, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return false;
	return true;
}

static bool is_id(const char *text, size_t size)
{
	if (!is_text(text, size) || text[0] < 'a' || text[0] > 'z')
		return false;
	for (; *text; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9') ||
			    *text == '_'))
			return false;
	return true;
}

static bool is_kit_name(const char *text, size_t size)
{
	if (!is_text(text, size) || !text[0])
		return false;
	for (; *text; text++)
		if (!((*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9') ||
			    *text == '-'))
			return false;
	return true;
}

/* --- the description --- */

static bool is_channel(const struct channel *channel)
{
	return is_id(channel->id, sizeof(channel->id)) &&
		is_text(channel->name_zh, sizeof(channel->name_zh)) && channel->name_zh[0] &&
		is_text(channel->name_en, sizeof(channel->name_en)) && channel->name_en[0] &&
		is_text(channel->quantity, sizeof(channel->quantity)) &&
		is_text(channel->unit, sizeof(channel->unit)) && isfinite(channel->resolution) &&
		channel->resolution >= 0 && isfinite(channel->low) && isfinite(channel->high) &&
		channel->low <= channel->high;
}

static bool is_stream(const struct stream *stream)
{
	if (!is_id(stream->name, sizeof(stream->name)) || stream->period_ns < 0 ||
		stream->n_channels == 0 || stream->n_channels > STREAM_CHANNELS ||
		(stream->kind != STREAM_DATA && stream->kind != STREAM_CLOCK) ||
		(stream->stamps != STAMP_ARRIVAL && stream->stamps != STAMP_DEVICE &&
			stream->stamps != STAMP_KERNEL))
		return false;
	for (uint32_t i = 0; i < stream->n_channels; i++) {
		if (!is_channel(&stream->channels[i]))
			return false;
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(stream->channels[i].id, stream->channels[j].id) == 0)
				return false;
	}
	return true;
}

int describe_check(const struct device *device)
{
	if (!is_text(device->identity, sizeof(device->identity)) ||
		!is_kit_name(device->kit, sizeof(device->kit)) ||
		!is_text(device->model, sizeof(device->model)) || device->n_streams == 0 ||
		device->n_streams > DEVICE_STREAMS)
		return -EINVAL;
	if (describe_has_clock(device) && device->n_streams == DEVICE_STREAMS)
		return -EINVAL;
	for (uint32_t i = 0; i < device->n_streams; i++) {
		if (!is_stream(&device->streams[i]))
			return -EINVAL;
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(device->streams[i].name, device->streams[j].name) == 0)
				return -EINVAL;
	}
	return 0;
}

/* --- identity --- */

/* Adapters that were never given a number all say the same one, which tells nobody from another. */
static bool is_serial_number(const char *serial)
{
	static const char *const blanks[] = {"0001", "01", "1234", "12345", "123456", "1234567",
		"12345678", "123456789", "1234567890", "0123456789", "0123456789ABCDEF"};

	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
		if (strcmp(serial, blanks[i]) == 0)
			return false;
	/* "0", "00000000", "FFFFFFFF" */
	return serial[0] && strspn(serial, (char[]){serial[0], '\0'}) < strlen(serial);
}

/* Serial numbers come from a chip: what is not printable ASCII becomes '_'. */
static void add_plain(struct text *text, const char *string)
{
	for (; *string; string++)
		text_add_char(text, *string > 0x20 && *string < 0x7f ? *string : '_');
}

void describe_identity(const struct kit_port *port, char ret_identity[IDENTITY_TEXT])
{
	struct text text = text_over(ret_identity, IDENTITY_TEXT);

	if (is_serial_number(port->usb_serial)) {
		text_addf(&text, "usb:%04x:%04x:", port->usb_vendor, port->usb_product);
		add_plain(&text, port->usb_serial);
		return;
	}
	text_add(&text, "port:");
	add_plain(&text, port->socket[0] ? port->socket : port->path);
}

void describe_set_apart(const struct kit_port *port, char identity[IDENTITY_TEXT])
{
	/* Places are longer than an identity has room for. */
	const char *place = port->socket[0] ? port->socket : port->path;
	uint64_t hash = hash_add(HASH_START, place, strlen(place));
	size_t most = IDENTITY_TEXT - sizeof("@0123456789abcdef"), n = strnlen(identity, most);

	snprintf(identity + n, IDENTITY_TEXT - n, "@%016llx", (unsigned long long)hash);
}

/* --- the clock stream --- */

bool describe_has_clock(const struct device *device)
{
	for (uint32_t i = 0; i < device->n_streams && i < DEVICE_STREAMS; i++)
		if (device->streams[i].stamps == STAMP_DEVICE)
			return true;
	return false;
}

static void set_clock_channel(
	struct channel *channel, const char *id, const char *zh, const char *en, const char *unit)
{
	text_copy(channel->id, sizeof(channel->id), id);
	text_copy(channel->name_zh, sizeof(channel->name_zh), zh);
	text_copy(channel->name_en, sizeof(channel->name_en), en);
	text_copy(channel->quantity, sizeof(channel->quantity), "time");
	text_copy(channel->unit, sizeof(channel->unit), unit);
	channel->resolution = 1;
}

void describe_add_clock(struct device *device)
{
	struct stream *clock = &device->streams[device->n_streams++];

	*clock = (struct stream){.kind = STREAM_CLOCK, .n_channels = CLOCK_CHANNELS};
	text_copy(clock->name, sizeof(clock->name), "clock");
	for (uint32_t i = 0; i + 1 < device->n_streams; i++)
		if (strcmp(device->streams[i].name, "clock") == 0)
			text_copy(clock->name, sizeof(clock->name), "kitlog_clock");
	set_clock_channel(&clock->channels[CLOCK_TRIP], "trip", "往返时间", "Round trip", "ns");
	set_clock_channel(&clock->channels[CLOCK_RECEIVED], "device_received", "器材收到时刻",
		"Device received", "us");
	set_clock_channel(
		&clock->channels[CLOCK_PAUSE], "pause", "器材应答时间", "Device pause", "us");
}

/* --- from a kit.yaml --- */

void describe_channel(const struct model_channel *from, struct channel *ret_channel)
{
	struct channel channel = {
		.resolution = from->resolution, .low = from->low, .high = from->high};

	text_copy(channel.id, sizeof(channel.id), from->id);
	text_copy(channel.name_zh, sizeof(channel.name_zh), from->name.zh);
	text_copy(channel.name_en, sizeof(channel.name_en), from->name.en);
	text_copy(channel.quantity, sizeof(channel.quantity), from->quantity);
	text_copy(channel.unit, sizeof(channel.unit), from->unit);
	*ret_channel = channel;
}

double describe_value(const struct model_channel *channel, double raw, double rounding)
{
	return rounding_apply(rounding, raw * channel->scale + channel->offset);
}
