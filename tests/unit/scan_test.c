/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of IIO buffers: what the kernel's type words mean, where elements lie, and their values. */
#include <errno.h>

#include "sense/scan.h"
#include "support/cmocka_all.h"

static struct scan_element element(const char *type, unsigned index)
{
	struct scan_element element = {.index = index, .scale = 1};

	assert_int_equal(scan_read_type(type, &element), 0);
	return element;
}

static void types_are_read_as_the_kernel_writes_them(void **state)
{
	struct scan_element e;

	(void)state;
	e = element("be:u12/16>>4", 0);
	assert_true(e.is_big && !e.is_signed && e.bits == 12 && e.storage == 16 && e.shift == 4);
	e = element("le:s64/64>>0", 0);
	assert_true(!e.is_big && e.is_signed && e.bits == 64 && e.storage == 64 && e.shift == 0);
}

static void types_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {"", "le:s16/16", "me:s16/16>>0", "le:x16/16>>0",
		"le:s17/16>>0", "le:s16/16>>1", "le:s16/24>>0", "le:s0/16>>0", "le:s16/16X3>>0",
		"le:s16/16>>0 ", "le:s16/999999>>0"};
	struct scan_element e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(scan_read_type(bad[i], &e), -EINVAL);
}

/* The example of the kernel's documentation: three accelerations and a stamp in 16 bytes. */
static void a_record_of_the_documentation_is_laid_out_and_read(void **state)
{
	static const uint8_t record[] = {
		0x10, 0, 0xf0, 0xff, 0, 0x40, 0, 0, 0, 0xca, 0x9a, 0x3b, 0, 0, 0, 0};
	struct scan_layout layout = {.n_elements = 3};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		layout.elements[i] = element("le:s16/16>>0", i);
	layout.stamp = element("le:s64/64>>0", 3);
	assert_int_equal(scan_lay_out(&layout), 0);
	assert_int_equal(layout.bytes, 16);
	assert_int_equal(layout.stamp.offset, 8);
	assert_int_equal(scan_raw(&layout.elements[0], record), 16);
	assert_int_equal(scan_raw(&layout.elements[1], record), -16);
	assert_int_equal(scan_raw(&layout.elements[2], record), 16384);
	assert_int_equal(scan_raw(&layout.stamp, record), 1000000000);
	layout.elements[2].scale = 0.00059855;
	assert_true(scan_value(&layout.elements[2], record) == 16384 * 0.00059855);
}

static void the_index_decides_the_order_and_the_largest_the_padding(void **state)
{
	struct scan_layout layout = {.n_elements = 2};

	(void)state;
	layout.elements[0] = element("be:u8/8>>0", 5);
	layout.elements[1] = element("be:s24/32>>8", 2);
	assert_int_equal(scan_lay_out(&layout), 0);
	assert_int_equal(layout.elements[1].offset, 0);
	assert_int_equal(layout.elements[0].offset, 4);
	assert_int_equal(layout.bytes, 8);
	assert_int_equal(scan_raw(&layout.elements[1],
				 (const uint8_t[]){0xff, 0xff, 0xfe, 0x77, 9, 0, 0, 0}),
		-2);
	layout.elements[0].index = 2;
	assert_int_equal(scan_lay_out(&layout), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_read_as_the_kernel_writes_them),
		cmocka_unit_test(types_that_are_none_are_refused),
		cmocka_unit_test(a_record_of_the_documentation_is_laid_out_and_read),
		cmocka_unit_test(the_index_decides_the_order_and_the_largest_the_padding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
