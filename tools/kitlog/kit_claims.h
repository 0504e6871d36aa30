/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kit beside the others that a board may know: does another one claim its device? */
#pragma once

#include "sense/catalogue.h"
#include "tools/kitlog/kit_folder.h"

/* Where other kits of its maker lie: the folder that this one lies in. */
const char *kit_neighbours(char ret_path[PATH_MAX], const char *folder);

/* Sentences, one a line, that name both kits and the lines of their kit.yaml; "" if there are none.
 * A kit that another of its name takes the place of claims nothing. malloc'ed, for the caller to
 * free; NULL: memory is short. */
char *kit_claims(const struct catalogue *catalogue, const struct kit_folder *folder);
