/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of lesson.yaml's keys, with what a single value must be; what several must be to each
 * other is in lesson_check.c. To add a key: a member in lesson_file.h, a line in the table, perhaps a
 * rule, a line in lesson.c that settles it, one in class/lesson_json.c, and one in lessons/README.md. */
#include "data/lesson_file.h"

#include <string.h>

#include "base/number.h"
#include "data/device.h"
#include "data/formula.h"
#include "data/model_keys.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "data/word.h"

/* clang-format off */
#define CHOICE(key, flags, type, member, words) \
	CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | (flags), struct type, member, words, COUNT(words))
#define LIST(key, flags, type, member, entry, least, most) \
	CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | (flags), struct type, member, n_##member, entry, least, most)
#define RANGE(flags, type) CYAML_FIELD_SEQUENCE_FIXED("range", flags, struct type, range, &keys_number, 2)
#define PAIR(key, type, member, fields) CYAML_FIELD_MAPPING(key, MUST, struct type, member, fields)
#define MAP(key, type, member, fields) \
	CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | MAY, struct type, member, fields)

static const cyaml_strval_t stages[] = {
	{"kindergarten", LESSON_KINDERGARTEN}, {"primary", LESSON_PRIMARY}, {"junior", LESSON_JUNIOR},
	{"senior", LESSON_SENIOR},
};
static const cyaml_strval_t modes[] = {
	{"time", LESSON_TIME}, {"event", LESSON_EVENT}, {"edges", LESSON_EDGES},
};
static const cyaml_strval_t predictions[] = {
	{"none", LESSON_PREDICT_NONE}, {"curve", LESSON_PREDICT_CURVE}, {"value", LESSON_PREDICT_VALUE},
	{"choice", LESSON_PREDICT_CHOICE},
};
static const cyaml_strval_t edges[] = {{"rising", LESSON_RISING}, {"falling", LESSON_FALLING}};
static const cyaml_strval_t doers[] = {{"group", LESSON_GROUP}, {"teacher", LESSON_TEACHER}};

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, WORD)};

