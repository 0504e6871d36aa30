/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of /api/v1. A test holds it against api/openapi.yaml, path by path. */
#pragma once

#include <stddef.h>

#include "http/route.h"

/* All routes; `self` of their handlers is a struct parts (api/parts.h). */
const struct route *api_routes(size_t *ret_n);

/* GET of anything else: the pages. */
void api_otherwise(void *self, struct request *request);
