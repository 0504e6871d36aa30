/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `hid`: a USB device of the class "human interface" whose reports hold its values at
 * fixed places.
 *
 *     hid: {report: 8, start: [feature 00 00 00 00 00 00 00 00], silence: 10 s}
 *
 * A report is what one interrupt transfer brings; one of another length is refused. Report numbers
 * are not used by the instruments that we know, so they are not known here: with them, byte 0 of a
 * report is its number and `when: u8@0 = 1` chooses.
 *
 * Feature reports go by SET_REPORT on the control pipe (HID 1.11, 7.2.2), one at a time, and a
 * device that refuses one is asked again at the next silence: many take it without saying so. */
#include "kits/protocols/hid.h"

#include <errno.h>
#include <string.h>

#include "data/load.h"
#include "data/model_word.h"
#include "data/word.h"
#include "kits/protocols/fields.h"

enum {
	SET_REPORT = 0x09,
	FEATURE = 0x0300,
	TO_INTERFACE = 0x21, /* class request, host to device */
	RETRY_MS = 1000,     /* for a device that is not ready to take what starts it */
};

/* --- kit.yaml --- */

struct keys {
	unsigned report;
	char **start;
	unsigned start_count;
	char *silence;
};

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 240)};

static const cyaml_schema_field_t key_fields[] = {
	CYAML_FIELD_UINT("report", CYAML_FLAG_DEFAULT, struct keys, report),
	CYAML_FIELD_SEQUENCE_COUNT("start", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct keys,
		start, start_count, &word, 1, HID_STEPS),
	CYAML_FIELD_STRING_PTR(
		"silence", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct keys, silence, 1, 16),
	CYAML_FIELD_END,
};

static const char *read_step(const char *text, struct hid_step *ret_step)
{
	static const char expected[] =
		"feature or output and bytes, such as feature 00 00 00 00 00 00 00 00";
	bool is_feature = strncmp(text, "feature ", 8) == 0;
	struct model_bytes bytes;

	if ((!is_feature && strncmp(text, "output ", 7) != 0) ||
		word_bytes_to_send(text + (is_feature ? 8 : 7), &bytes) ||
		bytes.n > HID_REPORT_MOST)
		return expected;
	ret_step->is_feature = is_feature;
	ret_step->n = (uint8_t)bytes.n;
	memcpy(ret_step->bytes, bytes.bytes, bytes.n);
	return NULL;
}

static const char *check_step(const char *text)
{
	struct hid_step step;

	return read_step(text, &step);
}

static const char *check_silence(const char *text)
{
	int64_t ns;

	return word_duration(text, &ns);
}

static const struct rule rules[] = {
	{.path = "hid.report", .low = 1, .high = HID_REPORT_MOST},
	{.path = "hid.start[]", .check = check_step},
	{.path = "hid.silence", .check = check_silence},
	{0},
};

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	const struct keys *keys = model->keys;
	struct hid_plan *plan = arena_take(arena, sizeof(*plan));
	int failed = 0;

	if (!plan)
		return -ENOMEM;
	plan->report_bytes = keys->report;
	for (; plan->n_steps < keys->start_count; plan->n_steps++)
		read_step(keys->start[plan->n_steps], &plan->steps[plan->n_steps]);
	if (keys->silence)
		word_duration(keys->silence, &plan->silence_ns);
	if (!model->driver)
		failed = fields_compile(
			model, tree, report, arena, plan->report_bytes, "report", &plan->fields);
	if (!failed)
		*ret_plan = plan;
	return failed;
}

static const struct model_form form = {
	.name = "hid",
	.keys = key_fields,
	.size = sizeof(struct keys),
	.rules = rules,
	.needs = MODEL_NEEDS_MATCH | MODEL_MAY_DISCOVER | MODEL_KNOWS_WHEN | MODEL_IS_USB,
	.compile = compile,
};

/* --- waking it up --- */

const struct hid_plan *hid_plan(const struct kit *kit)
{
	const struct model *model = kit_model(kit);

	return model ? model->plan : NULL;
}

static void send_steps(struct kit *kit, struct hid *hid)
{
	const struct hid_plan *plan = hid_plan(kit);
	static const struct kit_control set_feature = {TO_INTERFACE, SET_REPORT, FEATURE, 0};

	while (plan && hid->step < plan->n_steps && !hid->is_asked) {
		const struct hid_step *step = &plan->steps[hid->step];

		if (step->is_feature)
			hid->is_asked = kit_control(kit, &set_feature, step->bytes, step->n) == 0;
		if (!hid->is_asked && (step->is_feature || kit_send(kit, step->bytes, step->n)))
			return; /* the next tick tries again */
		hid->step++;
	}
}

static void begin(struct kit *kit, struct hid *hid)
{
	hid->heard = kit_now(kit);
	hid->step = 0;
	send_steps(kit, hid);
}

void hid_open(struct kit *kit, struct hid *hid)
{
	begin(kit, hid);
}

void hid_heard(struct kit *kit, struct hid *hid)
{
	hid->heard = kit_now(kit);
}

void hid_answer(struct kit *kit, void *state, int error, const uint8_t *bytes, size_t n)
{
	const struct hid_plan *plan = hid_plan(kit);
	struct hid *hid = state;

	(void)bytes;
	(void)n;
	hid->is_asked = false;
	if (error) {
		if (error == -ETIMEDOUT)
			kit_unanswered(kit, KIT_WHOLE, "timeout");
		else
			kit_error(kit, "refused");
		/* As if it had been silent for so long that only RETRY_MS is left. */
		if (plan && plan->silence_ns > 0)
			hid->heard = instant_add(
				kit_now(kit), RETRY_MS * (int64_t)NS_PER_MS - plan->silence_ns);
	}
	send_steps(kit, hid);
}

void hid_tick(struct kit *kit, void *state, struct instant now)
{
	const struct hid_plan *plan = hid_plan(kit);
	struct hid *hid = state;

	if (!plan || hid->is_asked)
		return;
	if (plan->silence_ns > 0 && instant_since(now, hid->heard) >= plan->silence_ns)
		begin(kit, hid);
	else
		send_steps(kit, hid);
}

/* --- the family --- */

static void open_kit(struct kit *kit, void *state)
{
	if (kit_describe_model(kit, NULL, STAMP_ARRIVAL))
		kit_error(kit, "description");
	hid_open(kit, state);
}

static void take_report(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	const struct hid_plan *plan = hid_plan(kit);

	if (!plan || n != plan->report_bytes) {
		kit_error(kit, "length");
		return;
	}
	hid_heard(kit, state);
	if (plan->fields && fields_put(kit, plan->fields, bytes, n))
		kit_emit(kit, kit_arrival(kit, 0));
}

KIT_FAMILY(hid) = {
	.name = "hid",
	.state_size = sizeof(struct hid),
	.form = &form,
	.needs_model = true,
	.open = open_kit,
	.report = take_report,
	.answer = hid_answer,
	.tick = hid_tick,
};
