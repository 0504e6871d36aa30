/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/accept_words.h"

#include <inttypes.h>

#include "base/clock.h"
#include "data/unit.h"

static const char *say(enum accept_language language, const char *zh, const char *en)
{
	return language == ACCEPT_ZH ? zh : en;
}

static const char *words_of(const json_t *words, enum accept_language language)
{
	const char *first = json_string_value(json_object_get(words, say(language, "zh", "en")));
	const char *other = json_string_value(json_object_get(words, say(language, "en", "zh")));

	return first && first[0] ? first : other ? other : "";
}

static bool has(const json_t *one, const char *name)
{
	return json_is_number(json_object_get(one, name));
}

static double number(const json_t *one, const char *name)
{
	return json_number_value(json_object_get(one, name));
}

static void add_unit(const json_t *one, struct text *words)
{
	const char *unit = json_string_value(json_object_get(one, "unit"));
	char room[64];
	struct text people = text_over(room, sizeof room);

	unit_add_for_people(&people, unit ? unit : "");
	if (people.length > 0)
		text_addf(words, " %s", people.at);
}

static void add_part(struct text *words, size_t begin)
{
	text_add(words, words->length > begin ? "; " : "");
}

void accept_add_name(const json_t *one, enum accept_language language, struct text *words)
{
	const char *name = words_of(json_object_get(one, "name"), language);
	const char *id = json_string_value(json_object_get(one, "channel"));

	text_add(words, name[0] ? name : id ? id : "");
}

void accept_add_asked(const json_t *one, enum accept_language language, struct text *words)
{
	size_t begin = words->length;

	if (has(one, "least"))
		text_addf(words, say(language, "至少 %.0f 个样本", "at least %.0f samples"),
			number(one, "least"));
	if (has(one, "least_us")) {
		add_part(words, begin);
		text_addf(words, say(language, "至少 %.6g s", "at least %.6g s"),
			number(one, "least_us") / 1e6);
	}
	if (has(one, "low") && has(one, "high")) {
		add_part(words, begin);
		text_addf(words, say(language, "%.6g 到 %.6g", "%.6g to %.6g"), number(one, "low"),
			number(one, "high"));
		add_unit(one, words);
	}
}

void accept_add_found(const json_t *one, enum accept_language language, struct text *words)
{
	text_addf(words, say(language, "%.0f 个样本，%.6g s", "%.0f samples, %.6g s"),
		number(one, "n"), number(one, "us") / 1e6);
	if (has(one, "value")) {
		text_addf(words, "; %.6g", number(one, "value"));
		add_unit(one, words);
	}
}

void accept_add_verdict(const json_t *one, enum accept_language language, struct text *words)
{
	const json_t *holds = json_object_get(one, "holds");

	if (json_is_true(holds)) {
		text_add(words, say(language, "够好了", "good enough"));
	} else if (json_is_false(holds)) {
		text_add(words, say(language, "不够好：", "not good enough: "));
		text_add(words, words_of(json_object_get(one, "otherwise"), language));
	} else {
		text_add(words, say(language, "还说不准", "nobody can say"));
	}
}

static void add_line(const json_t *one, enum accept_language language, struct text *text)
{
	accept_add_name(one, language, text);
	text_add(text, say(language, "（要 ", " (asked: "));
	accept_add_asked(one, language, text);
	text_add(text, say(language, "；有 ", "; found: "));
	accept_add_found(one, language, text);
	text_add(text, say(language, "）：", "): "));
	accept_add_verdict(one, language, text);
	text_add_char(text, '\n');
}

void accept_words_add(const struct about *about, struct text *text)
{
	for (enum accept_language language = ACCEPT_ZH; language <= ACCEPT_EN; language++) {
		if (json_array_size(about->accept) > 0)
			text_add(text,
				say(language, "\n这次记录够好吗（accept）：\n",
					"\nIs this run good enough (accept)?\n"));
		for (size_t i = 0; i < json_array_size(about->accept); i++)
			add_line(json_array_get(about->accept, i), language, text);
	}
}
