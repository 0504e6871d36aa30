/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sense thread never waits for a USB device that goes: stopping a transport cancels what is in
 * flight and looks once; closing it, on main, is what waits. libusb is a script here. */
#include "sense/transport_usb_state.h"
#include "support/cmocka_all.h"

static struct usb usb;
static unsigned n_cancelled, n_turns, landing_turn;
static long waited_us;

int LIBUSB_CALL libusb_cancel_transfer(struct libusb_transfer *transfer)
{
	(void)transfer;
	n_cancelled++;
	return 0;
}

/* A host controller that gives all back in the turn `landing_turn`. */
int LIBUSB_CALL libusb_handle_events_timeout_completed(
	libusb_context *context, struct timeval *most, int *completed)
{
	struct libusb_transfer transfer = {.status = LIBUSB_TRANSFER_CANCELLED};

	(void)context;
	(void)completed;
	waited_us += most->tv_sec * 1000000 + most->tv_usec;
	n_turns++;
	for (size_t i = 0; n_turns == landing_turn && i < USB_INS; i++) {
		transfer.user_data = &usb.ins[i];
		usb_landed_in(&transfer);
	}
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	usb = (struct usb){.head.class = &usb_transport_class};
	for (size_t i = 0; i < USB_INS; i++)
		usb.ins[i] = (struct flight){.usb = &usb, .is_flying = true};
	n_cancelled = n_turns = landing_turn = 0;
	waited_us = 0;
	return 0;
}

static void stopping_does_not_wait(void **state)
{
	(void)state;
	usb.head.class->stop(&usb.head);
	assert_int_equal(n_cancelled, USB_INS);
	assert_int_equal(n_turns, 1);
	assert_int_equal(waited_us, 0);
	assert_true(usb.is_stopping); /* so what lands from now on goes nowhere */
}

static void what_flies_after_the_stop_is_waited_for_in_the_end(void **state)
{
	(void)state;
	landing_turn = 4;
	usb.head.class->stop(&usb.head);
	assert_true(usb.ins[0].is_flying);
	usb_land_all(&usb);
	for (size_t i = 0; i < USB_INS; i++)
		assert_false(usb.ins[i].is_flying);
	assert_int_equal(n_turns, 4);
	assert_int_equal(waited_us, 30000);
}

static void a_device_that_gives_nothing_back_is_given_up(void **state)
{
	(void)state;
	usb.head.class->stop(&usb.head);
	usb_land_all(&usb);
	assert_int_equal(waited_us, 200000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(stopping_does_not_wait, set_up),
		cmocka_unit_test_setup(what_flies_after_the_stop_is_waited_for_in_the_end, set_up),
		cmocka_unit_test_setup(a_device_that_gives_nothing_back_is_given_up, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
