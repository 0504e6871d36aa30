/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the run.json of a package, which may come by mail from anywhere: refused in both languages
 * with the place, or what was read, once written, is read as the same again, and may be relied on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/about.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 10;

enum { WRITTEN = 4 << 20 };

static void must(bool is_so, const char *what, const char *shown)
{
	if (is_so)
		return;
	fprintf(stderr, "about_fuzz: %s: %s\n", what, shown);
	abort();
}

static void check_sentence(const char *sentence)
{
	must(*sentence, "no sentence", "");
	must(utf8_is_valid(sentence, strlen(sentence)), "a sentence that is no UTF-8", sentence);
	for (const char *at = sentence; *at; at++)
		must((unsigned char)*at >= ' ', "a control character", sentence);
}

static void check_stream(const struct about *about, const struct about_stream *stream)
{
	must(stream->file[0] && stream->file[0] != '.', "a hidden file", stream->file);
	must(!strpbrk(stream->file, "/\\"), "a file that lies elsewhere", stream->file);
	for (const struct about_stream *other = about->streams; other < stream; other++)
		must(strcmp(other->file, stream->file) != 0, "a file twice", stream->file);
	must(stream->stream.n_channels >= 1 && stream->stream.n_channels <= STREAM_CHANNELS,
		"channels", stream->file);
	must(stream->group <= ABOUT_GROUPS, "a group", stream->file);
	for (size_t i = 0; i < stream->n_uncertainties; i++)
		must(stream->uncertainties[i].ns >= 0, "an uncertainty", stream->file);
}

static void check_about(const struct about *about)
{
	must(about->duration_ns >= 0, "a duration", about->title);
	must(about->n_streams <= ABOUT_STREAMS, "streams", about->title);
	for (size_t i = 0; i < about->n_streams; i++)
		check_stream(about, &about->streams[i]);
	for (size_t i = 0; i < about->n_gaps; i++)
		must(about->gaps[i].stream <= about->n_streams &&
				about->gaps[i].gap.from.ns <= about->gaps[i].gap.to.ns,
			"a gap", about->title);
	(void)about_only_group(about);
}

static const char *write_text(const struct about *about, char *buffer)
{
	struct text text = text_over(buffer, WRITTEN);

	about_write(about, &text);
	must(!text.is_cut, "more than this test has room for", "");
	must(utf8_is_valid(text.at, text.length), "it is no UTF-8", text.at);
	return text.at;
}

static void check_survives(const struct about *about)
{
	static char first[WRITTEN], second[WRITTEN];
	const char *text = write_text(about, first);
	struct about again = {.n_streams = 0};
	struct about_fault fault = {"", ""};
	int r = about_read(text, strlen(text), &again, &fault);

	must(r == 0, "what was written is not read", fault.en);
	must(strcmp(text, write_text(&again, second)) == 0, "it is another one", second);
	about_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct about about = {.n_streams = 0};
	struct about_fault fault = {"", ""};
	int r = about_read((const char *)bytes, n, &about, &fault);

	if (r == 0) {
		check_about(&about);
		check_survives(&about);
	} else {
		must(r == -EBADMSG, "refused for another reason", strerror(-r));
		check_sentence(fault.zh);
		check_sentence(fault.en);
	}
	about_clear(&about);
	return 0;
}
