/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I2C master on A4 (SDA) and A5 (SCL), 100 kHz: one transfer at a time, driven by its interrupt. */
#pragma once

#include <stdint.h>

enum twi_state {
	TWI_BUSY,
	TWI_DONE,
	TWI_FAILED, /* no answer, or the bus hung for TWI_PATIENCE_US */
};

#define TWI_MAX 4 /* bytes of a transfer */
#define TWI_PATIENCE_US 10000u

void twi_init(void);

/* Starts writing `bytes` to the device, or reading `size` bytes from it. Not while TWI_BUSY. */
void twi_write(uint8_t address, const uint8_t *bytes, uint8_t size);
void twi_read(uint8_t address, uint8_t size);

enum twi_state twi_state(void);
const volatile uint8_t *twi_bytes(void); /* what was read, once TWI_DONE */
