/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog run package ID [FILE]`, `kitlog session package [SESSION [FILE]]` and `kitlog run import FILE | FOLDER`: a run
 * or a class as a zip, and back. */
#include "tools/kitlog/run_package.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export/zip_out.h"
#include "tools/kitlog/say.h"

enum { BLOCK = 65536 };

static int fetch(const struct call *call, const char *what, const char *path, const char *file)
{
	char last[BOARD_LINE];
	FILE *out = fopen(file, "wxe");

	if (!out) {
		fprintf(stderr,
			errno == EEXIST
				? say("kitlog %s package: %s 已经有了；换个名字，不覆盖数据\n",
					  "kitlog %s package: %s is there already; choose another name\n")
				: say("kitlog %s package: %s 写不了；换个地方\n",
					  "kitlog %s package: %s cannot be written; choose another place\n"),
			what, file);
		return 1;
	}
	board_look_as_teacher(call->board);
	int failed = board_fetch(call->board, path, out, file, last);
	if (fclose(out) && !failed) {
		board_cannot_write(file, errno);
		failed = -EIO;
	}
	if (failed)
		unlink(file); /* half a package would look like a whole one */
	else
		puts(file);
	return failed ? 1 : 0;
}

/* WHAT is a run or a session; `file` NULL: named by its number. `query`: "" or "?...". */
static int fetch_package(const struct call *call, const char *what, long long id, const char *query,
	const char *file)
{
	char name[64], path[64];

	snprintf(name, sizeof name, "kitlog-%s-%lld.zip", what, id);
	snprintf(path, sizeof path, "/api/v1/%ss/%lld/package%s", what, id, query);
	return fetch(call, what, path, file ? file : name);
}

int run_package(const struct call *call)
{
	char *end = NULL;
	long long id = call->argc > 1 ? strtoll(call->argv[1], &end, 10) : 0;

	if (call->argc > 3)
		return command_too_many("run package", call->argv[3],
			say("一个编号和一个文件名", "it takes a number and a file"));
	if (call->argc < 2 || *end || id <= 0)
		return command_misused("run package", call->argc > 1 ? call->argv[1] : "",
			say("kitlog run list 里的编号", "a number from kitlog run list"));
	return fetch_package(call, "run", id, "", call->argc > 2 ? call->argv[2] : NULL);
}

int session_package(const struct call *call, json_int_t session, const char *file)
{
	return fetch_package(call, "session", session, "", file);
}

int session_package_moving(const struct call *call, json_int_t session, const char *file)
{
	return fetch_package(call, "session", session, "?move=1", file);
}

/* --- import --- */

static int pour(struct zip_out *zip, FILE *out)
{
	size_t n;
	const void *bytes = zip_out_take(zip, &n);

	return fwrite(bytes, 1, n, out) == n ? 0 : -errno;
}

static int add_file(struct zip_out *zip, const char *folder, const char *name, FILE *out)
{
	char path[1024], block[BLOCK];
	FILE *file;
	size_t n;
	int r;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	r = zip_out_begin(zip, name);
	while (r == 0 && (n = fread(block, 1, sizeof block, file)) > 0) {
		r = zip_out_add(zip, block, n);
		if (r == 0)
			r = pour(zip, out);
	}
	if (r == 0 && ferror(file))
		r = -EIO;
	fclose(file);
	return r;
}

static bool is_of_package(const char *name)
{
	size_t n = strlen(name);

	return strcmp(name, "run.json") == 0 || strcmp(name, "SHA256SUMS") == 0 ||
		(n > 4 && strcmp(name + n - 4, ".csv") == 0);
}

/* The sample of a lesson is a package that nobody has packed. */
static int pack(const char *folder, FILE *out)
{
	struct zip_out *zip;
	const struct dirent *found;
	DIR *dir = opendir(folder);
	int r = dir ? zip_out_new(&zip) : -errno;

	if (r < 0) {
		if (dir)
			closedir(dir);
		return r;
	}
	while (r == 0 && (found = readdir(dir)))
		if (is_of_package(found->d_name))
			r = add_file(zip, folder, found->d_name, out);
	if (r == 0)
		r = zip_out_end(zip);
	if (r == 0)
		r = pour(zip, out);
	zip_out_free(zip);
	closedir(dir);
	return r == 0 && fflush(out) ? -errno : r;
}

static FILE *open_package(const char *path)
{
	struct stat found;
	FILE *file = NULL;
	int r = 0;

	if (stat(path, &found) < 0) {
		r = -errno;
	} else if (S_ISDIR(found.st_mode)) {
		file = tmpfile();
		r = file ? pack(path, file) : -errno;
	} else {
		file = fopen(path, "re");
		r = file ? 0 : -errno;
	}
	if (r == 0)
		return file;
	fprintf(stderr,
		say("kitlog run import: %s 读不了：%s；看看路径对不对\n",
			"kitlog run import: %s cannot be read: %s; look whether the path is right\n"),
		path, strerror(-r));
	if (file)
		fclose(file);
	return NULL;
}

static void print_runs(const json_t *runs)
{
	json_t *run;
	size_t i;

	if (json_array_size(runs) == 0)
		puts(say("里面的记录这里都有了。", "All of its runs are here already."));

	json_array_foreach(runs, i, run)
	{
		char id[SAY_TEXT], wall[SAY_TEXT];

		snprintf(id, sizeof id, "%lld", json_integer_value(json_object_get(run, "id")));
		say_row(stdout, (int[]){10, 22, 0},
			(const char *[]){id,
				say_when(json_object_get(run, "from_us"),
					json_object_get(run, "wall_from_us"), wall),
				json_string_value(json_object_get(run, "title"))},
			3);
	}
}

int run_import(const struct call *call)
{
	FILE *file;
	json_t *answer;

	if (call->argc < 2)
		return command_misused("run import", "",
			say("一个数据包（zip），或它的文件夹", "a package (zip), or its folder"));
	if (call->argc > 2)
		return command_too_many(
			"run import", call->argv[2], say("一次导入一个", "it takes one"));
	file = open_package(call->argv[1]);
	if (!file)
		return 1;
	answer = board_send(call->board, "/api/v1/import", "application/zip", file);
	fclose(file);
	if (!answer)
		return 1;
	if (call->is_json)
		say_json(answer);
	else
		print_runs(json_object_get(answer, "runs"));
	json_decref(answer);
	return 0;
}
