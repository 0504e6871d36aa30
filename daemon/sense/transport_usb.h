/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A USB device by libusb's asynchronous transfers, in the loop of the sense thread.
 *
 * Each device has a libusb context of its own, so that opening one on the main thread touches
 * nothing of those that the sense thread works with. The context looks for no devices: finding is
 * find_usb.c's, and a node that we opened ourselves tells by errno why it could not be opened.
 *
 * One interface is claimed: the first with an IN endpoint that is no keyboard (a TEMPer is a
 * keyboard and a thermometer), else the first. A kernel driver that holds it is detached, and
 * attached again at the end. What a kit says:
 *     IN   interrupt or bulk: transfers are always waiting; one packet is one report
 *     OUT  by the endpoint, or where a HID has none as an output report by the control pipe
 *     control requests, one at a time; in those to an interface the number of ours is put in
 *
 * A device that is unplugged ends with transfers that say so, or only with errors, or, when none
 * is waiting, with a hang-up of its node. Errors without a report between them are therefore
 * believed after a while: the device is closed, and opened anew if it is still there. */
#pragma once

#include "sense/kit.h"
#include "sense/transport.h"

/* Opens the node ("/dev/bus/usb/001/004") and claims. Main thread; may block for some requests'
 * time. Fills in uncertainty_ns of ret_about, nothing else. 0; -EACCES, -EBUSY (another program
 * has claimed it), other -errno. */
int transport_usb_open(
	const char *node, struct transport **ret_transport, struct kit_port *ret_about);