static const cyaml_schema_field_t predict_keys[] = {
	CHOICE("kind", MUST, written_predict, kind, predictions),
	MAP("ask", written_predict, ask, keys_of_sentence),
	LIST("choices", MAY, written_predict, choices, &keys_sentence, 2, 6),
	TEXT("unit", MAY, written_predict, unit, UNIT_TEXT - 1),
	TEXT("compare", MAY, written_predict, compare, WORD),
	TEXT("y", MAY, written_predict, y, WORD),
	RANGE(MAY, written_predict),
	TEXT("time", MAY, written_predict, time, WORD),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t need_keys[] = {
	TEXT("id", MUST, written_need, id, WORD),
	MAP("name", written_need, name, keys_of_name),
	TEXT("quantity", MUST, written_need, quantity, WORD),
	TEXT("unit", MAY, written_need, unit, UNIT_TEXT - 1),
	TEXT("channel", MAY, written_need, channel, WORD),
	LIST("kits", MAY, written_need, kits, &word, 1, 12),
	CYAML_FIELD_UINT_PTR("groups_share", CYAML_FLAG_POINTER | MAY, struct written_need, groups_share),
	TRUTH("optional", written_need, optional),
	MAP("place", written_need, place, keys_of_sentence),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t need = {CYAML_VALUE_MAPPING(MUST, struct written_need, need_keys)};

static const cyaml_schema_field_t typed_keys[] = {
	TEXT("id", MUST, written_typed, id, WORD),
	PAIR("name", written_typed, name, keys_of_name),
	TEXT("unit", MUST, written_typed, unit, UNIT_TEXT - 1),
	RANGE(MUST, written_typed),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t typed = {CYAML_VALUE_MAPPING(MUST, struct written_typed, typed_keys)};

static const cyaml_schema_field_t trigger_keys[] = {
	TEXT("channel", MUST, written_trigger, channel, WORD),
	CHOICE("edge", MUST, written_trigger, edge, edges),
	CYAML_FIELD_FLOAT_PTR("above", CYAML_FLAG_POINTER | MAY, struct written_trigger, above),
	CYAML_FIELD_FLOAT_PTR("below", CYAML_FLAG_POINTER | MAY, struct written_trigger, below),
	TEXT("before", MAY, written_trigger, before, WORD),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t record_keys[] = {
	CHOICE("mode", MUST, written_record, mode, modes),
	TEXT("rate", MAY, written_record, rate, WORD),
	TEXT("duration", MAY, written_record, duration, WORD),
	TRUTH("project", written_record, project),
	LIST("typed", MAY, written_record, typed, &typed, 1, LESSON_TYPED),
	MAP("trigger", written_record, trigger, trigger_keys),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t formula_keys[] = {
	TEXT("id", MUST, lesson_formula, id, WORD),
	PAIR("name", lesson_formula, name, keys_of_name),
	TEXT("unit", MUST, lesson_formula, unit, UNIT_TEXT - 1),
	TEXT("is", MUST, lesson_formula, is, SENTENCE),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t formula = {CYAML_VALUE_MAPPING(MUST, struct lesson_formula, formula_keys)};

static const cyaml_schema_field_t plot_keys[] = {
	TEXT("x", MUST, written_plot, x, WORD),
	TEXT("y", MUST, written_plot, y, WORD),
	LIST("fits", MAY, written_plot, fits, &word, 1, 12),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t expect_keys[] = {
	TEXT("what", MUST, written_expect, what, WORD),
	RANGE(MUST, written_expect),
	TEXT("unit", MUST, written_expect, unit, UNIT_TEXT - 1),
	PAIR("because", written_expect, because, keys_of_sentence),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t expect = {CYAML_VALUE_MAPPING(MUST, struct written_expect, expect_keys)};

static const cyaml_schema_field_t accept_keys[] = {
	TEXT("channel", MUST, written_accept, channel, WORD),
	TEXT("least", MAY, written_accept, least, WORD),
	RANGE(MAY, written_accept),
	PAIR("otherwise", written_accept, otherwise, keys_of_sentence),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t accept = {CYAML_VALUE_MAPPING(MUST, struct written_accept, accept_keys)};

static const cyaml_schema_field_t phase_keys[] = {
	PAIR("name", written_phase, name, keys_of_name),
	TEXT("time", MUST, written_phase, time, WORD),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t phase = {CYAML_VALUE_MAPPING(MUST, struct written_phase, phase_keys)};

static const cyaml_schema_field_t reminder_keys[] = {
	TEXT("every", MUST, written_reminder, every, WORD),
	CHOICE("who", MAY, written_reminder, who, doers),
	PAIR("text", written_reminder, text, keys_of_sentence),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t reminder = {CYAML_VALUE_MAPPING(MUST, struct written_reminder, reminder_keys)};

static const cyaml_schema_field_t slip_keys[] = {
	PAIR("see", lesson_slip, see, keys_of_sentence),
	PAIR("then", lesson_slip, then, keys_of_sentence),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t slip = {CYAML_VALUE_MAPPING(MUST, struct lesson_slip, slip_keys)};

/* In the order in which they are listed to who mistyped one. */
static const cyaml_schema_field_t keys[] = {
	TEXT("lesson", MUST, written_lesson, id, WORD),
	PAIR("title", written_lesson, title, keys_of_sentence),
	CYAML_FIELD_FLAGS("stage", CYAML_FLAG_STRICT | MUST, struct written_lesson, stage, stages, COUNT(stages)),
	TEXT("subject", MUST, written_lesson, subject, WORD),
	TEXT("catalogue", MAY, written_lesson, catalogue, 120),
	MAP("theme", written_lesson, theme, keys_of_sentence),
	PAIR("question", written_lesson, question, keys_of_sentence),
	MAP("predict", written_lesson, predict, predict_keys),
	LIST("needs", MUST, written_lesson, needs, &need, 1, LESSON_NEEDS),
	PAIR("record", written_lesson, record, record_keys),
	LIST("formulas", MAY, written_lesson, formulas, &formula, 1, LESSON_FORMULAS),
	MAP("plot", written_lesson, plot, plot_keys),
	MAP("class_plot", written_lesson, class_plot, plot_keys),
	LIST("expect", MAY, written_lesson, expect, &expect, 1, 8),
	LIST("accept", MAY, written_lesson, accept, &accept, 1, 8),
	LIST("phases", MAY, written_lesson, phases, &phase, 1, 8),
	LIST("reminders", MAY, written_lesson, reminders, &reminder, 1, 8),
	LIST("safety", MUST, written_lesson, safety, &keys_sentence, 1, 12),
	LIST("slips", MAY, written_lesson, slips, &slip, 1, 12),
	LIST("extension", MAY, written_lesson, extension, &keys_sentence, 1, 8),
	TEXT("sample", MAY, written_lesson, sample, 120),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct written_lesson, keys)
};

const char *const lesson_statistics[] = {"mean", "sd", "n", "min", "max", "first", "last", NULL};
const struct lesson_fit lesson_fits[] = {
	{"proportional", "k"}, {"linear", "k b"}, {"quadratic", "a b c"}, {"power", "a n"},
	{"exponential", "A k"}, {"decay", "A tau C"}, {"logarithm", "a b"}, {"sine", "A f phi C"},
	{"damped", "A tau f phi C"}, {"gaussian", "A mu s C"}, {"poisson", "m rate"}, {NULL, NULL},
};
enum { FITS = COUNT(lesson_fits) - 1 };
static const char *const subjects[] = {"physics", "chemistry", "biology", "geography", "science",
	"technology", "mathematics"};
/* clang-format on */

/* --- what a single value must be: each returns NULL or what was expected --- */

static const char *check_id(const char *id)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char rest[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	if (!*id || !strchr(letters, *id) || id[strspn(id, rest)] || strlen(id) >= LESSON_ID)
		return "a short name (23 at most) of letters, digits and _, such as T2 or warm";
	if (strcmp(id, "time") == 0 || strcmp(id, "group") == 0)
		return "a name of your own; time and group are there already";
	if (strcmp(id, "plot") == 0 || strcmp(id, "class_plot") == 0)
		return "a name of your own; plot and class_plot are keys of a lesson";
	return formula_knows(id) ? "a name of your own; formulas know one of that name" : NULL;
}

/* "one of A, B and C; did you mean B?" into a buffer of this thread. */
static const char *expect_one_of(const char *given, const char *const *list, size_t n)
{
	static _Thread_local char buffer[240];
	struct text text = text_over(buffer, sizeof buffer);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], given) == 0)
			return NULL;
		text_addf(&text, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", list[i]);
	}
	const char *near = word_nearest(given, list, n);

	if (near)
		text_addf(&text, "; did you mean %s?", near);
	return buffer;
}

static const char *check_subject(const char *given)
{
	return expect_one_of(given, subjects, COUNT(subjects));
}

static const char *check_fit(const char *given)
{
	const char *ids[FITS];

	for (size_t i = 0; i < FITS; i++)
		ids[i] = lesson_fits[i].id;
	return expect_one_of(given, ids, FITS);
}

static const char *check_one_line(const char *given)
{
	return strchr(given, '\n') ? "a text in one line" : NULL;
}

static const char *check_rate(const char *given)
{
	double hz;

	return word_rate(given, &hz);
}

static const char *check_time(const char *given)
{
	int64_t ns;
	const char *expected = word_duration(given, &ns);

	return expected || ns > 0 ? expected : "longer than nothing; leave the key out";
}

static bool read_samples(const char *given, unsigned *ret_samples)
{
	static const char end[] = " samples";
	size_t n = strspn(given, "0123456789");
	int64_t value;

	if (n == 0 || n > 6 || strcmp(given + n, end) != 0 ||
		number_to_int(given, n, &value) != n || value < 1)
		return false;
	*ret_samples = (unsigned)value;
	return true;
}

const char *lesson_word_least(const char *given, unsigned *ret_samples, int64_t *ret_ns)
{
	*ret_samples = 0;
	*ret_ns = 0;
	if (read_samples(given, ret_samples) ||
		(word_duration(given, ret_ns) == NULL && *ret_ns > 0))
		return NULL;
	return "a number of samples such as 20 samples, nor a time such as 20 min";
}

static const char *check_least(const char *given)
{
	unsigned samples;
	int64_t ns;

	return lesson_word_least(given, &samples, &ns);
}

/* A folder below the lesson's own, and no other place of the card. */
static const char *check_sample(const char *given)
{
	static const char inside[] = "sample/";
	size_t n = sizeof inside - 1;

	if (strncmp(given, inside, n) != 0 || word_kit_id(given + n))
		return "a folder such as sample/six-groups, in the lesson's own";
	return NULL;
}

/* clang-format off */
static const struct rule rules[] = {
	{.path = "lesson", .check = word_kit_id},
	{.path = "subject", .check = check_subject},
	{.path = "catalogue", .check = check_one_line},
	{.path = "predict.unit", .check = word_unit},
	{.path = "predict.time", .check = check_time},
	{.path = "needs[].id", .check = check_id},
	{.path = "needs[].quantity", .check = word_quantity},
	{.path = "needs[].unit", .check = word_unit},
	{.path = "needs[].channel", .check = word_channel_id},
	{.path = "needs[].kits[]", .check = word_kit_id},
	{.path = "needs[].groups_share", .low = 1, .high = LESSON_GROUPS},
	{.path = "record.rate", .check = check_rate},
	{.path = "record.duration", .check = check_time},
	{.path = "record.typed[].id", .check = check_id},
	{.path = "record.typed[].unit", .check = word_unit},
	{.path = "record.trigger.before", .check = check_time},
	{.path = "formulas[].id", .check = check_id},
	{.path = "formulas[].unit", .check = word_unit},
	{.path = "formulas[].is", .check = check_one_line},
	{.path = "plot.fits[]", .check = check_fit},
	{.path = "class_plot.fits[]", .check = check_fit},
	{.path = "expect[].unit", .check = word_unit},
	{.path = "accept[].least", .check = check_least},
	{.path = "phases[].time", .check = check_time},
	{.path = "reminders[].every", .check = check_time},
	{.path = "sample", .check = check_sample},
	{.path = "*.name.zh", .check = check_one_line},
	{.path = "*.name.en", .check = check_one_line},
	{.path = "title.zh", .check = check_one_line},
	{.path = "title.en", .check = check_one_line},
	{.path = NULL},
};
/* clang-format on */

const struct format lesson_format = {.schema = &schema, .rules = rules, .check = lesson_check};

static const char *name_of(const cyaml_strval_t *list, size_t n, int64_t value)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].val == value)
			return list[i].str;
	return "unknown";
}

const char *lesson_stage_name(enum lesson_stage stage)
{
	return name_of(stages, COUNT(stages), stage);
}

const char *lesson_mode_name(enum lesson_mode mode)
{
	return name_of(modes, COUNT(modes), mode);
}

const char *lesson_predict_name(enum lesson_predict kind)
{
	return name_of(predictions, COUNT(predictions), kind);
}

const char *lesson_edge_name(enum lesson_edge edge)
{
	return name_of(edges, COUNT(edges), edge);
}

const char *lesson_who_name(enum lesson_who who)
{
	return name_of(doers, COUNT(doers), who);
}
