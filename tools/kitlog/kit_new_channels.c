/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words behind `kit new --channels`, and whether the family gives what they name. */
#include <stdio.h>
#include <string.h>

#include "data/model_word.h"
#include "tools/kitlog/command.h"
#include "tools/kitlog/kit_new.h"
#include "tools/kitlog/say.h"

static bool is_channel_id(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n < sizeof((struct draft_channel *)NULL)->id && !word[n] &&
		word[0] >= 'a' && word[0] <= 'z';
}

/* The first of "Cel K [degF]". */
static void take_first(const char *words, struct draft_channel *ret_channel)
{
	snprintf(ret_channel->unit, sizeof ret_channel->unit, "%.*s", (int)strcspn(words, " "),
		words);
}

/* NULL: the usual one, of the family if it has a list, else of the quantity. */
static int read_unit(
	const struct draft_family *family, const char *unit, struct draft_channel *ret_channel)
{
	const struct quantity *quantity = ret_channel->quantity;
	const char *usual = draft_usual_unit(family, quantity);

	if (unit && !quantity_has_unit(quantity, unit))
		return command_misused(
			"kit new --channels", unit, quantity->units ? quantity->units : "UCUM");
	if (unit)
		text_copy(ret_channel->unit, sizeof ret_channel->unit, unit);
	else
		take_first(usual ? usual : quantity->units ? quantity->units : "1", ret_channel);
	return 0;
}

/* A short name that is no quantity's. */
static int lacks_quantity(const char *word)
{
	fprintf(stderr,
		say("kitlog kit new --channels: “%s”没说量什么；写成 名字:量:单位，例如 "
		    "temp:temperature:Cel；量的列表在 kits/README.zh-CN.md\n",
			"kitlog kit new --channels: \"%s\" does not say what it measures; write "
			"ID:QUANTITY:UNIT, such as temp:temperature:Cel; kits/README.md lists the "
			"quantities\n"),
		word);
	return 2;
}

/* "temp:temperature:Cel" */
static int read_channel(
	const struct draft_family *family, char *word, struct draft_channel *ret_channel)
{
	char *quantity = strchr(word, ':'), *unit = quantity ? strchr(quantity + 1, ':') : NULL;
	const char *expected;

	if (quantity)
		*quantity++ = '\0';
	if (unit)
		*unit++ = '\0';
	if (!is_channel_id(word))
		return command_misused("kit new --channels", word,
			say("名字:量:单位，例如 temp:temperature:Cel，名字用小写字母",
				"ID:QUANTITY:UNIT, such as temp:temperature:Cel, with an id in small "
				"letters"));
	ret_channel->quantity = quantity_find(quantity ? quantity : word);
	if (!ret_channel->quantity && !quantity)
		return lacks_quantity(word);
	if (!ret_channel->quantity) {
		expected = word_quantity(quantity);
		return command_misused("kit new --channels", quantity,
			expected ? expected : "temp:temperature:Cel");
	}
	text_copy(ret_channel->id, sizeof ret_channel->id, word);
	return read_unit(family, unit, ret_channel);
}

/* Does the family give all that, and by which of its modes? */
static int choose_mode(struct draft_kit *draft)
{
	char buffer[600];
	struct text expected = text_over(buffer, sizeof buffer);
	const char *word;

	if (draft_choose_mode(draft, &word, &expected))
		return 0;
	text_addf(&expected, say("（%s 给得出的）", " (what %s gives)"), draft->family->name);
	return command_misused("kit new --channels", word, expected.at);
}

/* A kernel's driver has one temperature, but three axes. */
static int check_numbers(const struct draft_kit *draft)
{
	char buffer[160];
	struct text expected = text_over(buffer, sizeof buffer);

	for (size_t i = 0; i < draft->n_channels; i++) {
		const struct draft_channel *channel = &draft->channels[i];
		const struct draft_source *source = draft_source(draft, i);
		size_t most = source ? draft_source_most(source) : DRAFT_CHANNELS, earlier = 0;

		for (size_t j = 0; j < i; j++)
			earlier += draft->channels[j].quantity == channel->quantity;
		if (earlier < most)
			continue;
		text_addf(&expected,
			say("%s 最多 %zu 个（%s 给得出的）", "%s: at most %zu (what %s gives)"),
			channel->quantity->id, most, draft->family->name);
		return command_misused("kit new --channels", channel->id, expected.at);
	}
	return 0;
}

static int called_twice(const char *word)
{
	fprintf(stderr,
		say("kitlog kit new --channels: 两个通道都叫“%s”；换一个名字\n",
			"kitlog kit new --channels: two channels are called \"%s\"; give one another "
			"name\n"),
		word);
	return 2;
}

int draft_read_channels(const char *words, struct draft_kit *draft)
{
	char buffer[512], *rest = buffer, *word;

	if (!text_copy(buffer, sizeof buffer, words))
		return command_misused(
			"kit new --channels", words, say("最多 16 个通道", "at most 16 channels"));
	while ((word = strsep(&rest, ","))) {
		int misused;

		word += strspn(word, " ");
		if (draft->n_channels == DRAFT_CHANNELS)
			return command_misused("kit new --channels", word,
				say("最多 16 个通道", "at most 16 channels"));
		misused = read_channel(draft->family, word, &draft->channels[draft->n_channels]);
		if (misused)
			return misused;
		for (size_t i = 0; i < draft->n_channels; i++)
			if (strcmp(draft->channels[i].id, word) == 0)
				return called_twice(word);
		draft->n_channels++;
	}
	int status = choose_mode(draft);

	return status ? status : check_numbers(draft);
}
