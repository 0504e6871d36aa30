/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One prepared response per file and form (packed, or plain where there is no packed one; "you have
 * it"), all headers on it, so that answering is a search and a hand-over. */
#include "http/pages.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/hash.h"
#include "base/text.h"

enum { PATH_TEXT = 192, TAG_TEXT = 24, MOST_BYTES = 16 << 20, MOST_DEPTH = 8 };

struct page {
	char path[PATH_TEXT]; /* as in a URL, without .gz */
	char tag[TAG_TEXT];   /* of the plain file, with quotes */
	char *bytes, *packed; /* bytes: NULL where they are unpacked when they are asked for */
	size_t n, n_packed;
	struct MHD_Response *plain, *gzip, *unchanged;
};

struct pages {
	struct page *page; /* by path */
	size_t n, room;
	size_t bytes;
};

/* clang-format off */
static const char *const TYPES[][2] = {
	{".html", "text/html; charset=utf-8"},
	{".js",   "text/javascript; charset=utf-8"},
	{".mjs",  "text/javascript; charset=utf-8"},
	{".css",  "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".map",  "application/json"},
	{".webmanifest", "application/manifest+json"},
	{".yaml", "application/yaml; charset=utf-8"},
	{".svg",  "image/svg+xml"},
	{".png",  "image/png"},
	{".ico",  "image/x-icon"},
	{".woff2", "font/woff2"},
	{".txt",  "text/plain; charset=utf-8"},
	{".md",   "text/plain; charset=utf-8"},
};
/* clang-format on */

static bool ends_in(const char *string, const char *end)
{
	size_t n = strlen(string), n_end = strlen(end);

	return n > n_end && strcmp(string + n - n_end, end) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (ends_in(path, TYPES[i][0]))
			return TYPES[i][1];
	return "application/octet-stream";
}

/* --- reading the folder --- */

static int read_file(int fd, size_t n, char **ret_bytes)
{
	char *bytes = malloc(n + 1);
	size_t have = 0;

	if (!bytes)
		return -ENOMEM;
	while (have < n) {
		ssize_t got = read(fd, bytes + have, n - have);

		if (got <= 0) { /* shorter than stat said: somebody is writing it */
			int r = got < 0 ? -errno : -EBUSY;

			free(bytes);
			return r;
		}
		have += (size_t)got;
	}
	*ret_bytes = bytes;
	return 0;
}

/* The page of this path, made if it is new: a file and its .gz meet here in any order. */
static struct page *page_for(struct pages *pages, const char *path)
{
	for (size_t i = 0; i < pages->n; i++)
		if (strcmp(pages->page[i].path, path) == 0)
			return &pages->page[i];
	if (pages->n == pages->room) {
		size_t room = pages->room ? pages->room * 2 : 32;
		struct page *grown = realloc(pages->page, room * sizeof *grown);

		if (!grown)
			return NULL;
		pages->page = grown;
		pages->room = room;
	}
	struct page *page = &pages->page[pages->n++];

	*page = (struct page){0};
	text_copy(page->path, sizeof page->path, path);
	return page;
}

static int add_file(struct pages *pages, int fd, size_t n, char *path)
{
	bool is_packed = ends_in(path, ".gz");
	char *bytes = NULL;

	if (pages->bytes + n > MOST_BYTES)
		return -EFBIG;
	int r = read_file(fd, n, &bytes);
	if (r < 0)
		return r;
	if (is_packed)
		path[strlen(path) - 3] = '\0';

	struct page *page = page_for(pages, path);
	if (!page) {
		free(bytes);
		return -ENOMEM;
	}
	pages->bytes += n;
	if (is_packed) {
		page->packed = bytes;
		page->n_packed = n;
	} else {
		page->bytes = bytes;
		page->n = n;
	}
	return 0;
}

static int add_folder(struct pages *pages, int fd, const char *prefix, int depth);

static int add_entry(
	struct pages *pages, int folder, const char *name, const char *prefix, int depth)
{
	char path[PATH_TEXT];
	struct text text = text_over(path, sizeof path);
	struct stat is;

	text_add(&text, prefix);
	text_add_char(&text, '/');
	text_add(&text, name);
	if (name[0] == '.' || text.is_cut)
		return 0;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	int r = fstat(fd, &is) < 0 ? -errno : 0;
	if (r == 0 && S_ISDIR(is.st_mode) && depth < MOST_DEPTH)
		return add_folder(pages, fd, path, depth + 1);
	if (r == 0 && S_ISREG(is.st_mode))
		r = add_file(pages, fd, (size_t)is.st_size, path);
	close(fd);
	return r;
}

/* Takes the descriptor. */
static int add_folder(struct pages *pages, int fd, const char *prefix, int depth)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	int r = 0;

	if (!folder) {
		close(fd);
		return -errno;
	}
	while (r == 0 && (entry = readdir(folder)))
		r = add_entry(pages, dirfd(folder), entry->d_name, prefix, depth);
	closedir(folder);
	return r;
}

/* --- packed and plain --- */

/* The plain file out of the packed one, page->n bytes, which the caller frees. NULL: it is no gzip,
 * or not of so many bytes, or memory is out. */
static char *unpack(const struct page *page)
{
	enum { GZIP_ONLY = 16 }; /* zlib.h, inflateInit2 */
	z_stream stream = {.next_in = (Bytef *)page->packed, .avail_in = (uInt)page->n_packed};
	char *bytes = malloc(page->n + 1);

	if (!bytes || inflateInit2(&stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
		free(bytes);
		return NULL;
	}
	stream.next_out = (Bytef *)bytes;
	stream.avail_out = (uInt)page->n + 1; /* one more tells a file that is longer */
	bool is_whole =
		inflate(&stream, Z_FINISH) == Z_STREAM_END && (size_t)stream.total_out == page->n;

	inflateEnd(&stream);
	if (is_whole)
		return bytes;
	free(bytes);
	return NULL;
}

/* Most bytes of the pages would lie in memory for nobody. */
static void keep_packed_only(struct page *page)
{
	char *bytes = unpack(page);

	if (bytes && memcmp(bytes, page->bytes, page->n) == 0) {
		free(page->bytes);
		page->bytes = NULL;
	}
	free(bytes);
}

/* --- preparing the answers --- */

/* Changes when the file does, and only then. */
static void tag_of(const struct page *page, char *ret_tag)
{
	uint64_t hash = hash_add(HASH_START, page->bytes, page->n);

	snprintf(ret_tag, TAG_TEXT, "\"%016llx\"", (unsigned long long)hash);
}

static struct MHD_Response *prepare(const struct page *page, const char *bytes, size_t n,
	const char *encoding, enum MHD_ResponseMemoryMode mode)
{
	struct MHD_Response *response = response_new(type_of(page->path), bytes, n, mode);

	if (!response)
		return NULL;
	MHD_add_response_header(response, "Cache-Control", "no-cache");
	MHD_add_response_header(response, "ETag", page->tag);
	MHD_add_response_header(response, "Vary", "Accept-Encoding");
	if (encoding)
		MHD_add_response_header(response, "Content-Encoding", encoding);
	return response;
}

static int prepare_page(struct page *page)
{
	const enum MHD_ResponseMemoryMode ours = MHD_RESPMEM_PERSISTENT;

	tag_of(page, page->tag);
	if (page->packed)
		keep_packed_only(page);
	if (page->bytes && !(page->plain = prepare(page, page->bytes, page->n, NULL, ours)))
		return -ENOMEM;
	if (page->packed &&
		!(page->gzip = prepare(page, page->packed, page->n_packed, "gzip", ours)))
		return -ENOMEM;
	page->unchanged = prepare(page, "", 0, NULL, ours);
	return page->unchanged ? 0 : -ENOMEM;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

/* A .gz without its plain file is a file of its own and would be sent under a wrong name: left
 * out. */
static void drop_orphans(struct pages *pages)
{
	size_t kept = 0;

	for (size_t i = 0; i < pages->n; i++)
		if (pages->page[i].bytes)
			pages->page[kept++] = pages->page[i];
		else
			free(pages->page[i].packed);
	pages->n = kept;
}

int pages_open(const char *folder, struct pages **ret_pages)
{
	struct pages *pages = calloc(1, sizeof *pages);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = -ENOMEM;

	if (fd < 0) {
		r = -errno;
		goto fail;
	}
	if (!pages) {
		close(fd);
		goto fail;
	}
	r = add_folder(pages, fd, "", 0);
	drop_orphans(pages);
	if (r == 0 && pages->n == 0)
		r = -ENOENT;
	if (r < 0)
		goto fail;
	qsort(pages->page, pages->n, sizeof *pages->page, by_path);
	for (size_t i = 0; i < pages->n && r == 0; i++)
		r = prepare_page(&pages->page[i]);
	if (r < 0)
		goto fail;
	*ret_pages = pages;
	return 0;
fail:
	pages_close(pages);
	return r;
}

static void destroy(struct MHD_Response *response)
{
	if (response)
		MHD_destroy_response(response);
}

void pages_close(struct pages *pages)
{
	if (!pages)
		return;
	for (size_t i = 0; i < pages->n; i++) {
		struct page *page = &pages->page[i];

		destroy(page->plain);
		destroy(page->gzip);
		destroy(page->unchanged);
		free(page->bytes);
		free(page->packed);
	}
	free(pages->page);
	free(pages);
}

/* --- answering --- */

static const struct page *find(const struct pages *pages, const char *path)
{
	struct page wanted;

	if (!pages || !text_copy(wanted.path, sizeof wanted.path, path))
		return NULL;
	return bsearch(&wanted, pages->page, pages->n, sizeof *pages->page, by_path);
}

static const struct page *find_named(const struct pages *pages, const char *path)
{
	char with_suffix[PATH_TEXT];
	struct text text = text_over(with_suffix, sizeof with_suffix);
	const struct page *page = find(pages, path);

	if (page)
		return page;
	text_add(&text, strcmp(path, "/") == 0 ? "/index" : path);
	text_add(&text, ".html");
	return text.is_cut ? NULL : find(pages, with_suffix);
}

/* A browser lists what it takes: "gzip, deflate, br"; "gzip;q=0" is how one says no. */
static bool takes_gzip(const struct request *request)
{
	const char *accepted = request_header(request, "Accept-Encoding");
	const char *gzip = accepted ? strcasestr(accepted, "gzip") : NULL;

	return gzip && strncmp(gzip + strlen("gzip"), ";q=0", 4) != 0;
}

static struct MHD_Response *prepare_unpacked(const struct page *page)
{
	char *bytes = unpack(page);
	struct MHD_Response *response =
		bytes ? prepare(page, bytes, page->n, NULL, MHD_RESPMEM_MUST_FREE) : NULL;

	if (!response)
		free(bytes);
	return response;
}

void pages_answer(const struct pages *pages, struct request *request, const char *path)
{
	const struct page *page = find_named(pages, path);
	const char *has = request_header(request, "If-None-Match");

	if (!page)
		request_refuse(request, 404, "no_such_path", "没有这一页。", "No such page.");
	else if (has && strstr(has, page->tag))
		request_answer_prepared(request, 304, page->unchanged);
	else if (page->gzip && takes_gzip(request))
		request_answer_prepared(request, 200, page->gzip);
	else if (page->plain)
		request_answer_prepared(request, 200, page->plain);
	else
		request_answer_made(request, 200, prepare_unpacked(page));
}
