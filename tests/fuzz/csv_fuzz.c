/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the file of rows of a package: refused with file and line, or rows whose stamps rise and
 * whose values are numbers. The head is made right, or nothing would get beyond it: the first byte says
 * how many channels there are. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "export/import_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

const unsigned fuzz_cost = 4;

enum { CHANNELS = 4 };

struct taken {
	int64_t last_ns;
	size_t n_rows;
	uint32_t n_channels;
};

static void must(bool is_so, const char *what)
{
	if (is_so)
		return;
	fprintf(stderr, "csv_fuzz: %s\n", what);
	abort();
}

static int take(void *self, const struct batch *batch)
{
	struct taken *taken = self;

	must(batch->n_rows > 0 && batch->n_rows <= BATCH_ROWS, "a batch");
	must(batch->n_channels == taken->n_channels && batch->stream == 7, "of another stream");
	for (uint32_t i = 0; i < batch->n_rows; i++) {
		must(batch->stamps_ns[i] > taken->last_ns, "stamps do not rise");
		taken->last_ns = batch->stamps_ns[i];
	}
	for (uint32_t i = 0; i < batch->n_rows * batch->n_channels; i++)
		must(!isinf(batch->values[i]), "a value without end");
	taken->n_rows += batch->n_rows;
	return 0;
}

/* The path of a file in memory with this head and these rows. */
static void write_file(int file, uint32_t n_channels, const uint8_t *rows, size_t n)
{
	static const char head[] = "t_ns,a,b,c,d";
	size_t head_n = strlen("t_ns") + 2 * n_channels;

	must(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0, "no file");
	must(write(file, head, head_n) == (ssize_t)head_n && write(file, "\n", 1) == 1 &&
			write(file, rows, n) == (ssize_t)n,
		"no file");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static int file = -1;
	static struct about_stream of = {.file = "a.csv"};
	struct about_fault fault = {"", ""};
	struct taken taken = {.last_ns = INT64_MIN};
	atomic_bool is_cancelled = false;
	char path[40];

	if (!n)
		return 0;
	if (file < 0)
		file = memfd_create("rows", MFD_CLOEXEC);
	taken.n_channels = of.stream.n_channels = 1 + bytes[0] % CHANNELS;
	for (uint32_t i = 0; i < CHANNELS; i++)
		of.stream.channels[i].id[0] = (char)('a' + i);
	write_file(file, of.stream.n_channels, bytes + 1, n - 1);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);

	int r = import_rows(path, &of, 7, &is_cancelled, take, &taken, &fault);

	must(r == 0 || r == -EBADMSG, "refused for another reason");
	must(r == 0 || (strstr(fault.zh, "a.csv") && strstr(fault.en, "a.csv")), "no sentence");
	must(utf8_is_valid(fault.zh, strlen(fault.zh)) && utf8_is_valid(fault.en, strlen(fault.en)),
		"a sentence that is no UTF-8");
	return 0;
}
