/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "keep/store.h"
#include "http/files.h"
#include "history/import_place.h"
#include "export/import_rows.h"

enum { PATH_BYTES = 512, COMMIT_VALUES = 1 << 16, COMMIT_BYTES = 4 << 20, LAST_COMMITS = 8 };

struct importing {
	const struct about *about;
	uint32_t import;
	const char *folder;
	const char *part; /* the folder that becomes the import */
	const atomic_bool *is_cancelled;
	struct about_fault *fault;
	char hash[2 * SHA256_DIGEST_SIZE + 1];
	struct store *store;
	struct instant now; /* of commits: each is a minute later, so that rows become chunks */
	uint64_t rows[ABOUT_STREAMS], all_rows;
	uint64_t pending; /* values since the last commit */
};

static int blame(struct about_fault *fault, int error, const char *zh, const char *en)
{
	snprintf(fault->zh, sizeof fault->zh, "%s", zh);
	snprintf(fault->en, sizeof fault->en, "%s", en);
	return error;
}

/* What nothing was said of yet. */
static int explain(struct about_fault *fault, int error)
{
	if (error >= 0 || fault->en[0])
		return error;
	if (error == -ENOSPC || error == -EDQUOT)
		return blame(fault, error, "存储卡满了，没有导入。腾出地方再试。",
			"The card is full; nothing was imported. Make room and try again.");
	if (error == -ENOMEM)
		return blame(fault, error, "内存不够，没有导入。等一会儿再试。",
			"There is no memory left; nothing was imported. Try again later.");
	if (error == -ECANCELED)
		return blame(fault, error, "板子正在停下来，没有导入。",
			"The board is stopping; nothing was imported.");
	return blame(fault, error, "存储卡写不了，没有导入。检查存储卡。",
		"The card cannot be written; nothing was imported. Look at the card.");
}

static int hash_all(struct importing *in, const char *bytes, size_t n)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct text text = text_over(in->hash, sizeof in->hash);
	struct sha256_ctx hash;
	char path[PATH_BYTES];
	int r = 0;

	sha256_init(&hash);
	sha256_update(&hash, n, (const uint8_t *)bytes);
	for (size_t i = 0; i < in->about->n_streams && r == 0; i++) {
		snprintf(path, sizeof path, "%s/%s", in->folder, in->about->streams[i].file);
		r = file_hash(path, &hash);
		r = r == -ENOENT ? 0 : r; /* import_rows will name it */
	}
	sha256_digest(&hash, sizeof digest, digest);
	text_add_hex(&text, digest, sizeof digest);
	return r;
}

/* --- into the store --- */

static int commit(struct importing *in)
{
	in->pending = 0;
	in->now = instant_add(in->now, 61 * (int64_t)NS_PER_S);
	int r = card_has_room(in->part, COMMIT_BYTES);

	return r == 0 ? store_commit(in->store, in->now) : r;
}

static bool joins(
	const struct device *device, const struct about_stream *a, const struct about_stream *b)
{
	if (device->n_streams == DEVICE_STREAMS || a->sticker != b->sticker ||
		strcmp(a->identity, b->identity) != 0 || strcmp(a->kit, b->kit) != 0)
		return false;
	for (uint32_t i = 0; i < device->n_streams; i++)
		if (strcmp(device->streams[i].name, b->stream.name) == 0)
			return false;
	return true;
}

/* Streams that follow each other and are of one device are so again. */
static int add_device(struct importing *in, size_t first, size_t *ret_next)
{
	const struct about_stream *streams = in->about->streams;
	struct device device = {.id = import_stream(in->import, first),
		.sticker = streams[first].sticker ? streams[first].sticker : (uint32_t)first + 1,
		.family = "import"};
	size_t i = first;

	snprintf(device.identity, sizeof device.identity, "import:%s:%zu", in->hash, first + 1);
	text_copy(device.kit, sizeof device.kit, streams[first].kit);
	text_copy(device.model, sizeof device.model, streams[first].model);
	for (; i < in->about->n_streams && joins(&device, &streams[first], &streams[i]); i++) {
		struct stream *to = &device.streams[device.n_streams++];

		*to = streams[i].stream;
		to->id = import_stream(in->import, i);
		to->device = device.id;
	}
	*ret_next = i;
	int r = store_add_device(in->store, &device);

	for (size_t k = first; k < i && r == 0; k++)
		for (size_t c = 0; c < streams[k].n_calibrations && r == 0; c++) {
			struct calibration calibration = streams[k].calibrations[c];

			strcpy(calibration.identity, device.identity);
			calibration.made.ns += IMPORT_BEGIN.ns;
			calibration.from.ns += IMPORT_BEGIN.ns;
			if (calibration.to.ns != INT64_MAX)
				calibration.to.ns += IMPORT_BEGIN.ns;
			calibration.ship_from = calibration.from;
			r = store_add_calibration(in->store, &calibration);
		}
	return r == -EINVAL ? blame(in->fault, -EBADMSG, "run.json 里有一个校准不对。",
				      "A calibration of run.json is wrong.")
			    : r;
}

