/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame without a checksum and without a start could begin at any byte: such a kit.yaml is refused
 * unless the sensor is asked, since then the answer's first byte is the frame's. */
#include "kits/protocols/frames_plan.h"

#include <errno.h>

#include "base/clock.h"
#include "data/load.h"
#include "data/model_word.h"
#include "data/word.h"

/* As libcyaml fills it; what is absent is NULL. */
struct keys {
	char *start, *length, *end, *checksum, *ask, *every;
};

/* --- single values --- */

static const char *check_bytes(const char *word)
{
	struct model_bytes bytes;

	return word_bytes(word, &bytes);
}

static const char *check_ask(const char *word)
{
	struct model_bytes bytes;

	return word_bytes_to_send(word, &bytes);
}

static const char *check_length(const char *word)
{
	struct field_length length;

	return field_read_length(word, &length);
}

static const char *check_checksum(const char *word)
{
	struct checksum checksum;

	return checksum_read(word, &checksum);
}

static const char *check_every(const char *word)
{
	int64_t ns;
	const char *expected = word_duration(word, &ns);

	if (expected)
		return expected;
	return ns >= 10 * NS_PER_MS ? NULL : "a time of 10 ms or more, such as 2 s";
}

/* --- several --- */

static int read_keys(const struct keys *keys, const struct tree *tree, struct report *report,
	struct frames_plan *plan)
{
	field_read_length(keys->length, &plan->length); /* all were checked */
	if (keys->start)
		word_bytes(keys->start, &plan->start);
	if (keys->end)
		word_bytes(keys->end, &plan->end);
	plan->has_checksum = keys->checksum != NULL;
	if (keys->checksum)
		checksum_read(keys->checksum, &plan->checksum);
	if (keys->ask)
		word_bytes_to_send(keys->ask, &plan->ask);
	if (keys->every)
		word_duration(keys->every, &plan->every_ns);
	if (!keys->ask != !keys->every) {
		load_mistake(tree, report, keys->ask ? "frames.ask" : "frames.every",
			"frames: ask and every come together; add %s",
			keys->ask ? "every: how often it is asked" : "ask: what is sent");
		return -EINVAL;
	}
	if (!keys->ask && !keys->start && !keys->checksum) {
		load_mistake(tree, report, "frames",
			"frames: nothing tells where a frame begins; add start or checksum");
		return -EINVAL;
	}
	return 0;
}

static int check_fixed(
	const struct frames_plan *plan, const struct tree *tree, struct report *report)
{
	size_t n = plan->length.fixed;

	if (n == 0)
		return 0;
	if (plan->start.n + plan->end.n > n) {
		load_mistake(tree, report, "frames.length",
			"length: start and end alone are longer than the %zu bytes of a frame", n);
		return -EINVAL;
	}
	if (plan->has_checksum && !checksum_fits(&plan->checksum, n)) {
		load_mistake(tree, report, "frames.checksum",
			"checksum: it, or what it covers, lies outside the %zu bytes of a frame, or "
			"one on the other",
			n);
		return -EINVAL;
	}
	return 0;
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	struct frames_plan *plan = arena_take(arena, sizeof(*plan));
	int error;

	if (!plan)
		return -ENOMEM;
	error = read_keys(model->keys, tree, report, plan);
	if (!error)
		error = check_fixed(plan, tree, report);
	if (!model->driver) {
		int failed = fields_compile(
			model, tree, report, arena, plan->length.fixed, "frame", &plan->fields);

		error = error ? error : failed;
	}
	if (error)
		return error;
	*ret_plan = plan;
	return 0;
}

/* clang-format off */
enum { MUST = CYAML_FLAG_DEFAULT, MAY = CYAML_FLAG_OPTIONAL };

#define TEXT(key, flags, most) \
	CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | (flags), struct keys, key, 0, most)

static const cyaml_schema_field_t fields[] = {
	TEXT(start, MAY, 200),
	TEXT(length, MUST, 64),
	TEXT(end, MAY, 200),
	TEXT(checksum, MAY, 64),
	TEXT(ask, MAY, 200),
	TEXT(every, MAY, 32),
	CYAML_FIELD_END
};

static const struct rule rules[] = {
	{.path = "frames.start", .check = check_bytes},
	{.path = "frames.length", .check = check_length},
	{.path = "frames.end", .check = check_bytes},
	{.path = "frames.checksum", .check = check_checksum},
	{.path = "frames.ask", .check = check_ask},
	{.path = "frames.every", .check = check_every},
	{0},
};
/* clang-format on */

const struct model_form frames_form = {
	.name = "frames",
	.keys = fields,
	.size = sizeof(struct keys),
	.rules = rules,
	.needs = MODEL_NEEDS_SERIAL | MODEL_KNOWS_WHEN,
	.compile = compile,
};

/* --- frames --- */

static bool is_like(const struct model_bytes *wanted, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < wanted->n && i < n; i++)
		if ((bytes[i] ^ wanted->bytes[i]) & wanted->mask[i])
			return false;
	return true;
}

enum frames_verdict frames_judge(
	const struct frames_plan *plan, const uint8_t *bytes, size_t n, size_t *ret_length)
{
	size_t length;

	if (!is_like(&plan->start, bytes, n))
		return FRAMES_NONE;
	length = field_frame_length(&plan->length, bytes, n);
	if (length > FIELD_FRAME_MOST || (length > 0 && length < plan->start.n + plan->end.n))
		return FRAMES_NONE;
	if (length == 0 || length > n)
		return FRAMES_WAIT;
	if (!is_like(&plan->end, bytes + length - plan->end.n, plan->end.n) ||
		(plan->has_checksum && !checksum_holds(&plan->checksum, bytes, length)))
		return FRAMES_DAMAGED;
	*ret_length = length;
	return FRAMES_WHOLE;
}
