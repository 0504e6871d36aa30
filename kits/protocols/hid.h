/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a HID is woken up, for the family `hid` and for drivers of kits that speak it: the reports
 * that kit.yaml lists behind `start` are sent, one after the other, again after `silence` without a
 * report. The state of a driver begins with a struct hid; hid_answer and hid_tick stand in its table,
 * its open calls hid_open, and its report hid_heard for what it understood. Sense thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sense/kit.h"

enum { HID_REPORT_MOST = 64, HID_STEPS = 4 };

struct hid_step {
	bool is_feature; /* by the control pipe; else an output report */
	uint8_t n, bytes[HID_REPORT_MOST];
};

/* What the keys of `hid` mean; a driver finds it by hid_plan. */
struct hid_plan {
	size_t report_bytes;
	struct hid_step steps[HID_STEPS];
	size_t n_steps;
	int64_t silence_ns;    /* 0: never begins again */
	struct fields *fields; /* NULL with a driver */
};

struct hid {
	struct instant heard; /* the last report, or the last start */
	size_t step;          /* the next to be sent */
	bool is_asked;        /* a feature report is under way */
};

const struct hid_plan *hid_plan(const struct kit *kit);
void hid_open(struct kit *kit, struct hid *hid);
void hid_heard(struct kit *kit, struct hid *hid);
void hid_answer(struct kit *kit, void *hid, int error, const uint8_t *bytes, size_t n);
void hid_tick(struct kit *kit, void *hid, struct instant now);