static int take_batch(void *self, const struct batch *batch)
{
	struct importing *in = self;
	struct feed_record record = {.kind = FEED_BATCH};
	size_t place = batch->stream - import_stream(in->import, 0);

	record.batch.stream = batch->stream;
	record.batch.n_channels = batch->n_channels;
	record.batch.n_rows = batch->n_rows;
	record.batch.stamps_ns = batch->stamps_ns;
	record.batch.values = batch->values;
	in->rows[place] += batch->n_rows;
	in->all_rows += batch->n_rows;
	in->pending += (uint64_t)batch->n_rows * batch->n_channels;
	int r = store_add_batch(in->store, &record);
	return r == 0 && in->pending >= COMMIT_VALUES ? commit(in) : r;
}

static int add_stream(struct importing *in, size_t place)
{
	const struct about_stream *of = &in->about->streams[place];
	uint32_t stream = import_stream(in->import, place);
	char path[PATH_BYTES];
	int r = 0;

	for (size_t i = 0; i < of->n_uncertainties && r == 0; i++)
		r = store_add_uncertainty(in->store,
			&(struct uncertainty){stream,
				{IMPORT_BEGIN.ns + of->uncertainties[i].from.ns},
				of->uncertainties[i].ns});
	snprintf(path, sizeof path, "%s/%s", in->folder, of->file);
	return r == 0 ? import_rows(path, of, stream, in->is_cancelled, take_batch, in, in->fault)
		      : r;
}

static int add_notes(struct importing *in)
{
	const struct about *about = in->about;
	int r = 0;

	for (size_t i = 0; i < about->n_gaps && r == 0; i++) {
		struct gap gap = about->gaps[i].gap;

		gap.stream = about->gaps[i].stream < about->n_streams
			? import_stream(in->import, about->gaps[i].stream)
			: 0;
		gap.from.ns += IMPORT_BEGIN.ns;
		gap.to.ns += IMPORT_BEGIN.ns;
		r = store_add_gap(in->store, &gap);
	}
	for (size_t i = 0; i < about->n_marks && r == 0; i++) {
		struct mark mark = about->marks[i];

		mark.id = (uint32_t)i + 1;
		mark.at.ns += IMPORT_BEGIN.ns;
		r = store_add_mark(in->store, &mark);
	}
	return r;
}

static int add_run(struct importing *in)
{
	const struct about *about = in->about;
	const struct anchor anchor = {.at = IMPORT_BEGIN,
		.wall = about->wall_from,
		.uncertainty_ns = about->wall_uncertainty_ns,
		.source = about->wall_source ? about->wall_source : ANCHOR_PERSON};
	struct run run = {.id = import_run_id(in->import),
		.number = about->number ? about->number : in->import,
		.group = about_only_group(about),
		.from = IMPORT_BEGIN,
		.to = instant_add(IMPORT_BEGIN, about->duration_ns)};
	int r = about->has_wall ? store_add_anchor(in->store, &anchor) : 0;

	text_copy(run.title, sizeof run.title, about->title);
	text_copy(run.lesson, sizeof run.lesson, about->lesson);
	return r == 0 ? store_add_run(in->store, &run) : r;
}

static int fill(struct importing *in)
{
	uint32_t boot;
	int64_t base_ns;
	int r = store_begin_boot(in->store, "import", NS_PER_S, &boot, &base_ns);

	in->now = instant_add(
		IMPORT_BEGIN, in->about->duration_ns + 3650 * 86400 * (int64_t)NS_PER_S);
	for (size_t i = 0; i < in->about->n_streams && r == 0;)
		r = add_device(in, i, &i);
	for (size_t i = 0; i < in->about->n_streams && r == 0; i++)
		r = add_stream(in, i);
	if (r == 0)
		r = add_notes(in);
	if (r == 0)
		r = add_run(in);
	for (unsigned i = 0; i < LAST_COMMITS && r == 0; i++)
		r = commit(in);
	return r;
}

