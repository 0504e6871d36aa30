/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How others come to the board, as far as who asks shows it. Main thread. */
#pragma once

#include "api/parts.h"

/* "http://10.0.0.7:8080/": by what the asker typed; where that leads nobody else here (host_is_for_others), by the
 * address of the board to which it came; and what asks on the board itself is told the one that others have at
 * this moment (address_write). */
void reach_write(const struct parts *parts, const struct request *request, struct text *text);
