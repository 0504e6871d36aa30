/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A class of as many groups as there can be is dealt kits, and looked at: how many of them have all. */
#include "class/readiness.h"

#include <string.h>

#include "base/text.h"

/* What is plugged in, as it is dealt. */
struct table {
	const struct lesson *lesson;
	const struct readiness_device *devices;
	size_t n_devices;
	struct deal_device dealt[DEAL_DEVICES]; /* of the same index */
	struct deal deal;
};

/* `is_any`: kits of another session, too, as if something were wrong with them. */
static void deal_out(struct table *table, bool is_any)
{
	for (size_t i = 0; i < table->n_devices; i++) {
		const struct readiness_device *device = &table->devices[i];

		table->dealt[i] = (struct deal_device){.device = device->device,
			.is_troubled = device->problem.zh[0] || device->is_taken,
			.is_taken = device->is_taken && !is_any};
	}
	deal(&(struct deal_asked){.lesson = table->lesson,
		     .devices = table->dealt,
		     .n_devices = table->n_devices,
		     .n_groups = LESSON_GROUPS},
		&table->deal);
}

static bool has_taken(const struct table *table)
{
	for (size_t i = 0; i < table->n_devices; i++)
		if (table->devices[i].is_taken)
			return true;
	return false;
}

/* Groups that have all, of things that are well. */
static unsigned count_well(const struct table *table)
{
	unsigned n = 0;

	for (unsigned g = 1; g <= LESSON_GROUPS; g++)
		n += table->deal.groups[g].state == DEAL_WELL;
	return n;
}

/* --- sentences --- */

static const struct readiness_device *first_troubled(const struct table *table)
{
	for (unsigned g = 1; g <= LESSON_GROUPS; g++)
		for (unsigned i = 0; i < table->lesson->n_needs; i++) {
			const struct deal_device *of = table->deal.groups[g].seats[i].of;

			if (table->deal.groups[g].state == DEAL_TROUBLED && of && of->is_troubled)
				return &table->devices[of - table->dealt];
		}
	return NULL;
}

static void say_trouble(const struct readiness_device *device, struct text *zh, struct text *en)
{
	if (device->is_taken) {
		text_addf(zh, "%u 号在另一节课里用着。先下那节课，或者在那边放开它。",
			device->device->sticker);
		text_addf(en, "Another session has kit %u. End that one, or release the kit there.",
			device->device->sticker);
		return;
	}
	text_addf(zh, "%u 号：%s。", device->device->sticker, device->problem.zh);
	text_addf(en, "Kit %u: %s.", device->device->sticker, device->problem.en);
}

static void say_ready(unsigned groups, struct text *zh, struct text *en)
{
	if (groups == LESSON_GROUPS) {
		text_add(zh, "器材齐了，各组都能做。");
		text_add(en, "The kits are here for every group.");
	} else {
		text_addf(zh, "器材够 %u 组用。", groups);
		text_addf(en, "Kits for %u group%s.", groups, groups == 1 ? "" : "s");
	}
}

/* Chinese stands apart from Latin letters and digits by a space. */
static void add_zh(struct text *text, const char *words)
{
	bool is_after_latin = text->length > 0 && (unsigned char)text->at[text->length - 1] < 0x80;

	if (is_after_latin != ((unsigned char)*words < 0x80))
		text_add_char(text, ' ');
	text_add(text, words);
}

/* "还缺“室温”：插上 A 或 B。": two kits are enough to read. */
static void say_missing(const struct lesson_need *need, const struct catalogue *catalogue,
	struct text *zh, struct text *en)
{
	unsigned n = 0;

	text_addf(zh, "还缺“%s”：插上", need->name.zh);
	text_addf(en, "%s is missing: plug in ", need->name.en);
	for (size_t i = 0; i < need->n_kits && n < 2; i++) {
		const struct model *model = catalogue_find(catalogue, need->kits[i]);

		if (!model)
			continue;
		if (n > 0)
			add_zh(zh, "或");
		add_zh(zh, model->name.zh);
		text_addf(en, "%s%s", n > 0 ? " or " : "", model->name.en);
		n++;
	}
	text_add(zh, n > 0 ? "。" : "能量它的器材。");
	text_add(en, n > 0 ? "." : "a kit that measures it.");
}

/* The first that is missing; the first at all where only all of them together cannot be had. */
static const struct lesson_need *first_missing(const struct lesson *lesson, unsigned missing)
{
	for (unsigned i = 0; i < lesson->n_needs; i++)
		if (missing >> i & 1u)
			return &lesson->needs[i];
	return &lesson->needs[0];
}

/* --- all of it --- */

/* Of groups that have all, of things that are as well as this; of the first of those who lack something
 * where `least` is that. What groups share is told once. */
static void tell_seats(
	const struct table *table, enum deal_state least, struct readiness *readiness)
{
	unsigned n_groups = least == DEAL_LACKS ? 1 : LESSON_GROUPS;

	for (unsigned g = 1; g <= n_groups; g++)
		for (unsigned i = 0; i < table->lesson->n_needs; i++) {
			const struct deal_seat *seat = &table->deal.groups[g].seats[i];
			unsigned share = table->lesson->needs[i].groups_share;

			if (table->deal.groups[g].state < least || !seat->of || (g - 1) % share)
				continue;
			readiness->seats[readiness->n_seats++] = (struct readiness_seat){
				seat->of->device->id, seat->stream, i, g, share};
		}
}

static void decide(
	struct table *table, const struct catalogue *catalogue, struct readiness *readiness)
{
	struct text zh = text_over(readiness->zh, sizeof readiness->zh);
	struct text en = text_over(readiness->en, sizeof readiness->en);
	const struct readiness_device *troubled;

	deal_out(table, false);
	readiness->groups = count_well(table);
	readiness->missing = table->deal.groups[1].missing;
	troubled = first_troubled(table);
	if (!readiness->groups && !troubled && has_taken(table)) {
		deal_out(table, true);
		troubled = first_troubled(table);
		if (!troubled)
			deal_out(table, false);
	}
	if (readiness->groups > 0) {
		readiness->state = READINESS_READY;
		say_ready(readiness->groups, &zh, &en);
		/* A kit that would serve one more group is worth a look. */
		if (troubled)
			say_trouble(troubled, &zh, &en);
		tell_seats(table, DEAL_WELL, readiness);
	} else if (troubled) {
		readiness->state = READINESS_TROUBLE;
		readiness->missing = 0;
		say_trouble(troubled, &zh, &en);
		tell_seats(table, DEAL_TROUBLED, readiness);
	} else {
		readiness->state = READINESS_MISSING;
		say_missing(first_missing(table->lesson, readiness->missing), catalogue, &zh, &en);
		tell_seats(table, DEAL_LACKS, readiness);
	}
}

void readiness_of(const struct lesson *lesson, const struct catalogue *catalogue,
	const struct readiness_device *devices, size_t n_devices, struct readiness *ret_readiness)
{
	struct table table = {
		.lesson = lesson,
		.devices = devices,
		.n_devices = n_devices < DEAL_DEVICES ? n_devices : DEAL_DEVICES,
	};

	*ret_readiness = (struct readiness){.groups = 0};
	decide(&table, catalogue, ret_readiness);
}

const char *readiness_state_name(enum readiness_state state)
{
	static const char *const names[] = {"ready", "trouble", "missing"};

	return names[state];
}
