/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line to the host over the board's own USB, as a serial port. It takes the place of the UART while
 * a program at the host has the port open (DTR).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* uid lives as long as the board. Needs chip_init. */
void usb_init(const uint8_t uid[8]);

bool usb_is_open(void);

/* In each turn of the loop: the host may send again once there is room for it. */
void usb_task(void);

/* There may be bytes to send. With interrupts switched off. */
void usb_wake(void);
