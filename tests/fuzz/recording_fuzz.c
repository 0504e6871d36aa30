/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording may come by mail from anywhere: no bytes crash the reader, and what it reads is, once
 * written, read as the same again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sense/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_so, const char *promise)
{
	if (is_so)
		return;
	fprintf(stderr, "recording_fuzz: %s\n", promise);
	abort();
}

/* Writes the event, reads that, writes it again: both texts are the same. */
static void check_survives(const struct recording_event *event)
{
	static const char head[] = "kit: a\nmade: b\n\n";
	static char first[RECORDING_LINE + sizeof head], second[RECORDING_LINE];
	static struct recording_event again;
	struct text text = text_over(first, sizeof first), other = text_over(second, sizeof second);
	struct report report = {.file = "again"};
	struct recording *recording;

	text_add(&text, head);
	recording_write(&text, event);
	if (text.is_cut) /* as text with many escapes it may be longer than a line */
		return;
	must(recording_open_text(text.at, text.length, &report, &recording) == 0, "opens again");
	must(recording_next(recording, &again) == 1, "is read again");
	recording_write(&other, &again);
	must(strcmp(text.at + strlen(head), other.at) == 0, "is the same again");
	recording_close(recording);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct recording_event event;
	static struct report report;
	struct recording *recording;
	int64_t newest_ns = 0;
	int result;

	memset(&report, 0, sizeof report);
	report.file = "fuzz.txt";
	if (recording_open_text((const char *)data, size, &report, &recording) < 0) {
		must(report.count > 0, "a refusal is told");
		return 0;
	}
	while ((result = recording_next(recording, &event)) != 0) {
		if (result < 0)
			continue;
		must(event.at_ns >= newest_ns, "time never goes back");
		must(event.n <= RECORDING_BYTES, "bytes are bounded");
		newest_ns = event.at_ns;
		check_survives(&event);
	}
	recording_close(recording);
	return 0;
}
