/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the lines that come are ours: enough of the last few are numbers of one kind, and say the
 * same kind of thing each time. */
#include <string.h>

#include "base/hash.h"
#include "kits/protocols/lines_state.h"

enum { ENOUGH_LINES = 4, FEW_LINES = 2, FEW_LINES_MS = 2000 };

static bool is_of(const struct kept *kept, enum lines_kind kind, unsigned n_numbers)
{
	return kept->kind == kind && (kind == LINES_LABELLED || kept->n_numbers == n_numbers);
}

/* Words behind a number are a message, not a header. */
static bool has_numbers_before(const struct lines *lines, unsigned index)
{
	while (index-- > 0)
		if (lines->kept[index].n_numbers > 0)
			return true;
	return false;
}

/* The kind and count of the newest line of numbers, if enough of the others are like it. */
static const struct kept *winner(const struct lines *lines, struct instant now)
{
	const struct kept *newest = NULL;
	unsigned like_it = 0, not = 0;

	for (unsigned i = lines->n_kept; i-- > 0;) {
		const struct kept *kept = &lines->kept[i];

		if (kept->kind == LINES_HEADER && !has_numbers_before(lines, i))
			continue;
		if (!newest && (kept->kind == LINES_POSITIONAL || kept->kind == LINES_LABELLED))
			newest = kept;
		if (newest && is_of(kept, newest->kind, newest->n_numbers))
			like_it++;
		else
			not ++;
	}
	if (newest && newest->kind == LINES_LABELLED && !lines->has_label_again)
		return NULL;
	if (like_it >= ENOUGH_LINES && not <= KEPT_LINES - ENOUGH_LINES)
		return newest;
	if (like_it >= FEW_LINES && not == 0 &&
		instant_since(now, lines->first) >= FEW_LINES_MS * (int64_t)NS_PER_MS)
		return newest;
	return NULL;
}

/* The columns that the kept lines name. False: none of them is in the kit.yaml. */
static bool find_columns(struct kit *kit, struct lines *lines, const struct kept *like)
{
	struct lines_reading reading;
	signed char targets[STREAM_CHANNELS];

	lines_start_columns(lines, like->kind);
	for (unsigned i = 0; i < lines->n_kept; i++) {
		const struct kept *kept = &lines->kept[i];

		if (kept->kind == LINES_HEADER) {
			lines_read(kit, kept->text, kept->n, &reading);
			lines_keep_header(lines, &reading);
		} else if (is_of(kept, like->kind, like->n_numbers)) {
			lines_read(kit, kept->text, kept->n, &reading);
			lines_add_columns(lines, &reading);
		}
	}
	lines_read(kit, like->text, like->n, &reading);
	if (lines_has_header(lines, &reading)) {
		lines_use_header(lines);
		lines_add_columns(lines, &reading); /* units that stand behind the numbers */
	}
	lines->n_header = 0;
	lines->bracket = reading.bracket;
	return !lines_has_names(kit) || lines_target(kit, lines, &reading, targets) > 0;
}

static void claim(struct kit *kit, struct lines *lines, const struct kept *like)
{
	enum lines_kind kind = like->kind;
	unsigned n_numbers = like->n_numbers;

	if (!find_columns(kit, lines, like))
		return;
	kit_claim(kit);
	lines->is_ours = true;
	lines_describe(kit, lines);
	for (unsigned i = 0; i < lines->n_kept; i++)
		if (is_of(&lines->kept[i], kind, n_numbers))
			lines_take(kit, lines, lines->kept[i].text, lines->kept[i].n,
				lines->kept[i].arrival);
}

static bool is_seen(const struct lines *lines, uint64_t hash)
{
	for (unsigned i = 0; i < lines->n_seen && i < SEEN_LABELS; i++)
		if (lines->seen[i] == hash)
			return true;
	return false;
}

static void see_labels(struct lines *lines, const struct lines_reading *reading)
{
	uint64_t hashes[STREAM_CHANNELS];

	for (unsigned i = 0; i < reading->n; i++) {
		const struct lines_word label = reading->items[i].label;

		hashes[i] = hash_add(HASH_START, label.at, label.n);
		lines->has_label_again |= is_seen(lines, hashes[i]);
	}
	for (unsigned i = 0; i < reading->n; i++)
		lines->seen[lines->n_seen++ % SEEN_LABELS] = hashes[i];
}

void lines_keep(
	struct kit *kit, struct lines *lines, const char *line, size_t n, struct instant arrival)
{
	struct lines_reading reading;
	enum lines_kind kind = lines_read(kit, line, n, &reading);
	struct kept *kept;
	const struct kept *like;

	if (kind == LINES_EMPTY)
		return;
	if (kind == LINES_LABELLED && !lines->has_label_again)
		see_labels(lines, &reading);
	if (lines->n_kept == KEPT_LINES) {
		lines->n_kept--;
		memmove(lines->kept, lines->kept + 1, lines->n_kept * sizeof(lines->kept[0]));
	}
	if (lines->n_kept == 0 && lines->first.ns == 0)
		lines->first = arrival;
	kept = &lines->kept[lines->n_kept++];
	kept->arrival = arrival;
	kept->kind = n > KEPT_BYTES ? LINES_UNKNOWN : kind;
	kept->n_numbers = kind == LINES_POSITIONAL || kind == LINES_LABELLED ? reading.n : 0;
	kept->n = (unsigned)(n > KEPT_BYTES ? KEPT_BYTES : n);
	memcpy(kept->text, line, kept->n);
	like = winner(lines, arrival);
	if (like)
		claim(kit, lines, like);
}

void lines_look_again(struct kit *kit, struct lines *lines, struct instant now)
{
	const struct kept *like = winner(lines, now);

	if (like)
		claim(kit, lines, like);
}
