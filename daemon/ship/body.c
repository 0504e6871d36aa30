/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One buffer of text and where each line of it ends. A body is packed in one piece, which libdeflate
 * does in half of zlib's time: packing was a quarter of all that kitlogd does for a row. Level 1:
 * a shipped line repeats most of the one before, so higher levels cost more and save 1 %. */
#include "ship/body.h"

#include <errno.h>
#include <stdlib.h>

#include <libdeflate.h>

#include "base/text.h"

enum { GZIP_LEVEL = 1 };

struct line {
	uint32_t end; /* in the text, behind the newline */
	struct instant stamp;
};

struct body {
	size_t most_lines, most_bytes, n; /* most_bytes <= text.size - 1 */
	struct line *lines;
	struct text text;
	struct libdeflate_compressor *gzip; /* NULL: bodies go as they are */
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
	body->lines = calloc(most_lines, sizeof(*body->lines));
	if (!body->lines)
		goto fail;
	if (is_gzipped) {
		body->gzip = libdeflate_alloc_compressor(GZIP_LEVEL);
		if (!body->gzip)
			goto fail;
		body->packed_size = libdeflate_gzip_compress_bound(body->gzip, most_bytes);
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
	libdeflate_free_compressor(body->gzip);
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

	if (!body->gzip) {
		*ret_bytes = text;
		*ret_n = n;
		return 0;
	}

	size_t packed =
		libdeflate_gzip_compress(body->gzip, text, n, body->packed, body->packed_size);
	if (!packed)
		return -EIO;
	*ret_bytes = body->packed;
	*ret_n = packed;
	return 0;
}
