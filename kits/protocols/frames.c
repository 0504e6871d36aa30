/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `frames`: a sensor that sends the same binary frame again and again, or when it is
 * asked. Its kit.yaml says what a frame looks like and where the numbers are (frames_plan.h).
 *
 * Finding. A frame is believed when others follow it without a byte between: two with a checksum,
 * three without. Nothing is used up before, so that these are rows too, each stamped when its own
 * last byte came. Whole frames wait for the next one however seldom they are sent; while they do, and
 * while half a one waits for its other half, the port keeps its speed. Where it is known
 * what is plugged in, each frame counts from the first on.
 *
 * Damage. What fits but for its checksum or its end is counted once, one byte is skipped, and the
 * next byte may begin the true one. A frame lost in the middle of another is found again there; one
 * that broke off (a second without a byte) is not completed by what comes later.
 *
 * Asking. With `ask` the question goes out every so often, never two at a time to make up for a late
 * one; `timeout` says that no frame came until the next. Without a start the frame begins with the
 * first byte after the question, so what was left of an earlier answer is thrown away.
 *
 * Stamp: the arrival of the frame's last byte. */
#include "kits/protocols/frames_plan.h"
#include "sense/kit.h"

enum {
	SURE_WITH_CHECKSUM = 2,
	SURE_WITHOUT = 3,
	BROKEN_OFF_MS = 1000, /* nobody pauses for so long within a frame */
	SELDOM_MS = 70000,    /* one that sends once a minute */
};

struct frames {
	/* Not claimed yet: good frames in a row at the head of the buffer, and when each ended. */
	unsigned n_good;
	bool is_astray; /* skipping: what stands at the head is no more likely than any other byte */
	struct instant ends[SURE_WITHOUT];

	bool is_lost; /* skipping, and it was counted */
	unsigned
		n_held; /* ends[] of frames that were found before the claim, and are still to come */

	bool is_waiting; /* for an answer */
	struct instant next_ask;
	size_t unused, stale;  /* bytes in the buffer; those from before the question */
	struct instant newest; /* of the bytes that were looked at */
};

static const struct frames_plan *plan_of(const struct kit *kit)
{
	return kit_model(kit)->plan;
}

static void describe(struct kit *kit)
{
	if (kit_describe_model(kit, NULL, STAMP_ARRIVAL) < 0)
		kit_reject(kit);
}

/* --- rows --- */

static void take_frame(
	struct kit *kit, struct frames *frames, const uint8_t *bytes, size_t n, struct instant at)
{
	fields_put(kit, plan_of(kit)->fields, bytes, n);
	kit_emit(kit, at);
	frames->is_lost = frames->is_waiting = false;
}

static void count_damage(struct kit *kit, struct frames *frames, enum frames_verdict verdict)
{
	if (verdict == FRAMES_DAMAGED) {
		kit_error(kit, "checksum");
		frames->is_waiting = false; /* it was the answer */
	} else if (!frames->is_lost) {
		kit_reject(kit);
	}
	frames->is_lost = true;
}

/* When the frame that ends here was complete: it may have been seen before. */
static struct instant end_of_frame(const struct kit *kit, struct frames *frames, size_t behind)
{
	struct instant at = kit_arrival(kit, behind);

	if (frames->n_held == 0)
		return at;
	at = frames->ends[frames->n_good - frames->n_held];
	frames->n_held--;
	return at;
}

static size_t read_frame(struct kit *kit, struct frames *frames, const uint8_t *bytes, size_t n)
{
	size_t length;
	enum frames_verdict verdict = frames_judge(plan_of(kit), bytes, n, &length);

	if (verdict == FRAMES_WAIT)
		return 0;
	if (verdict == FRAMES_WHOLE) {
		take_frame(kit, frames, bytes, length, end_of_frame(kit, frames, n - length));
		return length;
	}
	count_damage(kit, frames, verdict);
	return 1;
}

/* --- finding --- */

static unsigned enough(const struct frames_plan *plan)
{
	return plan->has_checksum ? SURE_WITH_CHECKSUM : SURE_WITHOUT;
}

/* The bytes at the head wait for more. Half a frame is no reason to hope when it could as well be
 * noise: without a start any byte begins one. */
static void hope(struct kit *kit, const struct frames *frames, size_t n)
{
	size_t start = plan_of(kit)->start.n;

	if (frames->n_good > 0)
		kit_hope(kit, instant_add(kit_arrival(kit, 0), SELDOM_MS * (int64_t)NS_PER_MS));
	else if (!frames->is_astray || (start > 0 && n >= start))
		kit_hope(kit, instant_add(kit_arrival(kit, 0), BROKEN_OFF_MS * (int64_t)NS_PER_MS));
}

/* Are the bytes frames, one behind the other? Claims when enough are; else how many bytes are to be
 * skipped. */
