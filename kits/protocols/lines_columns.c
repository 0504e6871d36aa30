/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the numbers of a line are called: by labels, by a header in front of them, by their place, or
 * by the kit.yaml, which then decides alone. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/quantity.h"
#include "kits/protocols/lines_state.h"

const struct lines_plan *lines_plan_of(const struct kit *kit)
{
	return kit_model(kit) ? kit_model(kit)->plan : NULL;
}

bool lines_has_names(const struct kit *kit)
{
	return kit_model(kit) && kit_model(kit)->n_channels > 0;
}

/* --- columns --- */

struct column lines_column(struct lines_word label, struct lines_word unit)
{
	struct column column = {0};
	const char *ucum = unit.n ? unit_of_text(unit.at, unit.n) : NULL;

	if (label.n)
		lines_split_unit(label, column.label, column.unit);
	if (ucum)
		text_copy(column.unit, sizeof(column.unit), ucum);
	return column;
}

/* Ids are unique: a second "temp" is "temp_2". */
static void choose_id(struct channel *channels, unsigned index, const char *label)
{
	struct channel *channel = &channels[index];
	char wish[sizeof(channel->id) - 3];

	id_from_text(label, index + 1, wish, sizeof(wish));
	text_copy(channel->id, sizeof(channel->id), wish);
	for (unsigned suffix = 2, i = 0; i < index; i++) {
		struct text text;

		if (strcmp(channels[i].id, channel->id) != 0)
			continue;
		text = text_over(channel->id, sizeof(channel->id));
		text_addf(&text, "%s_%u", wish, suffix++);
		i = (unsigned)-1; /* the new one may be taken too: from the start */
	}
}

static void fill_channel(struct channel *channels, unsigned index, const struct lines *lines)
{
	const struct column *column = &lines->columns[index];
	struct channel *channel = &channels[index];
	const struct quantity *quantity =
		column->label[0] ? quantity_of_label(column->label) : NULL;
	struct text zh = text_over(channel->name_zh, sizeof(channel->name_zh));
	struct text en = text_over(channel->name_en, sizeof(channel->name_en));

	choose_id(channels, index, column->label);
	if (column->label[0]) {
		text_add(&zh, column->label);
		text_add(&en, column->label);
	} else if (lines->n_columns == 1) {
		text_add(&zh, "数值");
		text_add(&en, "Value");
	} else {
		text_addf(&zh, "数值 %u", index + 1);
		text_addf(&en, "Value %u", index + 1);
	}
	if (quantity)
		text_copy(channel->quantity, sizeof(channel->quantity), quantity->id);
	text_copy(channel->unit, sizeof(channel->unit), column->unit);
}

/* What it calls itself, and what was found: "Arduino Uno (9600 bit/s, csv)". */
static void name_device(const struct kit *kit, const struct lines *lines, struct device *device)
{
	const struct kit_port *port = kit_port(kit);
	const char *product = port->usb_product_name;
	struct text text = text_over(device->model, sizeof(device->model));
	enum lines_kind kind = lines->is_labelled ? LINES_LABELLED : LINES_POSITIONAL;

	text_copy(device->kit, sizeof(device->kit), port->kit[0] ? port->kit : "text-board");
	if (kit_model(kit))
		text_copy(device->kit, sizeof(device->kit), kit_model(kit)->id);
	text_add(
		&text, *product && utf8_is_valid(product, strlen(product)) ? product : device->kit);
	text_add(&text, " (");
	if (port->has_wire && port->speed)
		text_addf(&text, "%u bit/s, ", port->speed);
	text_addf(&text, "%s)", lines_format_name(kind, lines->bracket, lines->has_names));
}

static void describe_found(struct kit *kit, struct lines *lines)
{
	struct device device = {.n_streams = 1};
	struct stream *stream = &device.streams[0];

	name_device(kit, lines, &device);
	text_copy(stream->name, sizeof(stream->name), "main");
	stream->stamps = lines_time_find(lines);
	stream->n_channels = lines->n_columns;
	for (unsigned i = 0; i < lines->n_columns; i++)
		fill_channel(stream->channels, i, lines);
	if (kit_describe(kit, &device) < 0)
		kit_reject(kit);
}

