/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `usb`: an instrument with a USB protocol of its own that is asked on the control pipe,
 * or that sends packets unasked, with its values at fixed places.
 *
 *     usb: {ask: C0 04 00 00 00 00 02 00, every: 250 ms}
 *
 * `ask` is the request as USB writes it (USB 2.0, 9.3): type, request, value, index and length, the
 * last three with their low byte first; only requests that the device answers make sense. Without
 * `ask` it is listened to.
 *
 * Cheap instruments speak USB by a program on a chip without USB, and miss a request now and then;
 * it is asked again at once, three times, before the turn is given up. */
#include <errno.h>

#include "data/load.h"
#include "data/model_word.h"
#include "data/word.h"
#include "kits/protocols/fields.h"
#include "sense/kit.h"

enum { SETUP_BYTES = 8, FROM_DEVICE = 0x80, TRIES = 3 };

static const int64_t usual_ns = NS_PER_S;

struct keys {
	char *ask, *every;
};

struct plan {
	bool has_request;
	struct kit_control request;
	size_t answer_bytes;
	int64_t every_ns;
	struct fields *fields; /* NULL with a driver */
};

struct usb_kit {
	struct instant next;
	bool is_asked;
	unsigned tries; /* left in this turn */
};

/* --- kit.yaml --- */

static const cyaml_schema_field_t key_fields[] = {
	CYAML_FIELD_STRING_PTR(
		"ask", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct keys, ask, 1, 40),
	CYAML_FIELD_STRING_PTR(
		"every", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct keys, every, 1, 16),
	CYAML_FIELD_END,
};

static const char *read_request(const char *text, struct plan *ret_plan)
{
	struct model_bytes bytes;
	const uint8_t *at = bytes.bytes;

	if (word_bytes_to_send(text, &bytes) || bytes.n != SETUP_BYTES || !(at[0] & FROM_DEVICE) ||
		at[7] || !at[6] || at[6] > KIT_CONTROL_BYTES)
		return "a request of 8 bytes that brings 1 to 64, such as C0 04 00 00 00 00 02 00";
	ret_plan->has_request = true;
	ret_plan->request = (struct kit_control){
		.type = at[0],
		.request = at[1],
		.value = (uint16_t)(at[2] | at[3] << 8),
		.index = (uint16_t)(at[4] | at[5] << 8),
	};
	ret_plan->answer_bytes = at[6];
	return NULL;
}

static const char *check_request(const char *text)
{
	struct plan plan;

	return read_request(text, &plan);
}

static const char *check_every(const char *text)
{
	int64_t ns;
	const char *expected = word_duration(text, &ns);

	return expected || ns < 10 * NS_PER_MS ? "a time of at least 10 ms, such as 250 ms" : NULL;
}

static const struct rule rules[] = {
	{.path = "usb.ask", .check = check_request},
	{.path = "usb.every", .check = check_every},
	{0},
};

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	const struct keys *keys = model->keys;
	struct plan *plan = arena_take(arena, sizeof(*plan));
	int failed = 0;

	if (!plan)
		return -ENOMEM;
	plan->every_ns = usual_ns;
	if (keys && keys->ask)
		read_request(keys->ask, plan);
	if (keys && keys->every)
		word_duration(keys->every, &plan->every_ns);
	if (!model->driver)
		failed = fields_compile(
			model, tree, report, arena, plan->answer_bytes, "report", &plan->fields);
	if (!failed)
		*ret_plan = plan;
	return failed;
}

static const struct model_form form = {
	.name = "usb",
	.keys = key_fields,
	.size = sizeof(struct keys),
	.rules = rules,
	.needs = MODEL_NEEDS_MATCH | MODEL_MAY_DISCOVER | MODEL_KNOWS_WHEN | MODEL_IS_USB,
	.compile = compile,
};

/* --- the family --- */

static const struct plan *plan_of(const struct kit *kit)
{
	const struct model *model = kit_model(kit);

	return model ? model->plan : NULL;
}

static void ask(struct kit *kit, struct usb_kit *state)
{
	const struct plan *plan = plan_of(kit);

	if (state->tries == 0)
		return;
	state->tries--;
	state->is_asked = kit_control(kit, &plan->request, NULL, plan->answer_bytes) == 0;
}

static void open_kit(struct kit *kit, void *memory)
{
	struct usb_kit *state = memory;

	state->next = kit_now(kit);
	if (kit_describe_model(kit, NULL, STAMP_ARRIVAL))
		kit_error(kit, "description");
}

static void take_report(struct kit *kit, void *memory, const uint8_t *bytes, size_t n)
{
	const struct plan *plan = plan_of(kit);

	(void)memory;
	if (!plan || !plan->fields || !fields_put(kit, plan->fields, bytes, n))
		kit_error(kit, "length");
	else
		kit_emit(kit, kit_arrival(kit, 0));
}

static void take_answer(struct kit *kit, void *memory, int error, const uint8_t *bytes, size_t n)
{
	struct usb_kit *state = memory;

	state->is_asked = false;
	if (error) {
		if (error == -ETIMEDOUT)
			kit_unanswered(kit, KIT_WHOLE, "timeout");
		else
			kit_error(kit, "refused");
		ask(kit, state);
	} else if (n < plan_of(kit)->answer_bytes) {
		kit_error(kit, "length");
		ask(kit, state);
	} else {
		take_report(kit, memory, bytes, n);
	}
}

static void tick(struct kit *kit, void *memory, struct instant now)
{
	struct usb_kit *state = memory;
	const struct plan *plan = plan_of(kit);

	if (!plan || !plan->has_request || state->is_asked || instant_since(now, state->next) < 0)
		return;
	state->next = instant_add(state->next, plan->every_ns);
	if (instant_since(now, state->next) > 0)
		state->next = instant_add(now, plan->every_ns); /* turns were missed */
	kit_wake_at(kit, state->next);
	state->tries = TRIES;
	ask(kit, state);
}

KIT_FAMILY(usb) = {
	.name = "usb",
	.state_size = sizeof(struct usb_kit),
	.form = &form,
	.needs_model = true,
	.open = open_kit,
	.report = take_report,
	.answer = take_answer,
	.tick = tick,
};
