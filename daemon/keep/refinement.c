/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One block of memory, so that it crosses threads as a whole. */
#include "keep/refinement.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int refinement_new(uint32_t run, uint32_t device, struct instant from, struct instant to,
	const struct curve *curve, struct refinement **ret_refinement)
{
	struct refinement *refinement;
	uint8_t *bytes;
	size_t n;
	int result = curve_pack(curve, &bytes, &n);

	if (result < 0)
		return result;
	refinement = calloc(1, sizeof *refinement + n);
	if (refinement) {
		refinement->run = run;
		refinement->device = device;
		refinement->from = from;
		refinement->to = to;
		refinement->n = n;
		memcpy(refinement->bytes, bytes, n);
		*ret_refinement = refinement;
	}
	free(bytes);
	return refinement ? 0 : -ENOMEM;
}

size_t refinement_size(const struct refinement *refinement)
{
	return sizeof *refinement + refinement->n;
}
