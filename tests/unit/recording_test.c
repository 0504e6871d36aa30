/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recordings as text: everything that can be written is read back, and each mistake is one sentence
 * with its line. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "sense/recording.h"
#include "support/cmocka_all.h"

#define HEAD "kit: toy\nmade: by hand\n\n"

static struct report report;
static struct recording_event event; /* 4 KiB each: not on the stack */

static struct recording *open_text(const char *text)
{
	struct recording *recording = NULL;

	memset(&report, 0, sizeof report);
	report.file = "toy.txt";
	assert_int_equal(recording_open_text(text, strlen(text), &report, &recording), 0);
	return recording;
}

/* Reads one event line, and writes it again. */
static void assert_survives(const char *line)
{
	char buffer[1024], out[1024];
	struct text text = text_over(out, sizeof out);
	struct recording *recording;

	snprintf(buffer, sizeof buffer, HEAD "%s\n", line);
	recording = open_text(buffer);
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.line, 4);
	recording_write(&text, &event);
	text_add_char(&text, '\0');
	out[strcspn(out, "\n")] = '\0';
	assert_string_equal(out, line);
	assert_int_equal(recording_next(recording, &event), 0);
	recording_close(recording);
}

static void every_event_reads_back_as_it_was_written(void **state)
{
	(void)state;
	assert_survives("0.000000000 plug");
	assert_survives("0.000000001 < 00 0A FF");
	assert_survives("12.345678901 > 01 04 00 01 00 02 20 0B");
	assert_survives("1.000000000 < text T=21.5\\t\\\\ 温度\\r\\n");
	assert_survives("1.000000000 < text 1, 2,\\x20");
	assert_survives("1.000000000 <f 01 02");
	assert_survives("1.000000000 <f error refused");
	assert_survives("1.000000000 >f 00 00");
	assert_survives("1.000000000 >c C0 04 03F4 0000 get 3");
	assert_survives("1.000000000 >c 40 09 0001 0002 AA");
	assert_survives("1.000000000 >c 40 09 0001 0002");
	assert_survives("1.000000000 <c 7F");
	assert_survives("1.000000000 <c error timeout");
	assert_survives("1.000000000 edge gate1 up");
	assert_survives("1.000000000 edge gate1 down lost 2");
	assert_survives("1.000000000 pulse trigger 10");
	assert_survives("99999999.999999999 note  the cup is full");
	assert_survives("99999999.999999999 unplug");
}

static void first_lines_are_found_by_their_key(void **state)
{
	struct recording *recording = open_text(
		"# a comment\nkit: xy-md02\ncaptured: 2026-11-20 14:03\nserial: 9600 8N1\n"
		"\n# another\n\n1 plug\r\n1.5 < text 温\n");

	(void)state;
	assert_string_equal(recording_header(recording, "kit"), "xy-md02");
	assert_string_equal(recording_header(recording, "serial"), "9600 8N1");
	assert_string_equal(recording_header(recording, "usb"), "");
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.at_ns, NS_PER_S);
	assert_int_equal(event.line, 8);
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.at_ns, 1500 * (int64_t)NS_PER_MS);
	assert_int_equal(event.n, 3);
	assert_int_equal(recording_next(recording, &event), 0);
	assert_int_equal(report.count, 0);
	recording_close(recording);
}

static const struct {
	const char *text, *sentence;
} mistakes[] = {
	{"kit: toy\n\n1 plug\n", "1:1: neither captured"},
	{"made: so\n\n1 plug\n", "1:1: the line kit: NAME is missing"},
	{"kit: toy\nmade so\n", "2:1: \"made so\" is no first line"},
	{HEAD "plug\n", "4:1: \"plug\" is not a time in seconds"},
	{HEAD "1. plug\n", "4:1: \"1. plug\" is not a time"},
	{HEAD "1.1234567890 plug\n", "4:1: \"1.1234567890 plug\" is not a time"},
	{HEAD "100000001 plug\n", "is not a time"},
	{HEAD "-1 plug\n", "is not a time"},
	{HEAD "1 plag\n", "4:3: \"plag\" is not an event such as"},
	{HEAD "1 plug in\n", "4:8: \"in\" is not the end of the line"},
	{HEAD "1 <\n", "is not bytes such as 01 A2 FF"},
	{HEAD "1 < 1\n", "4:5: \"1\" is not bytes"},
	{HEAD "1 < 01 0g\n", "4:8: \"0g\" is not bytes"},
	{HEAD "1 < 0102\n", "is not bytes"},
	{HEAD "1 < text\n", "is not bytes"},
	{HEAD "1 < text a\\q\n", "4:11: \"\\q\" is not one of \\r"},
	{HEAD "1 > .. 01\n", "is not bytes"},
	{HEAD "1 edge gate1 open\n", "is not LINE up or LINE down"},
	{HEAD "1 edge gate1 up lost\n", "is not LINE up"},
	{HEAD "1 edge gate1 up lost -1\n", "is not LINE up"},
	{HEAD "1 edge a-name-that-is-longer-than-any up\n", "is not LINE up"},
	{HEAD "1 pulse trigger 51\n", "is not LINE and the length"},
	{HEAD "1 >c C0 04 03F4\n", "is not type, request"},
	{HEAD "1 >c C0 04 03F4 0000 get 65\n", "is not get and how many"},
	{HEAD "1 <c error odd\n", "is not refused, timeout, gone, busy or failed"},
	{HEAD "1 note \xff\n", "is not a short text in UTF-8"},
	{HEAD "2 plug\n1 unplug\n", "5:1: time goes back; the event before is at 2.000000000"},
};

