/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The controller of the flash memory from which the program runs (RP2040 Datasheet, 4.10). */
#pragma once

#include "boards/cortex/cortex.h"

#define SSI 0x18000000u
#define SSI_CONTROL REGISTER(SSI)
#define SSI_CONTROL_1 REGISTER(SSI + 0x04)
#define SSI_ENABLE REGISTER(SSI + 0x08)
#define SSI_SELECT REGISTER(SSI + 0x10)
#define SSI_DIVISOR REGISTER(SSI + 0x14)
#define SSI_STATUS REGISTER(SSI + 0x28)
#define SSI_DATA REGISTER(SSI + 0x60)
#define SSI_READ_CONTROL REGISTER(SSI + 0xF4)

#define SSI_BITS(n) (((n)-1u) << 16) /* of a word */
#define SSI_BOTH_WAYS (0u << 8)
#define SSI_READ_MEMORY (3u << 8)

#define SSI_HAS_RECEIVED 0x8u
