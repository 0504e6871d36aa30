/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog backup [FOLDER]` and `kitlog restore [--replace] FOLDER`: what a board has recorded, elsewhere; and back, on
 * this board or on another. Neither asks the daemon: one works beside it, the other only without. */
#include "tools/kitlog/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/config.h"
#include "keep/store.h"
#include "tools/kitlog/backup.h"
#include "tools/kitlog/say.h"

/* ---------------------------------------------------------------- backup */

static int cannot_back_up(const char *data, const char *folder, int r)
{
	if (r == -ENOENT)
		fprintf(stderr,
			say("kitlog backup: %s 里没有存储；用 --config 指明板子的配置文件\n",
				"kitlog backup: there is no store in %s; name the board's configuration with --config\n"),
			data);
	else if (r == -EACCES)
		fprintf(stderr,
			say("kitlog backup: 不许读 %s；用 sudo\n",
				"kitlog backup: %s may not be read; use sudo\n"),
			data);
	else if (r == -ENOSPC || r == -EFBIG)
		fprintf(stderr,
			say("kitlog backup: %s 放不下；换一个空间大的地方\n",
				"kitlog backup: %s has no room for it; choose a larger place\n"),
			folder);
	else if (r == -EBADMSG)
		fprintf(stderr,
			say("kitlog backup: %s 里的存储有损坏；先用 kitlog store verify 看\n",
				"kitlog backup: the store in %s is damaged; look at it with kitlog store verify first\n"),
			data);
	else
		fprintf(stderr,
			say("kitlog backup: %s 写不了（%s）；换个地方\n",
				"kitlog backup: %s cannot be written (%s); choose another place\n"),
			folder, strerror(-r));
	return 1;
}

/* "PLACE/kitlog-3B2-20261128-145501" */
static void name_folder(const char *place, const char *board, char ret_folder[BACKUP_PATH])
{
	struct text text = text_over(ret_folder, BACKUP_PATH);
	char when[32];
	time_t now = time(NULL);

	strftime(when, sizeof when, "%Y%m%d-%H%M%S", localtime(&now));
	text_addf(&text, "%s/%s%s-%s", place, strncmp(board, "kitlog", 6) ? "kitlog-" : "", board,
		when);
}

static void tell(void *self, const char *sentence)
{
	(void)self;
	fprintf(stderr, "kitlog: %s\n", sentence);
}

/* What is there now is read again, and what it says of itself holds. */
static int print_soundness(const struct call *call, const char *folder, json_t *list)
{
	struct verify_report report = {0};
	int r = store_verify(folder, tell, NULL, &report);
	char bytes[SAY_TEXT];
	const json_t *entry;
	double sum = 0;
	size_t i;

	json_array_foreach(json_object_get(list, "stores"), i, entry) sum +=
		json_number_value(json_object_get(entry, "bytes"));
	if (call->is_json) {
		json_object_set_new(list, "folder", json_string(folder));
		json_object_set_new(list, "is_sound", json_boolean(r == 0 && report.is_sound));
		json_object_set_new(list, "rows", json_integer((json_int_t)report.rows));
		say_json(list);
	} else {
		printf(say("%s：%llu 行，%s，%s。\n", "%s: %llu rows, %s, %s.\n"), folder,
			(unsigned long long)report.rows, say_bytes(sum, bytes),
			r == 0 && report.is_sound ? say("完好", "sound")
						  : say("有损坏", "damaged"));
	}
	return r == 0 && report.is_sound ? 0 : 1;
}

int command_backup(const struct call *call)
{
	const char *place = call->argc > 0 ? call->argv[0] : ".";
	const char *data = board_data(call->board), *board = board_config(call->board)->board;
	char folder[BACKUP_PATH];
	json_t *list = NULL;

	if (call->argc > 1)
		return command_too_many(
			"backup", call->argv[1], say("它只跟一个文件夹", "it takes one folder"));
	if (access(place, W_OK | X_OK) < 0) {
		fprintf(stderr,
			say("kitlog backup: %s 写不了（%s）；写明一个文件夹，例如 U 盘\n",
				"kitlog backup: %s cannot be written (%s); name a folder, such as a USB stick\n"),
			place, strerror(errno));
		return 1;
	}
	name_folder(place, board, folder);
	int r = backup_make(data, folder, board, &list);
	if (r < 0)
		return cannot_back_up(data, folder, r);
	r = print_soundness(call, folder, list);
	json_decref(list);
	return r;
}

/* ---------------------------------------------------------------- restore */

static int is_no_backup(const char *what, int r)
{
	if (r == -ENOTSUP)
		fprintf(stderr,
			say("kitlog restore: %s 是更新的 kitlog 做的；先升级这块板子\n",
				"kitlog restore: %s was made by a newer kitlog; upgrade this board first\n"),
			what);
	else if (r == -EBADMSG)
		fprintf(stderr,
			say("kitlog restore: %s 和备份时不一样；换一份备份\n",
				"kitlog restore: %s is not what the backup wrote; take another backup\n"),
			what);
	else
		fprintf(stderr,
			say("kitlog restore: %s 读不了（%s）；写明 kitlog backup 做的文件夹\n",
				"kitlog restore: %s cannot be read (%s); name a folder that kitlog backup made\n"),
			what, strerror(-r));
	return 1;
}

static int cannot_lock(const char *data, int r)
{
	if (r == -EBUSY)
		fprintf(stderr,
			say("kitlog restore: kitlogd 正在用 %s；先停下：systemctl stop kitlogd\n",
				"kitlog restore: kitlogd is using %s; stop it first: systemctl stop kitlogd\n"),
			data);
	else
		fprintf(stderr,
			say("kitlog restore: %s 写不了（%s）；用 sudo\n",
				"kitlog restore: %s cannot be written (%s); use sudo\n"),
			data, strerror(-r));
	return 1;
}

/* A folder that root makes is of the user whom the package made for the service. */
static int make_data_folder(const char *data)
{
	const struct passwd *user;
	int fd, r = 0;

	if (mkdir(data, 0700) < 0)
		return errno == EEXIST ? 0 : -errno;
	if (geteuid() != 0 || !(user = getpwnam("kitlog")))
		return 0;
	fd = open(data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fchown(fd, user->pw_uid, user->pw_gid) < 0)
		r = -errno;
	close(fd);
	return r;
}

static bool has_store(const char *data)
{
	struct reader *reader = NULL;
	int r = reader_open(data, &reader);

	reader_close(reader);
	return r != -ENOENT;
}

/* The data folder is ours. */
static int bring_back(const struct call *call, const char *folder, json_t *list, bool may_replace)
{
	const char *data = board_data(call->board);
	char aside[BACKUP_PATH];

	if (has_store(data) && !may_replace) {
		fprintf(stderr,
			say("kitlog restore: %s 里已有数据；加 --replace，原来的会移到旁边，不会删\n",
				"kitlog restore: there are data in %s; with --replace they are set aside, not deleted\n"),
			data);
		return 1;
	}
	int r = backup_restore(folder, list, data, aside);
	if (r < 0) {
		fprintf(stderr,
			say("kitlog restore: %s 写不了（%s）；原来的数据没有动\n",
				"kitlog restore: %s cannot be written (%s); what was there is as it was\n"),
			data, strerror(-r));
		return 1;
	}
	if (*aside)
		fprintf(stderr, say("原来的数据在 %s\n", "What was there is in %s\n"), aside);
	return print_soundness(call, data, list);
}

int command_restore(const struct call *call)
{
	static const struct option options[] = {{"replace", no_argument, NULL, 'r'}, {0}};
	const char *data = board_data(call->board);
	bool may_replace = false;
	char what[BACKUP_PATH];
	json_t *list;
	int option, fd, r;

	optind = 0;
	char **words = call->argv - 1; /* getopt passes over the first */
	while ((option = getopt_long(call->argc + 1, words, "+:", options, NULL)) != -1) {
		if (option != 'r')
			return command_no_option(" restore", words[optind - 1], option);
		may_replace = true;
	}
	if (optind > call->argc)
		return command_misused(
			"restore", "", say("备份的文件夹", "the folder of a backup"));
	const char *folder = words[optind];
	if (optind < call->argc)
		return command_too_many("restore", words[optind + 1],
			say("它只跟一个文件夹", "it takes one folder"));
	r = backup_check(folder, &list, what);
	if (r < 0)
		return is_no_backup(what, r);
	r = make_data_folder(data);
	if (r == 0)
		r = store_lock(data, &fd);
	if (r < 0) {
		json_decref(list);
		return cannot_lock(data, r);
	}
	r = bring_back(call, folder, list, may_replace);
	close(fd);
	json_decref(list);
	return r;
}
