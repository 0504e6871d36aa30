/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address of the pages as people type it. Asks the kernel for the board's own; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* "http://10.0.0.7:8080/", "https://[::1]:8080/". Of 0.0.0.0 and ::, which nobody can open, the first address by
 * which others reach the board at this moment; one that it gave itself (169.254...) or whose cable is not
 * plugged in only where there is no better. -ENETDOWN: there is none, and 127.0.0.1 is written. Networks come
 * and go, so ask each time. */
int address_write(
	const char *listen_at, unsigned port, bool is_secure, char *ret_address, size_t size);

/* Not one that only the board itself has, of loopback or of one wire (fe80:...). A name is for others. */
bool address_is_for_others(const char *address);