void lines_describe(struct kit *kit, struct lines *lines)
{
	lines->other_make = 0;
	lines->form.n = 0;
	if (!lines_has_names(kit))
		describe_found(kit, lines);
	else if (kit_describe_model(kit, NULL, STAMP_ARRIVAL) < 0)
		kit_reject(kit);
}

/* The columns of a reading as its labels and units say. */
void lines_columns_of(const struct lines_reading *reading, struct column *ret_columns)
{
	for (unsigned i = 0; i < reading->n; i++)
		ret_columns[i] = lines_column(reading->items[i].label, reading->items[i].unit);
}

/* Our column for the reading's item `index`, n_columns when there is none. A board with two sensors
 * may print one label twice: the second one in a line is the second column of that name. */
unsigned lines_find_column(const struct lines *lines, const struct column *read, unsigned index)
{
	unsigned earlier = 0, at = 0;

	for (unsigned i = 0; i < index; i++)
		earlier += strcmp(read[i].label, read[index].label) == 0;
	for (; at < lines->n_columns; at++)
		if (strcmp(lines->columns[at].label, read[index].label) == 0 && earlier-- == 0)
			break;
	return at;
}

/* Adds the columns that the reading has and we have not. */
void lines_add_columns(struct lines *lines, const struct lines_reading *reading)
{
	struct column read[STREAM_CHANNELS];

	lines_columns_of(reading, read);
	for (unsigned i = 0; i < reading->n; i++) {
		unsigned at = lines->is_labelled ? lines_find_column(lines, read, i) : i;

		if (at < lines->n_columns) {
			if (!lines->columns[at].unit[0])
				memcpy(lines->columns[at].unit, read[i].unit, sizeof(read[i].unit));
		} else if (lines->n_columns < STREAM_CHANNELS) {
			lines->columns[lines->n_columns++] = read[i];
		}
	}
}

/* Is the line in front of this one its header? */
bool lines_has_header(const struct lines *lines, const struct lines_reading *reading)
{
	return !lines->is_labelled && lines->n_header == reading->n &&
		lines->header_separator == reading->separator;
}

void lines_use_header(struct lines *lines)
{
	lines->has_names = true;
	lines->n_columns = lines->n_header;
	memcpy(lines->columns, lines->header, sizeof(lines->columns));
}

void lines_start_columns(struct lines *lines, enum lines_kind kind)
{
	lines->n_columns = 0;
	lines->has_names = false;
	lines->is_labelled = kind == LINES_LABELLED;
}

void lines_keep_header(struct lines *lines, const struct lines_reading *reading)
{
	memset(lines->header, 0, sizeof(lines->header));
	lines->header_separator = reading->separator;
	lines->n_header = reading->n;
	lines->form.n = 0; /* look at the next line closely */
	for (unsigned i = 0; i < reading->n; i++)
		lines->header[i] = lines_column(reading->items[i].label, (struct lines_word){0});
}

/* --- channels of a kit.yaml --- */

static int find_channel(const struct kit *kit, const char *label, unsigned place)
{
	const struct lines_plan *plan = lines_plan_of(kit);

	for (unsigned c = 0; c < kit_model(kit)->n_channels; c++)
		if (plan->channels[c].column ? plan->channels[c].column == place
					     : strcmp(plan->channels[c].label, label) == 0)
			return (int)c;
	return -1;
}

unsigned lines_target(const struct kit *kit, const struct lines *lines,
	const struct lines_reading *reading, signed char ret_targets[STREAM_CHANNELS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < reading->n; i++) {
		const struct lines_item *item = &reading->items[i];
		struct column column = lines_column(item->label, (struct lines_word){0});

		if (!item->label.n && lines->has_names && i < lines->n_columns)
			column = lines->columns[i];
		ret_targets[i] = (signed char)find_channel(kit, column.label, i + 1);
		n += ret_targets[i] >= 0;
	}
	return n;
}
