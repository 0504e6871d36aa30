/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this device one of ours? */
#include "data/model.h"

#include <string.h>

#include "data/model_word.h"

static bool fits_text(const char *pattern, const char *text)
{
	return !pattern || word_matches(pattern, text ? text : "");
}

static bool fits(const struct model_match *match, const struct model_usb *usb)
{
	if (match->has_usb && match->vendor != usb->vendor)
		return false;
	if (match->has_usb && !match->any_product && match->product != usb->product)
		return false;
	return fits_text(match->manufacturer, usb->manufacturer) &&
		fits_text(match->product_name, usb->product_name) &&
		fits_text(match->serial_number, usb->serial_number);
}

unsigned model_match_rank(const struct model_match *match)
{
	return (match->serial_number ? 16U : 0) + (match->product_name ? 8U : 0) +
		(match->manufacturer ? 4U : 0) + (match->has_usb && !match->any_product ? 2U : 0) +
		(match->has_usb ? 1U : 0);
}

const struct model_match *model_match_usb(const struct model *model, const struct model_usb *usb)
{
	const struct model_match *best = NULL;

	for (size_t i = 0; i < model->n_matches; i++) {
		const struct model_match *match = &model->matches[i];

		if (fits(match, usb) && (!best || model_match_rank(match) > model_match_rank(best)))
			best = match;
	}
	return best;
}

/* Is there a text that both patterns fit? Row i, from the last to the first, says of each place in b
 * whether the rests a[i..] and b[j..] can meet; so each pair of places is looked at once. */
static bool can_meet(const char *a, const char *b)
{
	enum { PATTERN = 128 };
	bool row[PATTERN + 1] = {false};
	size_t n = strlen(a), m = strlen(b);

	if (n > PATTERN || m > PATTERN)
		return true; /* not looked at: rather one sentence too many */
	for (size_t i = n + 1; i-- > 0;) {
		bool after_both = false; /* row i + 1 at j + 1 */

		for (size_t j = m + 1; j-- > 0;) {
			bool after_a = row[j], meet;

			if (i == n && j == m)
				meet = true;
			else if (a[i] == '*' || b[j] == '*')
				meet = (i < n && after_a) || (j < m && row[j + 1]);
			else
				meet = i < n && j < m && a[i] == b[j] && after_both;
			after_both = after_a;
			row[j] = meet;
		}
	}
	return row[0];
}

static bool texts_meet(const char *a, const char *b)
{
	return !a || !b || can_meet(a, b);
}

bool model_match_overlaps(const struct model_match *a, const struct model_match *b)
{
	if (a->has_usb && b->has_usb && a->vendor != b->vendor)
		return false;
	if (a->has_usb && b->has_usb && !a->any_product && !b->any_product &&
		a->product != b->product)
		return false;
	return texts_meet(a->manufacturer, b->manufacturer) &&
		texts_meet(a->product_name, b->product_name) &&
		texts_meet(a->serial_number, b->serial_number);
}

int model_channel(const struct model *model, const char *id)
{
	for (size_t i = 0; i < model->n_channels; i++)
		if (strcmp(model->channels[i].id, id) == 0)
			return (int)i;
	return -1;
}
