/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board's serial number: that of its flash chip, since the RP2040 has none. */
#pragma once

#include <stdint.h>

/* With interrupts still off: for some microseconds the program cannot be read from flash. A flash chip
 * that does not tell its number gives "kp" and zeros; two boards with such chips are one kit to the
 * daemon. */
void uid_get(uint8_t uid[8]);
