/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes are put here by api/CMakeLists.txt. */
#include "api/openapi.h"

const unsigned char openapi_yaml[] = {
#include <openapi.inc>
};
const size_t openapi_yaml_bytes = sizeof openapi_yaml;
