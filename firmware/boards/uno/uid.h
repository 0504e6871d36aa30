/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board's serial number: drawn at the first start, kept in EEPROM from then on. */
#pragma once

#include <stdint.h>

/* Needs the converter, for its noise, before the sources do. A first start takes 70 ms more. */
void uid_get(uint8_t uid[8]);
