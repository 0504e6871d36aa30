/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "class/lesson_json.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "live/json.h"

/* --- small things --- */

static void add_word(struct text *text, const char *name, const char *word)
{
	text_addf(text, ",\"%s\":", name);
	if (word)
		text_add_json(text, word);
	else
		text_add(text, "null");
}

static void add_words(struct text *text, const char *name, const struct model_text *words)
{
	text_addf(text, ",\"%s\":", name);
	json_words(text, words->zh ? words->zh : "", words->en ? words->en : "");
}

static void add_list(struct text *text, const char *name, const struct model_text *list, size_t n)
{
	text_addf(text, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		text_add(text, i > 0 ? "," : "");
		json_words(text, list[i].zh, list[i].en);
	}
	text_add_char(text, ']');
}

static void add_truth(struct text *text, const char *name, bool is_so)
{
	text_addf(text, ",\"%s\":", name);
	json_bool(text, is_so);
}

static void add_number(struct text *text, const char *name, double value)
{
	text_addf(text, ",\"%s\":", name);
	json_number(text, value);
}

/* null for 0, which is: not said. */
static void add_us(struct text *text, const char *name, int64_t ns)
{
	text_addf(text, ",\"%s\":", name);
	if (ns > 0)
		text_add_int(text, ns / NS_PER_US);
	else
		text_add(text, "null");
}

static void add_range(struct text *text, bool is_there, double low, double high)
{
	text_add(text, ",\"range\":");
	if (!is_there) {
		text_add(text, "null");
		return;
	}
	text_add_char(text, '[');
	json_number(text, low);
	text_add_char(text, ',');
	json_number(text, high);
	text_add_char(text, ']');
}

/* An entry of a list begins with its first member. */
static void begin_entry(struct text *text, size_t i, const char *name, const char *word)
{
	text_addf(text, "%s{\"%s\":", i > 0 ? "," : "", name);
	text_add_json(text, word);
}

/* --- the card --- */

/* Those that this board knows. */
static void add_kits(
	struct text *text, const struct lesson_need *need, const struct catalogue *catalogue)
{
	size_t n = 0;

