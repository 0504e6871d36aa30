/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The serial line to the host, 115200 baud, 8N1: rings between the loop and the interrupts of the
 * board's uart.c. The functions with `self` (unused) are those of struct board.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_BAUD 115200u
#define LINE_BYTE_US (10u * 1000000u / LINE_BAUD)

/* --- for the loop --- */

bool line_receive(void *self, uint8_t *ret_byte, uint32_t *ret_us);
size_t line_room(void *self);
void line_send(void *self, const uint8_t *bytes, size_t size);
uint32_t line_backlog_us(void *self);
uint32_t line_lost_bytes(void *self);
bool line_has_input(void);
size_t line_receive_room(void); /* bytes that line_take_byte would take now */

/* --- for the receive and transmit interrupts --- */

void line_take_byte(uint8_t byte);
void line_count_lost(void);             /* the hardware was faster than the interrupt */
bool line_next_byte(uint8_t *ret_byte); /* to be sent now; false: none, the line goes idle */

/* --- what the board's uart.c gives --- */

void uart_init(void);
/* The line was idle and has a byte now: fetch it, and further ones whenever one has left. With
 * interrupts switched off. */
void uart_wake(void);
/* How long the hardware will be busy with what it has already been given, about. */
uint32_t uart_held_us(void);
