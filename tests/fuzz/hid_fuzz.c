/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What USB instruments may say, through the families hid and usb and through each driver, with their
 * own kit.yaml. The first byte chooses the kit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kits/protocols/godirect.h"
#include "sense/catalogue.h"
#include "support/fuzz_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Half of the packets are whole, right answers to what was asked last. */
static void mend_godirect(uint8_t *report, const uint8_t *sent, size_t n_sent)
{
	size_t length = report[2];

	if (report[0] % 2 || n_sent < GODIRECT_HEAD || length < GODIRECT_HEAD)
		return;
	if (length > GODIRECT_REPORT - 1)
		length = GODIRECT_REPORT - 1;
	report[0] = report[2] = (uint8_t)length;
	if (report[1] != GODIRECT_VALUES) {
		report[5] = sent[5];
		report[6] = sent[3];
	}
	report[4] = godirect_sum(report + 1, length);
}

/* Every second one has right sums and is about what was asked. */
static void mend_labjack(uint8_t *report, const uint8_t *sent, size_t n_sent)
{
	unsigned sum = 0, data = 0;

	if (report[0] % 2 || n_sent < 6)
		return;
	report[1] = 0xf8;
	report[3] = sent[3];
	for (size_t i = 6; i < FUZZ_REPORT; i++)
		data += report[i];
	report[4] = (uint8_t)data;
	report[5] = (uint8_t)(data >> 8);
	for (size_t i = 1; i < 6; i++)
		sum += report[i];
	sum = (sum & 0xff) + (sum >> 8);
	report[0] = (uint8_t)((sum & 0xff) + (sum >> 8));
}

static struct fuzz_usb kits[] = {
	{.report_bytes = 8},                         /* co2-zytemp */
	{.report_bytes = 8},                         /* temper */
	{.report_bytes = 2},                         /* ws1361 */
	{.report_bytes = 8},                         /* vernier-go-temp */
	{.report_bytes = 8},                         /* vernier-go-link */
	{.report_bytes = 8},                         /* vernier-go-motion */
	{.report_bytes = 64, .mend = mend_godirect}, /* vernier-go-direct */
	{.report_bytes = 8},                         /* test-piece */
	{.report_bytes = 64, .mend = mend_labjack},  /* labjack-u3 */
};
static const char *const names[] = {"co2-zytemp", "temper", "ws1361", "vernier-go-temp",
	"vernier-go-link", "vernier-go-motion", "vernier-go-direct", "test-piece", "labjack-u3"};

enum { KITS = sizeof(kits) / sizeof(kits[0]) };

static void read_kits(void)
{
	const char *source = getenv("KITLOG_SOURCE");
	char ours[300], own[300];
	const char *folders[] = {ours, own};
	static struct catalogue *catalogue; /* until the program ends */

	snprintf(ours, sizeof(ours), "%s/kits", source ? source : ".");
	snprintf(own, sizeof(own), "%s/tests/data/usb-kits", source ? source : ".");
	if (catalogue_open(folders, 2, &catalogue))
		abort();
	for (size_t i = 0; i < KITS; i++) {
		kits[i].model = catalogue_find(catalogue, names[i]);
		if (!kits[i].model) {
			fprintf(stderr, "%s: %s\n", names[i], catalogue_problems(catalogue));
			abort();
		}
		kits[i].family = catalogue_family(kits[i].model);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (!kits[0].model)
		read_kits();
	if (n > 0)
		fuzz_usb_kit(&kits[bytes[0] % KITS], bytes + 1, n - 1);
	return 0;
}
