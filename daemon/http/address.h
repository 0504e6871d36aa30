/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The address of the pages as people type it. Asks the kernel for the board's own; any thread. */
#pragma once

#include <stddef.h>

/* "http://10.0.0.7:8080/", "http://[::1]:8080/". Of 0.0.0.0 and ::, which nobody can open, the first address
 * that others reach; without a network that is up 127.0.0.1. */
void address_write(const char *listen_at, unsigned port, char *ret_address, size_t size);
