/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening and closing a USB device: on main, where requests may block. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/container.h"
#include "sense/transport_usb_state.h"

enum { ANSWER_MS = 1000 }; /* time for the device to take or answer a request */

static void free_flight(struct flight *flight)
{
	libusb_free_transfer(flight->transfer);
}

static bool is_flying(const struct usb *usb)
{
	bool is_any = usb->control.is_flying;

	for (size_t i = 0; i < USB_INS; i++)
		is_any = is_any || usb->ins[i].is_flying;
	for (size_t i = 0; i < USB_OUTS; i++)
		is_any = is_any || usb->outs[i].is_flying;
	return is_any;
}

/* What a host controller never gives back must stay where it is: rather some kilobytes lost than
 * written to by the kernel later. Not known to happen. */
void usb_close(struct transport *transport)
{
	struct usb *usb = CONTAINER(transport, struct usb, head);
	bool is_kept;

	if (usb->context)
		usb_land_all(usb);
	is_kept = is_flying(usb);
	for (size_t i = 0; i < USB_INS && !is_kept; i++)
		free_flight(&usb->ins[i]);
	for (size_t i = 0; i < USB_OUTS && !is_kept; i++)
		free_flight(&usb->outs[i]);
	if (!is_kept)
		free_flight(&usb->control);
	if (usb->is_claimed)
		libusb_release_interface(usb->handle, usb->interface);
	if (usb->handle)
		libusb_close(usb->handle);
	if (usb->context && !is_kept)
		libusb_exit(usb->context);
	if (usb->fd >= 0)
		close(usb->fd);
	if (!is_kept)
		free(usb);
}

static bool is_for_data(const struct libusb_endpoint_descriptor *endpoint)
{
	unsigned kind = endpoint->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK;

	return kind == LIBUSB_TRANSFER_TYPE_INTERRUPT || kind == LIBUSB_TRANSFER_TYPE_BULK;
}

/* The first endpoint of that direction; zeroes when there is none. */
static struct libusb_endpoint_descriptor endpoint_of(
	const struct libusb_interface_descriptor *interface, unsigned direction)
{
	for (unsigned i = 0; i < interface->bNumEndpoints; i++) {
		const struct libusb_endpoint_descriptor *endpoint = &interface->endpoint[i];

		if (is_for_data(endpoint) &&
			(endpoint->bEndpointAddress & LIBUSB_ENDPOINT_DIR_MASK) == direction)
			return *endpoint;
	}
	return (struct libusb_endpoint_descriptor){0};
}

static bool is_keyboard(const struct libusb_interface_descriptor *interface)
{
	return interface->bInterfaceClass == LIBUSB_CLASS_HID && interface->bInterfaceProtocol == 1;
}

static const struct libusb_interface_descriptor *choose_interface(
	const struct libusb_config_descriptor *config)
{
	for (unsigned i = 0; i < config->bNumInterfaces; i++) {
		const struct libusb_interface *interface = &config->interface[i];

		if (interface->num_altsetting > 0 && !is_keyboard(interface->altsetting) &&
			endpoint_of(interface->altsetting, LIBUSB_ENDPOINT_IN).bEndpointAddress)
			return interface->altsetting;
	}
	return config->bNumInterfaces > 0 && config->interface[0].num_altsetting > 0
		? config->interface[0].altsetting
		: NULL;
}

static int use_interface(struct usb *usb)
{
	struct libusb_config_descriptor *config;
	int failed = libusb_get_active_config_descriptor(libusb_get_device(usb->handle), &config);
	const struct libusb_interface_descriptor *interface;

	if (failed)
		return usb_errno(failed);
	interface = choose_interface(config);
	if (interface) {
		usb->interface = interface->bInterfaceNumber;
		usb->is_hid = interface->bInterfaceClass == LIBUSB_CLASS_HID;
		usb->in = endpoint_of(interface, LIBUSB_ENDPOINT_IN);
		usb->out = endpoint_of(interface, LIBUSB_ENDPOINT_OUT);
	}
	libusb_free_config_descriptor(config);
	if (!interface)
		return -ENXIO;
	libusb_set_auto_detach_kernel_driver(usb->handle, 1);
	failed = libusb_claim_interface(usb->handle, usb->interface);
	usb->is_claimed = failed == 0;
	return usb_errno(failed);
}

