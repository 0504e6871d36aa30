/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/sums.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/files.h"

enum { HEX = 2 * SHA256_DIGEST_SIZE, PATH_BYTES = 1024 };

static void add_digest(struct text *text, struct sha256_ctx *hash)
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_digest(hash, sizeof digest, digest);
	text_add_hex(text, digest, sizeof digest);
}

static void end_file(struct sums *sums)
{
	struct text line;

	if (!sums->file[0])
		return;
	line = text_over(sums->room + sums->length, sizeof sums->room - sums->length);
	add_digest(&line, &sums->hash);
	text_addf(&line, "  %s\n", sums->file);
	sums->length += line.length;
	sums->file[0] = '\0';
}

void sums_begin(struct sums *sums, const char *file)
{
	end_file(sums);
	text_copy(sums->file, sizeof sums->file, file);
	sha256_init(&sums->hash);
}

void sums_add(struct sums *sums, const void *bytes, size_t n)
{
	sha256_update(&sums->hash, n, bytes);
}

const char *sums_end(struct sums *sums, size_t *ret_n)
{
	end_file(sums);
	*ret_n = sums->length;
	sums->length = 0;
	return sums->room;
}

/* --- check --- */

static int blame_line(struct about_fault *fault, const char *within, unsigned n)
{
	snprintf(fault->zh, sizeof fault->zh,
		"%s" SUMS_FILE " 第 %u 行不是“指纹  文件名”，没有导入。用取下来时的那个数据包。",
		within, n);
	snprintf(fault->en, sizeof fault->en,
		"%s" SUMS_FILE
		", line %u, is no hash and file name; nothing was imported. Import the "
		"package as it was saved.",
		within, n);
	return -EBADMSG;
}

static int blame_file(struct about_fault *fault, const char *within, const char *file)
{
	snprintf(fault->zh, sizeof fault->zh,
		"%s%s 和取下来时不一样（指纹对不上 " SUMS_FILE
		"），没有导入。用取下来时的那个数据包。",
		within, file);
	snprintf(fault->en, sizeof fault->en,
		"%s%s is not what was saved (its hash is not that of " SUMS_FILE
		"); nothing was imported. Import the package as it was saved.",
		within, file);
	return -EBADMSG;
}

/* The file's name in a line "<hash>  <name>", or "<hash> *<name>"; NULL: it is none. */
static const char *name_in(char *line)
{
	size_t n = strcspn(line, "\r\n"), hex = 0;

	line[n] = '\0';
	while (isxdigit((unsigned char)line[hex]))
		hex++;
	if (hex != HEX || n < HEX + 3 || line[HEX] != ' ' || strchr(line + HEX + 2, '/'))
		return NULL;
	return line + HEX + 2;
}

static int check_file(const char *folder, const char *file, const char *wanted, bool *ret_is_same)
{
	char path[PATH_BYTES], found[HEX + 1];
	struct text text = text_over(found, sizeof found);
	struct sha256_ctx hash;
	int r;

	*ret_is_same = true;
	snprintf(path, sizeof path, "%s/%s", folder, file);
	sha256_init(&hash);
	r = file_hash(path, &hash);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	add_digest(&text, &hash);
	*ret_is_same = strncasecmp(found, wanted, HEX) == 0;
	return 0;
}

int sums_check(const char *folder, const char *within, struct about_fault *ret_fault)
{
	char path[PATH_BYTES], line[SUMS_LINE + 16];
	unsigned n = 0;
	FILE *file;
	int r = 0;

	snprintf(path, sizeof path, "%s/" SUMS_FILE, folder);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (r == 0 && fgets(line, sizeof line, file)) {
		const char *name = name_in(line);
		bool is_same;

		n++;
		if (!name) {
			r = blame_line(ret_fault, within, n);
			break;
		}
		r = check_file(folder, name, line, &is_same);
		if (r == 0 && !is_same)
			r = blame_file(ret_fault, within, name);
	}
	if (r == 0 && ferror(file))
		r = -EIO;
	fclose(file);
	return r;
}
