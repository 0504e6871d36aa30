/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/written.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST_BYTES = 64 << 20 };

int written_whole(written_by *write, const void *what, size_t room, struct text *ret_text)
{
	for (; room <= MOST_BYTES; room *= 2) {
		char *bytes = malloc(room);
		struct text text;

		if (!bytes)
			return -ENOMEM;
		text = text_over(bytes, room);
		write(what, &text);
		if (!text.is_cut) {
			*ret_text = text;
			return 0;
		}
		free(bytes);
	}
	return -EFBIG;
}