/* Of wMaxPacketSize the low 11 bits are bytes (USB 2.0, 9.6.6). */
static int packet_bytes(const struct libusb_endpoint_descriptor *endpoint)
{
	int n = endpoint->wMaxPacketSize & 0x7ff;

	return n < USB_PACKET ? n : USB_PACKET;
}

static void prepare(struct flight *flight, struct usb *usb,
	const struct libusb_endpoint_descriptor *endpoint, libusb_transfer_cb_fn landed,
	unsigned timeout_ms)
{
	if (endpoint->bEndpointAddress == 0)
		libusb_fill_control_transfer(
			flight->transfer, usb->handle, flight->bytes, landed, flight, timeout_ms);
	else
		libusb_fill_bulk_transfer(flight->transfer, usb->handle, endpoint->bEndpointAddress,
			flight->bytes, packet_bytes(endpoint), landed, flight, timeout_ms);
	if ((endpoint->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) == LIBUSB_TRANSFER_TYPE_INTERRUPT)
		flight->transfer->type = LIBUSB_TRANSFER_TYPE_INTERRUPT;
}

static int make_flight(struct flight *flight, struct usb *usb,
	const struct libusb_endpoint_descriptor *endpoint, libusb_transfer_cb_fn landed,
	unsigned timeout_ms)
{
	flight->usb = usb;
	flight->transfer = libusb_alloc_transfer(0);
	if (!flight->transfer)
		return -ENOMEM;
	prepare(flight, usb, endpoint, landed, timeout_ms);
	return 0;
}

static int make_flights(struct usb *usb)
{
	static const struct libusb_endpoint_descriptor control_pipe;
	int failed = make_flight(&usb->control, usb, &control_pipe, usb_landed_control, ANSWER_MS);

	for (size_t i = 0; i < USB_OUTS && !failed; i++)
		failed = make_flight(&usb->outs[i], usb, &usb->out, usb_landed_out, ANSWER_MS);
	for (size_t i = 0; i < USB_INS && !failed; i++)
		failed = make_flight(&usb->ins[i], usb, &usb->in, usb_landed_in, 0);
	return failed;
}

/* A report waits in the device until it is asked for: for bInterval frames of 1 ms, or at high
 * speed 2^(bInterval-1) microframes of 125 us (USB 2.0, 9.6.6). A bulk pipe is asked all the
 * time. */
static int64_t uncertainty_ns(const struct usb *usb)
{
	unsigned interval = usb->in.bInterval;
	bool is_fast = libusb_get_device_speed(libusb_get_device(usb->handle)) >= LIBUSB_SPEED_HIGH;

	if ((usb->in.bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) != LIBUSB_TRANSFER_TYPE_INTERRUPT ||
		interval == 0)
		return NS_PER_MS;
	if (!is_fast)
		return interval * (int64_t)NS_PER_MS;
	return (INT64_C(1) << ((interval < 16 ? interval : 16) - 1)) * 125 * NS_PER_US;
}

/* After a program that was killed, or a pipe that stalled: both ends start anew. A device without
 * that request is none the worse for it. */
static void clear_pipe(struct usb *usb)
{
	if (usb->in.bEndpointAddress && !usb->is_hid)
		libusb_clear_halt(usb->handle, usb->in.bEndpointAddress);
}

int transport_usb_open(
	const char *node, struct transport **ret_transport, struct kit_port *ret_about)
{
	int fd = open(node, O_RDWR | O_CLOEXEC), failed = 0;
	struct usb *usb;

	if (fd < 0)
		return -errno;
	usb = calloc(1, sizeof(*usb));
	if (!usb) {
		close(fd);
		return -ENOMEM;
	}
	usb->head.class = &usb_transport_class;
	usb->fd = fd;
	libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY); /* for contexts made later */
	failed = usb_errno(libusb_init(&usb->context));
	if (!failed)
		failed = usb_errno(libusb_wrap_sys_device(usb->context, fd, &usb->handle));
	if (!failed)
		failed = use_interface(usb);
	if (!failed)
		failed = make_flights(usb);
	if (failed) {
		usb_close(&usb->head);
		return failed;
	}
	clear_pipe(usb);
	ret_about->uncertainty_ns = uncertainty_ns(usb);
	*ret_transport = &usb->head;
	return 0;
}
