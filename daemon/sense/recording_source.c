/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three kinds of source behind one read. A long recording is mostly repetition: zstd makes an hour
 * of hex a few hundred kilobytes, which a repository can bear. */
#include "sense/recording_source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { COMPRESSED = 65536 };

struct recording_source {
	const char *text;
	size_t left; /* of the text */
	FILE *file;
	ZSTD_DStream *zstd;
	ZSTD_inBuffer in;
	bool is_open; /* a compressed frame has begun and not ended */
	char bytes[COMPRESSED];
};

int recording_source_text(const char *text, size_t n, struct recording_source **ret_source)
{
	struct recording_source *source = calloc(1, sizeof *source);

	if (!source)
		return -ENOMEM;
	source->text = text;
	source->left = n;
	*ret_source = source;
	return 0;
}

static bool is_compressed(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".zst") == 0;
}

int recording_source_file(const char *path, struct recording_source **ret_source)
{
	struct recording_source *source = calloc(1, sizeof *source);
	int error = -ENOMEM;

	if (!source)
		return -ENOMEM;
	source->file = fopen(path, "re");
	if (!source->file) {
		error = -errno;
		goto fail;
	}
	if (is_compressed(path)) {
		source->zstd = ZSTD_createDStream();
		if (!source->zstd)
			goto fail;
		ZSTD_initDStream(source->zstd);
	}
	*ret_source = source;
	return 0;
fail:
	recording_source_close(source);
	return error;
}

void recording_source_close(struct recording_source *source)
{
	if (!source)
		return;
	ZSTD_freeDStream(source->zstd);
	if (source->file)
		fclose(source->file);
	free(source);
}

static long read_file(struct recording_source *source, char *ret_bytes, size_t n)
{
	size_t got = fread(ret_bytes, 1, n, source->file);

	return got == 0 && ferror(source->file) ? -(errno ? errno : EIO) : (long)got;
}

static long read_compressed(struct recording_source *source, char *ret_bytes, size_t n)
{
	ZSTD_outBuffer out = {.dst = ret_bytes, .size = n};

	while (out.pos == 0) {
		size_t left;

		if (source->in.pos == source->in.size) {
			long got = read_file(source, source->bytes, sizeof source->bytes);

			if (got < 0)
				return got;
			if (got == 0)
				return source->is_open ? -EBADMSG : 0;
			source->in = (ZSTD_inBuffer){.src = source->bytes, .size = (size_t)got};
		}
		left = ZSTD_decompressStream(source->zstd, &out, &source->in);
		if (ZSTD_isError(left))
			return -EBADMSG;
		source->is_open = left != 0;
	}
	return (long)out.pos;
}

long recording_source_read(struct recording_source *source, char *ret_bytes, size_t n)
{
	if (source->zstd)
		return read_compressed(source, ret_bytes, n);
	if (source->file)
		return read_file(source, ret_bytes, n);
	if (n > source->left)
		n = source->left;
	if (n > 0)
		memcpy(ret_bytes, source->text, n);
	source->text += n;
	source->left -= n;
	return (long)n;
}
