/* SPDX-License-Identifier: GPL-3.0-or-later */
/* api/openapi.yaml, as it was when the program was built. */
#pragma once

#include <stddef.h>

extern const unsigned char openapi_yaml[];
extern const size_t openapi_yaml_bytes;
