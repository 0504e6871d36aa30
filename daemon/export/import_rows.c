/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/import_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "export/import.h"

static const int64_t EARLIEST_NS = -50 * 86400 * (int64_t)NS_PER_S;
static const int64_t LATEST_NS = 3650 * 86400 * (int64_t)NS_PER_S;

struct rows_in {
	const struct about_stream *of;
	struct about_fault *fault;
	uint64_t line;
	int64_t last_ns;
	struct batch batch;
};

static int blame(struct rows_in *in, const char *zh, const char *en)
{
	struct text text = text_over(in->fault->zh, sizeof in->fault->zh);

	text_addf(&text, "%s 第 %" PRIu64 " 行%s。", in->of->file, in->line, zh);
	text = text_over(in->fault->en, sizeof in->fault->en);
	text_addf(&text, "%s, line %" PRIu64 ": %s.", in->of->file, in->line, en);
	return -EBADMSG;
}

/* Without the line's end; a zero byte within makes it another length. */
static size_t trim(char *line, size_t n)
{
	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = '\0';
	return n;
}

static int check_head(struct rows_in *in, const char *head)
{
	char room[16 + STREAM_CHANNELS * 25], zh[sizeof room + 64], en[sizeof room + 64];
	struct text wanted = text_over(room, sizeof room);

	text_add(&wanted, "t_ns");
	for (uint32_t c = 0; c < in->of->stream.n_channels; c++)
		text_addf(&wanted, ",%s", in->of->stream.channels[c].id);
	if (strcmp(head, wanted.at) == 0)
		return 0;
	snprintf(zh, sizeof zh, "应当是 %s", wanted.at);
	snprintf(en, sizeof en, "expected %s", wanted.at);
	return blame(in, zh, en);
}

static int take_stamp(struct rows_in *in, const char **at, const char *end, int64_t *ret_ns)
{
	size_t n = number_to_int(*at, (size_t)(end - *at), ret_ns);

	if (n == 0 || (*at + n < end && (*at)[n] != ','))
		return blame(
			in, "开头不是整数（纳秒）", "it does not begin with whole nanoseconds");
	if (*ret_ns < EARLIEST_NS || *ret_ns > LATEST_NS)
		return blame(in, "的时刻太早或太晚", "its stamp is too early or too late");
	if (in->line > 2 && *ret_ns <= in->last_ns)
		return blame(
			in, "的时刻不比上一行晚", "its stamp is not later than the one before");
	in->last_ns = *ret_ns;
	*at += n;
	return 0;
}

static int take_line(struct rows_in *in, const char *line, size_t n)
{
	const char *at = line, *end = line + n;
	struct batch *batch = &in->batch;
	double *values = &batch->values[batch->n_rows * batch->n_channels];
	int64_t ns;
	int r = take_stamp(in, &at, end, &ns);

	for (uint32_t c = 0; c < batch->n_channels && r == 0; c++) {
		size_t used;

		if (at == end || *at != ',')
			return blame(in, "的列太少", "it has too few columns");
		at++;
		values[c] = NAN;
		if (at == end || *at == ',')
			continue;
		used = number_to_double(at, (size_t)(end - at), &values[c]);
		at += used;
		if (used == 0 || !isfinite(values[c]) || (at < end && *at != ','))
			return blame(in, "里有一个不是数", "something in it is no number");
	}
	if (r == 0 && at != end)
		return blame(in, "的列太多", "it has too many columns");
	if (r == 0)
		batch->stamps_ns[batch->n_rows++] = IMPORT_BEGIN.ns + ns;
	return r;
}

static int read_all(struct rows_in *in, FILE *file, const atomic_bool *is_cancelled,
	import_rows_take *take, void *self)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && (n = getline(&line, &room, file)) >= 0) {
		in->line++;
		r = in->line == 1 ? (trim(line, (size_t)n), check_head(in, line))
				  : take_line(in, line, trim(line, (size_t)n));
		if (r == 0 && in->batch.n_rows == BATCH_ROWS) {
			r = atomic_load(is_cancelled) ? -ECANCELED : take(self, &in->batch);
			in->batch.n_rows = 0;
		}
	}
	free(line);
	if (r == 0 && ferror(file))
		r = -EIO;
	if (r == 0 && in->line == 0) {
		in->line = 1;
		r = check_head(in, "");
	}
	return r == 0 && in->batch.n_rows > 0 ? take(self, &in->batch) : r;
}

int import_rows(const char *path, const struct about_stream *of, uint32_t stream,
	const atomic_bool *is_cancelled, import_rows_take *take, void *self,
	struct about_fault *ret_fault)
{
	struct rows_in *in = calloc(1, sizeof *in);
	FILE *file = in ? fopen(path, "re") : NULL;
	int r = in ? -errno : -ENOMEM;

	if (file) {
		in->of = of;
		in->fault = ret_fault;
		in->batch.stream = stream;
		in->batch.n_channels = of->stream.n_channels;
		r = read_all(in, file, is_cancelled, take, self);
		fclose(file);
	} else if (r == -ENOENT) {
		snprintf(ret_fault->zh, sizeof ret_fault->zh, "数据包里缺 %s。", of->file);
		snprintf(ret_fault->en, sizeof ret_fault->en, "The package lacks %s.", of->file);
		r = -EBADMSG;
	}
	free(in);
	return r;
}
