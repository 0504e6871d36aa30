/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GSL's error handler ends the process, which is not its to end: it is switched off once, and what goes
 * wrong comes back as a status or as no number. Whoever calls GSL was here first. Any thread. */
#pragma once

void quiet_gsl(void);
