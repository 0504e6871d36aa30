/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a member that a callback was given back to the struct around it. */
#pragma once

#include <stddef.h>

#define CONTAINER(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))
