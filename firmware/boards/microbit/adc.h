/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The analog inputs P0, P1, P2 for boards/cortex/scan.h: 10 bits of 3.6 V, against the chip's own
 * reference of 1.2 V, so the supply does not matter. */
#pragma once

/* Needs the clock. */
void adc_init(void);
