/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board's own words for itself become a device: names, quantities, units, ranges. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/quantity.h"
#include "kits/protocols/link_state.h"

/* How many channels of the stream measure the same: then each needs a name of its own. */
static unsigned alike(
	const struct link *link, const struct board_stream *stream, const char *quantity)
{
	unsigned n = 0;

	for (unsigned i = 0; i < stream->n_channels; i++)
		n += strcmp(link->channel[stream->first_channel + i].quantity, quantity) == 0;
	return n;
}

static void describe_channel(const struct link *link, const struct board_stream *stream,
	unsigned number, struct channel *ret)
{
	const struct board_channel *channel = &link->channel[stream->first_channel + number];
	double a = link_value(channel, channel->low), b = link_value(channel, channel->high);
	bool is_shared = alike(link, stream, channel->quantity) > 1;

	*ret = (struct channel){.low = fmin(a, b), .high = fmax(a, b)};
	ret->resolution = fabs(link_value(channel, channel->step) - link_value(channel, 0));
	id_from_text(channel->name, number + 1, ret->id, sizeof ret->id);
	text_copy(ret->quantity, sizeof ret->quantity, channel->quantity);
	if (strcmp(channel->unit, "1") != 0)
		text_copy(ret->unit, sizeof ret->unit, channel->unit);
	quantity_name_channel(
		channel->name, channel->quantity, is_shared, ret->name_zh, ret->name_en, NAME_TEXT);
}

/* Two ids that came out the same get their numbers behind them. */
static void set_ids_apart(struct stream *stream)
{
	for (unsigned i = 1; i < stream->n_channels; i++)
		for (unsigned j = 0; j < i; j++)
			if (strcmp(stream->channels[i].id, stream->channels[j].id) == 0)
				id_from_text("", i + 1, stream->channels[i].id,
					sizeof stream->channels[i].id);
}

static void describe_stream(const struct link *link, unsigned number, struct stream *ret)
{
	const struct board_stream *stream = &link->stream[number];

	*ret = (struct stream){
		.kind = STREAM_DATA,
		.stamps = STAMP_DEVICE,
		.period_ns = (int64_t)stream->period_us * NS_PER_US,
		.n_channels = stream->n_channels,
	};
	id_from_text(stream->name, number + 1, ret->name, sizeof ret->name);
	for (unsigned i = 0; i < stream->n_channels; i++)
		describe_channel(link, stream, i, &ret->channels[i]);
	set_ids_apart(ret);
}

/* "Virtual Cup" -> "virtual-cup" */
static void kit_name(const char *model, char *ret_kit, size_t size)
{
	size_t n = 0;

	for (; *model && n + 1 < size; model++) {
		char c = *model >= 'A' && *model <= 'Z' ? (char)(*model + 'a' - 'A') : *model;
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (is_plain || (n && ret_kit[n - 1] != '-'))
			ret_kit[n++] = is_plain ? c : '-';
	}
	while (n && ret_kit[n - 1] == '-')
		n--;
	ret_kit[n] = 0;
	if (n == 0)
		text_copy(ret_kit, size, "link-board");
}

static bool is_number(const uint8_t uid[8])
{
	static const uint8_t none[8] = {0}, blank[8] = {255, 255, 255, 255, 255, 255, 255, 255};

	return memcmp(uid, none, 8) != 0 && memcmp(uid, blank, 8) != 0;
}

/* Sensors that do not answer are not described, unless none does: a channel on a screen is a
 * promise. */
static bool is_shown(const struct link *link, unsigned number)
{
	if (link->stream[number].flags & LINK_STREAM_PRESENT)
		return true;
	for (unsigned i = 0; i < link->hello.streams; i++)
		if (link->stream[i].flags & LINK_STREAM_PRESENT)
			return false;
	return true;
}

int link_describe(struct kit *kit, struct link *link)
{
	struct device device = {0};
	struct text identity = text_over(device.identity, sizeof device.identity);

	if (is_number(link->hello.uid)) {
		text_add(&identity, "link:");
		text_add_hex(&identity, link->hello.uid, sizeof link->hello.uid);
	}
	if (*kit_port(kit)->kit)
		text_copy(device.kit, sizeof device.kit, kit_port(kit)->kit);
	else
		kit_name(link->model, device.kit, sizeof device.kit);
	text_copy(device.model, sizeof device.model, link->model);
	for (unsigned i = 0; i < link->hello.streams; i++) {
		struct board_stream *stream = &link->stream[i];

		stream->described_as = BOARD_STREAMS;
		if (!is_shown(link, i))
			continue;
		stream->described_as = device.n_streams;
		describe_stream(link, i, &device.streams[device.n_streams++]);
	}
	return kit_describe(kit, &device);
}
