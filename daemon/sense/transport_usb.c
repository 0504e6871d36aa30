/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transfers are made at open and fly for ever: a landing IN transfer gives its report and starts
 * again. After an error it waits for the next tick, since a device that is being unplugged answers
 * with errors as fast as it is asked; and so it does when a tick has brought more than its budget
 * (a flood: the device is then held back by USB itself, and the others have their turn).
 *
 * Stamp: the instant at which the loop woke, which is the same for all that landed by then. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/time.h>

#include "base/container.h"
#include "sense/conversation.h"
#include "sense/port.h"
#include "sense/transport_usb_state.h"

enum {
	ERRORS_MOST = 24,     /* in a row, USB_INS a tick: some 120 ms */
	REPORTS_A_TICK = 256, /* 12 800 a second; full-speed USB brings 1000 of an interrupt pipe */
	TICK_MS = 20,
	LANDING_TURNS = 20,    /* of 10 ms */
	HID_SET_REPORT = 0x09, /* HID 1.11, 7.2.2 */
	HID_OUTPUT = 0x0200,
};

int usb_errno(int failed)
{
	switch (failed) {
	case 0:
		return 0;
	case LIBUSB_ERROR_ACCESS:
		return -EACCES;
	case LIBUSB_ERROR_NO_DEVICE:
	case LIBUSB_ERROR_NOT_FOUND:
		return -ENODEV;
	case LIBUSB_ERROR_BUSY:
		return -EBUSY;
	case LIBUSB_ERROR_NO_MEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static int errno_of_landing(enum libusb_transfer_status status)
{
	switch (status) {
	case LIBUSB_TRANSFER_COMPLETED:
		return 0;
	case LIBUSB_TRANSFER_STALL:
		return -EPIPE;
	case LIBUSB_TRANSFER_TIMED_OUT:
		return -ETIMEDOUT;
	case LIBUSB_TRANSFER_OVERFLOW:
		return -EOVERFLOW;
	default:
		return -EIO;
	}
}

/* --- flights --- */

static int launch(struct flight *flight)
{
	int failed = libusb_submit_transfer(flight->transfer);

	flight->is_flying = failed == 0;
	if (failed == LIBUSB_ERROR_NO_DEVICE)
		flight->usb->lost = ENODEV;
	return usb_errno(failed);
}

static void count_error(struct usb *usb)
{
	if (++usb->n_errors >= ERRORS_MOST && !usb->lost)
		usb->lost = EIO;
}

static void note_waited(struct usb *usb)
{
	struct instant at = loop_now(usb->host.loop);

	int64_t waited = usb->host.waited ? usb->host.waited(usb->host.self, at) : 0;

	if (usb->is_late && waited < TICK_MS * (int64_t)NS_PER_MS)
		waited = TICK_MS * (int64_t)NS_PER_MS;
	conversation_waited(usb->host.kit, waited);
}

void LIBUSB_CALL usb_landed_in(struct libusb_transfer *transfer)
{
	struct flight *flight = transfer->user_data;
	struct usb *usb = flight->usb;

	flight->is_flying = false;
	if (usb->is_stopping)
		return;
	if (transfer->status == LIBUSB_TRANSFER_NO_DEVICE) {
		usb->lost = ENODEV;
	} else if (transfer->status != LIBUSB_TRANSFER_COMPLETED) {
		count_error(usb);
	} else {
		usb->n_errors = 0;
		note_waited(usb);
		if (transfer->actual_length > 0)
			conversation_report(usb->host.kit, transfer->buffer,
				(size_t)transfer->actual_length, loop_now(usb->host.loop));
		if (usb->budget > 0 && --usb->budget > 0)
			launch(flight);
	}
}

void LIBUSB_CALL usb_landed_out(struct libusb_transfer *transfer)
{
	struct flight *flight = transfer->user_data;

	flight->is_flying = false;
	if (transfer->status == LIBUSB_TRANSFER_NO_DEVICE)
		flight->usb->lost = ENODEV;
}

void LIBUSB_CALL usb_landed_control(struct libusb_transfer *transfer)
{
	struct flight *flight = transfer->user_data;
	struct usb *usb = flight->usb;

	flight->is_flying = false;
	if (transfer->status == LIBUSB_TRANSFER_NO_DEVICE)
		usb->lost = ENODEV;
	if (usb->is_stopping || usb->lost)
		return;
	note_waited(usb);
	conversation_answer(usb->host.kit, errno_of_landing(transfer->status),
		libusb_control_transfer_get_data(transfer), (size_t)transfer->actual_length,
		loop_now(usb->host.loop));
}

static void fill_control(
	struct flight *flight, const struct kit_control *request, const void *bytes, size_t n)
{
	uint16_t index = request->index;

	if ((request->type & 0x1f) == LIBUSB_RECIPIENT_INTERFACE)
		index = (uint16_t)((index & 0xff00) | flight->usb->interface);
	libusb_fill_control_setup(
		flight->bytes, request->type, request->request, request->value, index, (uint16_t)n);
	if (bytes)
		memcpy(flight->bytes + LIBUSB_CONTROL_SETUP_SIZE, bytes, n);
}

/* --- what happens on the sense thread --- */

static unsigned cancel_all(struct usb *usb)
{
	unsigned n = 0;

	for (size_t i = 0; i < USB_INS + USB_OUTS + 1; i++) {
		struct flight *flight = i < USB_INS ? &usb->ins[i]
			: i < USB_INS + USB_OUTS    ? &usb->outs[i - USB_INS]
						    : &usb->control;

		if (!flight->is_flying)
			continue;
		libusb_cancel_transfer(flight->transfer);
		n++;
	}
	return n;
}

/* The kernel gives cancelled transfers back at once; a host controller may need a moment. */
void usb_land_all(struct usb *usb)
{
	struct timeval moment = {0, 10000};

	usb->is_stopping = true;
	for (unsigned i = 0; i < LANDING_TURNS && cancel_all(usb) > 0; i++)
		libusb_handle_events_timeout_completed(usb->context, &moment, NULL);
}

/* The sense thread does not wait for what is still in flight: that is usb_close's to do, on main. */
static void stop(struct transport *transport)
{
	struct usb *usb = CONTAINER(transport, struct usb, head);

	struct timeval at_once = {0, 0};

	for (size_t i = 0; i < USB_WATCHES; i++)
		watch_remove(&usb->watches[i].watch);
	usb->is_stopping = true;
	if (cancel_all(usb) > 0)
		libusb_handle_events_timeout_completed(usb->context, &at_once, NULL);
}

static bool has_left(const struct transport *transport)
{
	const struct usb *usb = CONTAINER(transport, const struct usb, head);

	return usb->lost || port_has_hung_up(usb->fd);
}

/* Lets libusb see what landed, then the framework what that meant. Nothing of the transport may be
 * touched behind the call. */
static void work(struct usb *usb)
{
	struct timeval at_once = {0, 0};

	libusb_handle_events_timeout_completed(usb->context, &at_once, NULL);
	if (usb->lost) {
		stop(&usb->head);
		usb->host.gone(usb->host.self, usb->lost);
	} else {
		usb->host.spoke(usb->host.self);
	}
}

static void ready(struct watch *watch, uint32_t events)
{
	struct usb_watch *ours = CONTAINER(watch, struct usb_watch, watch);

	if (events & (EPOLLHUP | EPOLLERR))
		ours->usb->lost = ENODEV;
	work(ours->usb);
}

static int watch_all(struct usb *usb)
{
	const struct libusb_pollfd **list = libusb_get_pollfds(usb->context);
	int failed = list ? 0 : -ENOMEM;

	for (size_t i = 0; list && list[i] && !failed; i++) {
		uint32_t events = (list[i]->events & POLLIN ? (uint32_t)EPOLLIN : 0) |
			(list[i]->events & POLLOUT ? (uint32_t)EPOLLOUT : 0);

		if (i == USB_WATCHES) {
			failed = -E2BIG;
			break;
		}
		usb->watches[i] = (struct usb_watch){.watch.ready = ready, .usb = usb};
		failed = watch_add(usb->host.loop, &usb->watches[i].watch, list[i]->fd, events);
	}
	libusb_free_pollfds(list);
	return failed;
}

static void launch_ins(struct usb *usb)
{
	usb->budget = REPORTS_A_TICK;
	for (size_t i = 0; usb->in.bEndpointAddress && i < USB_INS; i++)
		if (!usb->ins[i].is_flying && launch(&usb->ins[i]) && !usb->lost)
			count_error(usb);
}

static int start(struct transport *transport, const struct transport_host *host)
{
	struct usb *usb = CONTAINER(transport, struct usb, head);
	int failed;

	usb->host = *host;
	usb->is_stopping = false;
	failed = watch_all(usb);
	if (!failed)
		launch_ins(usb);
	if (!failed && usb->lost)
		failed = -usb->lost;
	if (failed)
		stop(transport);
	return failed;
}

static void tick(struct transport *transport, int64_t *ret_late_ns)
{
	struct usb *usb = CONTAINER(transport, struct usb, head);

	/* Held back until this tick: what waited may be as old as the last one. */
	usb->is_late = usb->budget == 0;
	*ret_late_ns = usb->is_late ? TICK_MS * (int64_t)NS_PER_MS : 0;
	launch_ins(usb);
	if (usb->lost || !libusb_pollfds_handle_timeouts(usb->context))
		work(usb);
}

static int send(struct transport *transport, const void *bytes, size_t n)
{
	struct usb *usb = CONTAINER(transport, struct usb, head);
	struct kit_control request = {LIBUSB_REQUEST_TYPE_CLASS | LIBUSB_RECIPIENT_INTERFACE,
		HID_SET_REPORT, HID_OUTPUT, 0};
	bool has_out = usb->out.bEndpointAddress != 0;
	struct flight *flight = usb->outs;

	if (n > USB_PACKET)
		return -EMSGSIZE;
	if (!has_out && !usb->is_hid)
		return -EOPNOTSUPP;
	while (flight < usb->outs + USB_OUTS && flight->is_flying)
		flight++;
	if (flight == usb->outs + USB_OUTS)
		return -ENOSPC;
	if (has_out) {
		memcpy(flight->bytes, bytes, n);
		flight->transfer->length = (int)n;
	} else {
		fill_control(flight, &request, bytes, n);
		flight->transfer->length = (int)(LIBUSB_CONTROL_SETUP_SIZE + n);
	}
	return launch(flight);
}

static int control(
	struct transport *transport, const struct kit_control *request, const void *bytes, size_t n)
{
	struct usb *usb = CONTAINER(transport, struct usb, head);
	struct flight *flight = &usb->control;

	if (n > KIT_CONTROL_BYTES)
		return -EMSGSIZE;
	if (flight->is_flying)
		return -EBUSY;
	fill_control(flight, request, bytes, n);
	flight->transfer->length = (int)(LIBUSB_CONTROL_SETUP_SIZE + n);
	return launch(flight);
}

const struct transport_class usb_transport_class = {
	.start = start,
	.stop = stop,
	.has_left = has_left,
	.tick = tick,
	.send = send,
	.control = control,
	.close = usb_close,
};