	text_add(text, ",\"kits\":[");
	for (size_t i = 0; i < need->n_kits; i++) {
		const struct model *model = catalogue_find(catalogue, need->kits[i]);

		if (!model)
			continue;
		begin_entry(text, n++, "id", model->id);
		add_words(text, "name", &model->name);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_missing(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, unsigned missing)
{
	size_t n = 0;

	text_add(text, ",\"missing\":[");
	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct lesson_need *need = &lesson->needs[i];

		if (!(missing >> i & 1u))
			continue;
		begin_entry(text, n++, "need", need->id);
		add_word(text, "quantity", need->quantity);
		add_words(text, "name", &need->name);
		add_kits(text, need, catalogue);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

/* Each once, in the order in which they are dealt. */
static void add_devices(struct text *text, const struct readiness *readiness)
{
	bool is_first = true;

	text_add(text, ",\"devices\":[");
	for (size_t i = 0; i < readiness->n_seats; i++) {
		size_t before = 0;

		while (readiness->seats[before].device != readiness->seats[i].device)
			before++;
		if (before < i)
			continue;
		text_add(text, is_first ? "" : ",");
		text_add_uint(text, readiness->seats[i].device);
		is_first = false;
	}
	text_add_char(text, ']');
}

static void add_readiness(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, const struct readiness *readiness)
{
	text_addf(text, ",\"readiness\":{\"state\":\"%s\",\"groups\":%u",
		readiness_state_name(readiness->state), readiness->groups);
	add_devices(text, readiness);
	add_missing(text, lesson, catalogue, readiness->missing);
	text_add(text, ",\"sentence\":");
	json_words(text, readiness->zh, readiness->en);
	text_add_char(text, '}');
}

static void add_stages(struct text *text, unsigned stages)
{
	bool is_first = true;

	text_add(text, ",\"stage\":[");
	for (unsigned bit = LESSON_KINDERGARTEN; bit <= LESSON_SENIOR; bit <<= 1) {
		if (!(stages & bit))
			continue;
		text_addf(text, "%s\"%s\"", is_first ? "" : ",",
			lesson_stage_name((enum lesson_stage)bit));
		is_first = false;
	}
	text_add_char(text, ']');
}

static void add_minutes(struct text *text, const struct lesson *lesson)
{
	int64_t ns = 0;

	for (size_t i = 0; i < lesson->n_phases; i++)
		ns += lesson->phases[i].ns;
	text_add(text, ",\"minutes\":");
	if (ns > 0)
		text_add_int(text, (ns + 30 * (int64_t)NS_PER_S) / (60 * (int64_t)NS_PER_S));
	else
		text_add(text, "null");
}

/* Without the brace at the end, and without what all of it says at more length. */
static void add_card(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, const struct readiness *readiness)
{
	static const struct model_text none = {0};
	static const struct model_text mistakes = {
		"这节课的文件里有错。在板子上运行 kitlog lessons check --all。",
		"The files of this lesson have mistakes. Run kitlog lessons check --all on the board."};

	begin_entry(text, 0, "id", lesson->id);
	add_words(text, "title", &lesson->title);
	add_words(text, "question", &lesson->question);
	add_stages(text, lesson->stages);
	add_word(text, "subject", lesson->subject);
	add_words(text, "theme", &lesson->theme);
	add_word(text, "catalogue", lesson->catalogue);
	add_word(text, "mode", lesson_mode_name(lesson->mode));
	add_minutes(text, lesson);
	add_truth(text, "is_project", lesson->is_project);
	add_truth(text, "has_sample", lesson->sample);
	add_words(text, "problem", lesson->has_mistakes ? &mistakes : &none);
	add_readiness(text, lesson, catalogue, readiness);
}

void lesson_json_card(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, const struct readiness *readiness)
{
	add_card(text, lesson, catalogue, readiness);
	add_word(text, "predict", lesson_predict_name(lesson->predict.kind));
	text_add_char(text, '}');
}

/* --- all of it --- */

static void add_needs(
	struct text *text, const struct lesson *lesson, const struct catalogue *catalogue)
{
	text_add(text, ",\"needs\":[");
	for (size_t i = 0; i < lesson->n_needs; i++) {
		const struct lesson_need *need = &lesson->needs[i];

		begin_entry(text, i, "id", need->id);
		add_words(text, "name", &need->name);
		add_word(text, "quantity", need->quantity);
		add_word(text, "unit", need->unit);
		add_word(text, "channel", need->channel);
		add_kits(text, need, catalogue);
		text_addf(text, ",\"groups_share\":%u", need->groups_share);
		add_truth(text, "is_optional", need->is_optional);
		add_words(text, "place", &need->place);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_typed(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"typed\":[");
	for (size_t i = 0; i < lesson->n_typed; i++) {
		const struct lesson_typed *typed = &lesson->typed[i];

		begin_entry(text, i, "id", typed->id);
		add_words(text, "name", &typed->name);
		add_word(text, "unit", typed->unit);
		add_number(text, "low", typed->low);
		add_number(text, "high", typed->high);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_trigger(struct text *text, const struct lesson_trigger *trigger)
{
	text_add(text, ",\"trigger\":");
	if (!trigger->channel) {
		text_add(text, "null");
		return;
	}
	begin_entry(text, 0, "channel", trigger->channel);
	add_word(text, "edge", lesson_edge_name(trigger->edge));
	add_number(text, "level", trigger->level);
	text_addf(text, ",\"before_us\":%lld}", (long long)(trigger->before_ns / NS_PER_US));
}

static void add_record(struct text *text, const struct lesson *lesson)
{
	text_addf(text, ",\"record\":{\"mode\":\"%s\"", lesson_mode_name(lesson->mode));
	add_us(text, "period_us", lesson->period_ns);
	add_us(text, "duration_us", lesson->duration_ns);
	add_truth(text, "project", lesson->is_project);
	add_typed(text, lesson);
	add_trigger(text, &lesson->trigger);
	text_add_char(text, '}');
}

static void add_predict(struct text *text, const struct lesson *lesson)
{
	text_addf(text, ",\"predict\":{\"kind\":\"%s\"", lesson_predict_name(lesson->predict.kind));
	add_words(text, "ask", &lesson->predict.ask);
	add_list(text, "choices", lesson->predict.choices, lesson->predict.n_choices);
	add_word(text, "unit", lesson->predict.unit);
	add_word(text, "compare", lesson->predict.compare);
	add_word(text, "y", lesson->predict.y);
	add_range(text, lesson->predict.y, lesson->predict.low, lesson->predict.high);
	add_us(text, "time_us", lesson->predict.ns);
	text_add_char(text, '}');
}

static void add_formulas(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"formulas\":[");
	for (size_t i = 0; i < lesson->n_formulas; i++) {
		const struct lesson_formula *formula = &lesson->formulas[i];

		begin_entry(text, i, "id", formula->id);
		add_words(text, "name", &formula->name);
		add_word(text, "unit", formula->unit);
		add_word(text, "is", formula->is);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_plot(struct text *text, const char *name, const struct lesson_plot *plot)
{
	text_addf(text, ",\"%s\":", name);
	if (!plot->x) {
		text_add(text, "null");
		return;
	}
	begin_entry(text, 0, "x", plot->x);
	add_word(text, "y", plot->y);
	text_add(text, ",\"fits\":[");
	for (size_t i = 0; i < plot->n_fits; i++) {
		text_add(text, i > 0 ? "," : "");
		text_add_json(text, plot->fits[i]);
	}
	text_add(text, "]}");
}

static void add_accept(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"accept\":[");
	for (size_t i = 0; i < lesson->n_accept; i++) {
		const struct lesson_accept *accept = &lesson->accept[i];

		begin_entry(text, i, "channel", accept->channel);
		add_number(text, "least",
			accept->least_samples > 0 ? (double)accept->least_samples : NAN);
		add_us(text, "least_us", accept->least_ns);
		add_range(text, accept->has_range, accept->low, accept->high);
		add_words(text, "otherwise", &accept->otherwise);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_phases(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"phases\":[");
	for (size_t i = 0; i < lesson->n_phases; i++) {
		text_addf(text, "%s{\"us\":%lld", i > 0 ? "," : "",
			(long long)(lesson->phases[i].ns / NS_PER_US));
		add_words(text, "name", &lesson->phases[i].name);
		text_add_char(text, '}');
	}
	text_add(text, "],\"reminders\":[");
	for (size_t i = 0; i < lesson->n_reminders; i++) {
		text_addf(text, "%s{\"every_us\":%lld", i > 0 ? "," : "",
			(long long)(lesson->reminders[i].every_ns / NS_PER_US));
		add_word(text, "who", lesson_who_name(lesson->reminders[i].who));
		add_words(text, "text", &lesson->reminders[i].text);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_expect(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"expect\":[");
	for (size_t i = 0; i < lesson->n_expect; i++) {
		const struct lesson_expect *expect = &lesson->expect[i];

		begin_entry(text, i, "what", expect->what);
		add_range(text, true, expect->low, expect->high);
		add_word(text, "unit", expect->unit);
		add_words(text, "because", &expect->because);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_slips(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"slips\":[");
	for (size_t i = 0; i < lesson->n_slips; i++) {
		text_add(text, i > 0 ? ",{\"see\":" : "{\"see\":");
		json_words(text, lesson->slips[i].see.zh, lesson->slips[i].see.en);
		add_words(text, "then", &lesson->slips[i].then);
		text_add_char(text, '}');
	}
	text_add_char(text, ']');
}

static void add_samples(struct text *text, const struct lesson *lesson)
{
	text_add(text, ",\"samples\":[");
	if (lesson->sample)
		text_add_json(text, lesson->sample + strlen("sample/")); /* as the check has it */
	text_add_char(text, ']');
}

void lesson_json_whole(struct text *text, const struct lesson *lesson,
	const struct catalogue *catalogue, const struct readiness *readiness,
	struct lesson_reader reader)
{
	add_card(text, lesson, catalogue, readiness);
	add_needs(text, lesson, catalogue);
	add_record(text, lesson);
	add_predict(text, lesson);
	add_formulas(text, lesson);
	add_plot(text, "plot", &lesson->plot);
	add_plot(text, "class_plot", &lesson->class_plot);
	add_accept(text, lesson);
	add_phases(text, lesson);
	add_list(text, "safety", lesson->safety, lesson->n_safety);
	add_list(text, "extension", lesson->extension, lesson->n_extension);
	add_words(text, "student", &lesson->student);
	add_samples(text, lesson);
	if (reader.sees_expect)
		add_expect(text, lesson);
	if (reader.is_teacher) {
		add_slips(text, lesson);
		add_words(text, "teacher", &lesson->teacher);
	}
	text_add_char(text, '}');
}
