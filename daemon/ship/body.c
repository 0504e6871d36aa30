/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One buffer of text and where each line of it ends. The gzip stream is set up once: deflateInit
 * allocates 256 KiB, deflateReset nothing. Level 1: a shipped line repeats most of the one before,
 * so higher levels cost four times as much and save little. */
#include "ship/body.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/text.h"

enum { GZIP_LEVEL = 1, GZIP_WINDOW = 15 + 16 /* with gzip's frame */, GZIP_MEMORY = 8 };

struct line {
	uint32_t end; /* in the text, behind the newline */
	struct instant stamp;
};

struct body {
	size_t most_lines, most_bytes, n; /* most_bytes <= text.size - 1 */
	struct line *lines;
	struct text text;
	bool is_gzipped, has_stream;
	z_stream stream;
	char *packed;
	size_t packed_size;
};

int body_new(size_t most_lines, size_t most_bytes, bool is_gzipped, struct body **ret_body)
{
	struct body *body = calloc(1, sizeof(*body));
	char *text = malloc(most_bytes + 1);

	if (!body || !text) {
		free(text);
		free(body);
		return -ENOMEM;
	}
	body->text = text_over(text, most_bytes + 1);
	body->most_lines = most_lines;
	body->most_bytes = most_bytes;
	body->is_gzipped = is_gzipped;
	body->lines = calloc(most_lines, sizeof(*body->lines));
	if (!body->lines)
		goto fail;
	if (is_gzipped) {
		if (deflateInit2(&body->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
			    Z_DEFAULT_STRATEGY) != Z_OK)
			goto fail;
		body->has_stream = true;
		body->packed_size = deflateBound(&body->stream, most_bytes);
		body->packed = malloc(body->packed_size);
		if (!body->packed)
			goto fail;
	}
	*ret_body = body;
	return 0;
fail:
	body_free(body);
	return -ENOMEM;
}

void body_free(struct body *body)
{
	if (!body)
		return;
	if (body->has_stream)
		deflateEnd(&body->stream);
	free(body->packed);
	free(body->lines);
	free(body->text.at);
	free(body);
}

void body_reset(struct body *body)
{
	body->n = 0;
	text_reset(&body->text);
}

void body_limit(struct body *body, size_t most_bytes)
{
	size_t capacity = body->text.size - 1;

	body->most_bytes = most_bytes < capacity ? most_bytes : capacity;
}

int body_add(struct body *body, const struct series *series, struct instant stamp,
	const double *values, int64_t uncertainty_ns, struct wall wall)
{
	struct text before = body->text;
	struct line *line = &body->lines[body->n];
	int error;

	if (body->n == body->most_lines)
		return -ENOSPC;
	error = series_add_row(series, &body->text, values, uncertainty_ns, wall);
	if (!error && body->n && body->text.length > body->most_bytes) {
		body->text = before;
		body->text.at[before.length] = '\0';
		error = -ENOSPC;
	}
	if (error)
		return error == -EDOM ? 0 : error; /* nothing but absent values: nothing to say */
	line->stamp = stamp;
	line->end = (uint32_t)body->text.length;
	body->n++;
	return 0;
}

size_t body_lines(const struct body *body)
{
	return body->n;
}

struct instant body_stamp(const struct body *body, size_t line)
{
	return body->lines[line].stamp;
}

const char *body_text(const struct body *body, size_t from, size_t to, size_t *ret_n)
{
	size_t start = from ? body->lines[from - 1].end : 0;

	*ret_n = to ? body->lines[to - 1].end - start : 0;
	return body->text.at + start;
}

int body_encode(struct body *body, size_t from, size_t to, const char **ret_bytes, size_t *ret_n)
{
	size_t n;
	const char *text = body_text(body, from, to, &n);

	if (!body->is_gzipped) {
		*ret_bytes = text;
		*ret_n = n;
		return 0;
	}
	deflateReset(&body->stream);
	body->stream.next_in = (Bytef *)(uintptr_t)text; /* zlib's header is without const */
	body->stream.avail_in = (uInt)n;
	body->stream.next_out = (Bytef *)body->packed;
	body->stream.avail_out = (uInt)body->packed_size;
	if (deflate(&body->stream, Z_FINISH) != Z_STREAM_END)
		return -EIO;
	*ret_bytes = body->packed;
	*ret_n = body->packed_size - body->stream.avail_out;
	return 0;
}
