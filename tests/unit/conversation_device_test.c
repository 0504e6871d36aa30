/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How what speaks at a port becomes a device, and stays the same one. */
#include <errno.h>
#include <string.h>

#include "sense/describe.h"
#include "support/wishes.h"

static void a_device_is_announced_before_its_rows_and_at_once(void **unused)
{
	struct feed_record record;

	(void)unused;
	wish = describe;
	conversation_feed(rig.kit, "x", 1, clock_now(&rig.clock));
	wish = send_row;
	conversation_feed(rig.kit, "x", 1, clock_now(&rig.clock));
	conversation_tick(rig.kit, instant_add(clock_now(&rig.clock), 20 * NS_PER_MS));
	assert_true(feed_peek(rig.keep, &record));
	assert_int_equal(record.kind, FEED_DEVICE);
	assert_string_equal(record.device->port, "/dev/ttyTEST");
	assert_string_equal(record.device->family, "first");
	assert_int_equal(record.device->sticker, 1);
	ring_drop(rig.keep);
	/* How uncertain its rows are is about them, and stands before them. */
	assert_true(feed_peek(rig.keep, &record));
	assert_int_equal(record.kind, FEED_UNCERTAINTY);
	ring_drop(rig.keep);
	assert_true(feed_peek(rig.keep, &record));
	assert_int_equal(record.kind, FEED_BATCH);
	rig_collect(&rig);
	assert_int_equal(rig.n_urgent, 1);
}

static void without_identity_it_is_the_adapter_or_the_socket(void **unused)
{
	struct kit_port port = {.socket = "pci-0000:00:14.0-usb-0:1:1.0"};
	char identity[IDENTITY_TEXT];

	(void)unused;
	describe_identity(&port, identity);
	assert_string_equal(identity, "port:pci-0000:00:14.0-usb-0:1:1.0");
	port.usb_vendor = 0x2341;
	port.usb_product = 0x43;
	strcpy(port.usb_serial, "7583 33");
	describe_identity(&port, identity);
	assert_string_equal(identity, "usb:2341:0043:7583_33");
	for (size_t i = 0; i < 4; i++) { /* what adapters say that have none */
		static const char *const blanks[] = {"0001", "0", "00000000", "1234567890"};

		strcpy(port.usb_serial, blanks[i]);
		describe_identity(&port, identity);
		assert_string_equal(identity, "port:pci-0000:00:14.0-usb-0:1:1.0");
	}
}

static bool always_taken(void *self, const struct kit *kit, const char *identity)
{
	(void)self;
	(void)kit;
	return strchr(identity, '@') == NULL;
}

static void two_adapters_with_one_serial_number_are_two_devices(void **unused)
{
	(void)unused;
	rig.host.is_taken = always_taken;
	let(describe);
	assert_non_null(strstr(rig_device(&rig)->identity, "link:toy@"));
}

static bool never_taken(void *self, const struct kit *kit, const char *identity)
{
	(void)self;
	(void)kit;
	(void)identity;
	return false;
}

static void the_second_of_two_stays_itself_when_the_first_is_unplugged(void **unused)
{
	(void)unused;
	rig.host.is_taken = always_taken;
	let(describe);
	rig.host.is_taken = never_taken;
	let(describe); /* again, as after a new label */
	assert_non_null(strstr(rig_device(&rig)->identity, "link:toy@"));
	assert_int_equal(rig_device(&rig)->id, rig.devices[0].id);
	assert_int_equal(rig.n_gone, 0);
	rig_unplug(&rig);
	rig_plug(&rig);
	let(describe);
	assert_string_equal(rig_device(&rig)->identity, "link:toy");
}

static void another_board_at_the_same_cable_ends_the_first(void **unused)
{
	(void)unused;
	let(describe);
	let(send_row);
	rig_pass_ms(&rig, 100);
	let(describe_other);
	assert_int_equal(rig.n_gone, 1);
	assert_int_equal(rig.gone[0], rig.devices[0].id);
	assert_int_equal(rig_device(&rig)->sticker, 2);
	assert_int_equal(newest_gap()->reason, GAP_UNPLUGGED);
}

static void wrong_descriptions_are_refused(void **unused)
{
	(void)unused;
	for (int what = 0; what < 15; what++) {
		struct device device = plain_device();
		struct stream *stream = &device.streams[0];
		struct channel *channel = &stream->channels[1];

		switch (what) {
		case 0:
			device.n_streams = 0;
			break;
		case 1:
			device.n_streams = DEVICE_STREAMS + 1;
			break;
		case 2:
			strcpy(device.kit, "Toy");
			break;
		case 3:
			device.kit[0] = '\0';
			break;
		case 4:
			stream->n_channels = STREAM_CHANNELS + 1;
			break;
		case 5:
			stream->n_channels = 0;
			break;
		case 6:
			strcpy(channel->id, "v0");
			break; /* twice */
		case 7:
			strcpy(channel->id, "1v");
			break;
		case 8:
			channel->name_zh[0] = '\0';
			break;
		case 9:
			strcpy(channel->name_en, "a\nb");
			break;
		case 10:
			strcpy(channel->unit, "\xff");
			break;
		case 11:
			memset(channel->name_zh, 'a', sizeof(channel->name_zh));
			break; /* not closed */
		case 12:
			channel->resolution = -1;
			break;
		case 13:
			channel->low = 1;
			channel->high = 0;
			break;
		case 14:
			stream->kind = (enum stream_kind)7;
			break;
		}
		assert_int_equal(describe_check(&device), -EINVAL);
	}
	struct device device = plain_device();
	assert_int_equal(describe_check(&device), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WISHES_TEST(a_device_is_announced_before_its_rows_and_at_once),
		cmocka_unit_test(without_identity_it_is_the_adapter_or_the_socket),
		WISHES_TEST(two_adapters_with_one_serial_number_are_two_devices),
		WISHES_TEST(the_second_of_two_stays_itself_when_the_first_is_unplugged),
		WISHES_TEST(another_board_at_the_same_cable_ends_the_first),
		cmocka_unit_test(wrong_descriptions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