static size_t look_closely(struct kit *kit, struct frames *frames, const uint8_t *bytes, size_t n)
{
	const struct frames_plan *plan = plan_of(kit);
	size_t at = 0, length;

	for (unsigned good = 0; at < n; good++) {
		enum frames_verdict verdict = frames_judge(plan, bytes + at, n - at, &length);

		if (verdict == FRAMES_WAIT)
			return 0;
		if (verdict != FRAMES_WHOLE) {
			frames->n_good = 0;
			frames->is_astray = true;
			return 1;
		}
		at += length;
		if (good == frames->n_good)
			frames->ends[frames->n_good++] = kit_arrival(kit, n - at);
		if (frames->n_good == enough(plan)) {
			kit_claim(kit);
			describe(kit);
			frames->n_held = frames->n_good;
			return 0;
		}
	}
	return 0;
}

/* --- bytes --- */

static size_t use(struct kit *kit, struct frames *frames, const uint8_t *bytes, size_t n)
{
	const struct frames_plan *plan = plan_of(kit);
	size_t used = 0;

	if (frames->stale) {
		used = frames->stale < n ? frames->stale : n;
		frames->stale = 0;
		return used;
	}
	if (!kit_is_claimed(kit)) {
		if (plan->ask.n) /* nobody was asked */
			return n;
		used = look_closely(kit, frames, bytes, n);
		if (!kit_is_claimed(kit) && used == 0)
			hope(kit, frames, n);
		if (!kit_is_claimed(kit))
			return used;
	}
	if (plan->ask.n && !plan->start.n && !plan->has_checksum && !frames->is_waiting) {
		count_damage(kit, frames, FRAMES_NONE);
		return n;
	}
	return read_frame(kit, frames, bytes, n);
}

/* Do the bytes that were kept end within a frame? Of those kept for finding the first are whole. */
static bool ends_within_frame(
	const struct kit *kit, const struct frames *frames, const uint8_t *bytes)
{
	size_t at = 0, length;

	if (kit_is_claimed(kit))
		return frames->unused > 0;
	while (at < frames->unused) {
		if (frames_judge(plan_of(kit), bytes + at, frames->unused - at, &length) !=
			FRAMES_WHOLE)
			return true;
		at += length;
	}
	return false;
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct frames *frames = state;
	struct instant newest = kit_arrival(kit, 0);
	bool is_late = instant_since(newest, frames->newest) > BROKEN_OFF_MS * (int64_t)NS_PER_MS;
	bool is_broken_off = is_late && ends_within_frame(kit, frames, bytes);
	frames->is_astray = frames->is_astray && !is_late;
	size_t used = is_broken_off ? frames->unused : use(kit, frames, bytes, n);

	if (is_broken_off) {
		frames->n_good = 0;
		count_damage(kit, frames, FRAMES_NONE);
	}
	frames->newest = newest;
	frames->unused = n - used;
	return used;
}

static void on_tick(struct kit *kit, void *state, struct instant now)
{
	struct frames *frames = state;
	const struct frames_plan *plan = plan_of(kit);

	if (!plan->ask.n || !kit_is_claimed(kit))
		return;
	if (now.ns >= frames->next_ask.ns) {
		if (frames->is_waiting)
			kit_unanswered(kit, KIT_WHOLE, "timeout");
		frames->is_waiting = kit_send(kit, plan->ask.bytes, plan->ask.n) == 0;
		if (!frames->is_waiting)
			kit_unanswered(kit, KIT_WHOLE, "not-sent");
		frames->stale = frames->unused;
		frames->next_ask = instant_add(frames->next_ask, plan->every_ns);
		if (frames->next_ask.ns <= now.ns)
			frames->next_ask = instant_add(now, plan->every_ns);
	}
	kit_wake_at(kit, frames->next_ask);
}

static void on_open(struct kit *kit, void *state)
{
	struct frames *frames = state;

	frames->next_ask = kit_arrival(kit, 0);
	if (!kit_is_claimed(kit))
		return;
	describe(kit);
	kit_wake_at(kit, frames->next_ask);
}

/* clang-format off */
static const struct model_trouble troubles[] = {
	{"timeout", "没有应答；看看它通电没有，TX、RX 两根线接反没有",
		"No answer; check its power, and whether wires TX and RX are swapped"},
	{NULL, NULL, NULL},
};
/* clang-format on */

KIT_FAMILY(frames) = {
	.name = "frames",
	.state_size = sizeof(struct frames),
	.form = &frames_form,
	.needs_model = true,
	.troubles = troubles,
	.open = on_open,
	.decode = decode,
	.tick = on_tick,
};

_Static_assert(sizeof(struct frames) <= KIT_STATE_BYTES, "the state of frames is too large");
