/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A serial port to plug the virtual kit into: a pseudo-terminal with a symbolic link that gives it a
 * fixed name. Like a cable it lasts while programs come and go at its other end, and what nobody
 * reads is gone: sending never waits.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct port;

/* `link` may be NULL. An old symbolic link in its place is replaced; -EEXIST if something else is
 * there. */
int port_open(const char *link, struct port **ret);
void port_close(struct port *port); /* removes the link if it is still ours */

const char *port_name(const struct port *port); /* "/dev/pts/3"; lives as long as the port */
int port_fd(const struct port *port);           /* for poll: readable when bytes have come */

/* Returns how many bytes have come, 0 if none. */
size_t port_receive(struct port *port, uint8_t *bytes, size_t room);
void port_send(struct port *port, const uint8_t *bytes, size_t size);