/* Is what can be read what was there? */
static int check(struct importing *in, const char *directory)
{
	struct store_status status;
	struct reader *reader;
	int r;

	store_status(in->store, &status);
	r = status.lost_rows > 0 || status.pending_rows > 0 ? -EIO : 0;
	store_close(in->store);
	in->store = NULL;
	if (r == 0)
		r = reader_open(directory, &reader);
	if (r < 0)
		return r;
	for (size_t i = 0; i < in->about->n_streams && r == 0; i++) {
		struct instant first, last;
		uint64_t rows = 0;

		r = reader_extent(reader, import_stream(in->import, i), &first, &last, &rows);
		r = r == -ENODATA ? 0 : r;
		if (r == 0 && rows != in->rows[i])
			r = -EIO;
	}
	reader_close(reader);
	return r;
}

/* Makes the whole in `part`, which then gets its name. */
static int make(struct importing *in, const char *part, const char *bytes, size_t n)
{
	const struct store_options options = {.directory = part};
	struct store_finding finding;
	char path[PATH_BYTES + 24];
	int r = hash_all(in, bytes, n);

	in->part = part;
	if (r == 0)
		r = store_open(&options, &finding, &in->store);
	if (r == 0)
		r = fill(in);
	if (r == 0)
		r = check(in, part);
	if (r == 0 && in->all_rows == 0 && json_array_size(in->about->readings) == 0)
		r = blame(in->fault, -EBADMSG, "数据包里一行数据、一个读数也没有，没有导入。",
			"There is no row and no reading in this package; nothing was imported.");
	store_close(in->store);
	snprintf(path, sizeof path, "%s/run.json", part);
	return r == 0 ? file_save(path, bytes, n) : r;
}

static int import_into(struct importing *in, const char *directory, const char *bytes, size_t n)
{
	char imports[PATH_BYTES], path[PATH_BYTES], part[PATH_BYTES + 8];
	int r = import_path(directory, in->import, path, sizeof path);

	if (r < 0)
		return r;
	snprintf(imports, sizeof imports, "%s/imports", directory);
	snprintf(part, sizeof part, "%s.part", path);
	if (mkdir(imports, 0700) < 0 && errno != EEXIST)
		return -errno;
	r = folder_remove(part);
	if (r == 0)
		r = make(in, part, bytes, n);
	if (r == 0 && rename(part, path) < 0)
		r = -errno;
	if (r < 0)
		folder_remove(part);
	return r == 0 ? folder_sync(imports) : r;
}

int import_folder(const char *directory, uint32_t import, const char *folder,
	const atomic_bool *is_cancelled, struct about_fault *ret_fault)
{
	struct importing *in = calloc(1, sizeof *in);
	struct about about = {.n_streams = 0};
	char path[PATH_BYTES], *bytes = NULL;
	size_t n = 0;
	int r = in ? 0 : -ENOMEM;

	*ret_fault = (struct about_fault){"", ""};
	snprintf(path, sizeof path, "%s/run.json", folder);
	if (r == 0)
		r = file_load(path, &bytes, &n);
	if (r == -ENOENT)
		r = blame(ret_fault, -EBADMSG, "里面没有 run.json，它不是 kitlog 的数据包。",
			"There is no run.json in it: it is no package of kitlog's.");
	if (r == 0)
		r = about_read(bytes, n, &about, ret_fault);
	if (r == 0) {
		*in = (struct importing){.about = &about,
			.import = import,
			.folder = folder,
			.is_cancelled = is_cancelled,
			.fault = ret_fault};
		r = import_into(in, directory, bytes, n);
	}
	about_clear(&about);
	free(bytes);
	free(in);
	return explain(ret_fault, r);
}

int import_about(const char *directory, uint32_t import, struct about *ret_about, char **ret_bytes,
	size_t *ret_n)
{
	char path[PATH_BYTES], *bytes;
	struct about_fault fault;
	int r = import_path(directory, import, path, sizeof path - 16);

	if (r < 0)
		return r;
	strcat(path, "/run.json");
	r = file_load(path, &bytes, ret_n);
	if (r < 0)
		return r;
	r = about_read(bytes, *ret_n, ret_about, &fault);
	if (r < 0) {
		free(bytes);
		return r;
	}
	for (size_t i = 0; i < ret_about->n_streams; i++)
		ret_about->streams[i].stream.id = import_stream(import, i);
	*ret_bytes = bytes;
	return 0;
}
