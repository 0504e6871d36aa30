/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where tests put their folders: below TMPDIR, as mkdtemp(1) does. tools/test names memory there, since
 * a store waits for the card with each commit: tests of an hour in quick motion waited ten times as long
 * as they computed. Any thread. */
#pragma once

#include <stddef.h>

/* Makes a folder "TMPDIR/kitlog-NAME-..." and writes its path; whoever asked removes it. Fails the test
 * when it cannot be, or when the path needs more than `size` bytes. */
void scratch_folder(const char *name, char *ret_path, size_t size);