static void each_mistake_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
		struct recording *recording = NULL;
		char *said;
		int result;

		memset(&report, 0, sizeof report);
		report.file = "toy.txt";
		result = recording_open_text(
			mistakes[i].text, strlen(mistakes[i].text), &report, &recording);
		while (recording && (result = recording_next(recording, &event)) == 1)
			;
		assert_int_equal(result, -EINVAL);
		assert_int_equal(report.count, 1);
		said = report_text(&report);
		if (!strstr(said, mistakes[i].sentence))
			fail_msg("expected %s, said %s", mistakes[i].sentence, said);
		free(said);
		recording_close(recording);
	}
}

static void reading_goes_on_behind_a_mistake(void **state)
{
	struct recording *recording = open_text(HEAD "1 plag\n2 plug\n3 x\n4 unplug\n");

	(void)state;
	assert_int_equal(recording_next(recording, &event), -EINVAL);
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.kind, RECORDING_PLUG);
	assert_int_equal(recording_next(recording, &event), -EINVAL);
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.kind, RECORDING_UNPLUG);
	assert_int_equal(recording_next(recording, &event), 0);
	assert_int_equal(report.count, 2);
	recording_close(recording);
}

/* A line that is too long for any event, then one that is good. */
static void an_endless_line_is_refused_and_passed_over(void **state)
{
	size_t head = strlen(HEAD), n = 200000;
	char *text = malloc(head + n + 16);
	struct recording *recording;

	(void)state;
	memcpy(text, HEAD, head);
	memset(text + head, '1', n);
	strcpy(text + head + n, "\n1 plug\n");
	recording = open_text(text);
	assert_int_equal(recording_next(recording, &event), -EINVAL);
	assert_non_null(strstr(report.mistakes[0].text, "longer than"));
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.line, 5);
	recording_close(recording);
	free(text);
}

static void the_longest_event_fits_a_line(void **state)
{
	static char line[RECORDING_LINE], text[RECORDING_LINE + 64];
	struct text out = text_over(line, sizeof line);
	struct recording *recording;

	(void)state;
	memset(&event, 0, sizeof event);
	event.n = RECORDING_BYTES;
	memset(event.bytes, 0xa5, sizeof event.bytes);
	recording_write(&out, &event);
	assert_false(out.is_cut);
	snprintf(text, sizeof text, HEAD "%s", line);
	recording = open_text(text);
	assert_int_equal(recording_next(recording, &event), 1);
	assert_int_equal(event.n, RECORDING_BYTES);
	recording_close(recording);
}

/* --- files --- */

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void a_compressed_recording_reads_like_a_plain_one(void **state)
{
	enum { EVENTS = 20000 };
	char path[] = "/tmp/recording-XXXXXX.txt.zst", *text = malloc(EVENTS * 40 + 100);
	size_t n = (size_t)sprintf(text, HEAD), bound;
	struct recording *recording;
	void *packed;
	int i = 0;

	(void)state;
	for (int j = 0; j < EVENTS; j++)
		n += (size_t)sprintf(text + n, "%d < AA 55 01\n", j);
	bound = ZSTD_compressBound(n);
	packed = malloc(bound);
	bound = ZSTD_compress(packed, bound, text, n, 3);
	assert_true(close(mkstemps(path, 8)) == 0);
	write_file(path, packed, bound);
	memset(&report, 0, sizeof report);
	report.file = path;
	assert_int_equal(recording_open(path, &report, &recording), 0);
	while (recording_next(recording, &event) == 1)
		assert_int_equal(event.at_ns, i++ * (int64_t)NS_PER_S);
	assert_int_equal(i, EVENTS);
	recording_close(recording);

	write_file(path, packed, bound - 20); /* cut short */
	assert_int_equal(recording_open(path, &report, &recording), 0);
	while ((i = recording_next(recording, &event)) == 1)
		;
	assert_true(i < 0);
	assert_non_null(strstr(report.mistakes[0].text, "cut short"));
	recording_close(recording);

	write_file(path, text, n); /* plain text that is called .zst */
	memset(&report, 0, sizeof report);
	report.file = path;
	assert_int_equal(recording_open(path, &report, &recording), -EBADMSG);
	assert_int_equal(report.count, 1);
	unlink(path);
	free(packed);
	free(text);
}

static void a_file_that_is_not_there_is_a_sentence(void **state)
{
	struct recording *recording;

	(void)state;
	memset(&report, 0, sizeof report);
	report.file = "/nonexistent.txt";
	assert_int_equal(recording_open("/nonexistent.txt", &report, &recording), -ENOENT);
	assert_string_equal(report.mistakes[0].text, "No such file or directory; check the name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_reads_back_as_it_was_written),
		cmocka_unit_test(first_lines_are_found_by_their_key),
		cmocka_unit_test(each_mistake_is_told_with_its_place),
		cmocka_unit_test(reading_goes_on_behind_a_mistake),
		cmocka_unit_test(an_endless_line_is_refused_and_passed_over),
		cmocka_unit_test(the_longest_event_fits_a_line),
		cmocka_unit_test(a_compressed_recording_reads_like_a_plain_one),
		cmocka_unit_test(a_file_that_is_not_there_is_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
