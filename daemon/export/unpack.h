/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip from anywhere into a folder of ours. Work thread. */
#pragma once

#include <stdatomic.h>

#include "export/about.h"

/* What a package may be at most, unpacked. */
enum { UNPACK_FILES = 8192 };
#define UNPACK_BYTES (2LL << 30)

/* Writes the files of a run package: run.json, *.csv and SHA256SUMS, beside each other or in one folder for each
 * run, and session.json; others are passed over. `folder` is there and empty; what was written when it fails is the caller's to
 * remove. 0; -EBADMSG with the fault: cut off, damaged, too large, or with names that lead elsewhere;
 * -ENOSPC and other -errno with the fault, too: the card. -ECANCELED. */
int unpack(const char *zip, const char *folder, const atomic_bool *is_cancelled,
	struct about_fault *ret_fault);
