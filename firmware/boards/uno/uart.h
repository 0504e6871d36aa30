/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The serial line to the host: 115200 baud, 8N1, interrupts move bytes from and to rings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void uart_init(void);

/* Next received byte; for 00 with the exact instant when it had come in. False if there is none. */
bool uart_receive(uint8_t *ret_byte, uint32_t *ret_us);
bool uart_has_input(void);
uint32_t uart_lost_bytes(void);

/* Room for bytes to send, and how long a byte given now would wait. */
size_t uart_room(void);
uint32_t uart_backlog_us(void);

/* Needs uart_room() >= size. */
void uart_send(const uint8_t *bytes, size_t size);
