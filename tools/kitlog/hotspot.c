/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog hotspot on | off | status`: a Wi-Fi of the board's own, by NetworkManager. It asks no daemon: the board may
 * be set up before that runs. Writing a profile needs root, and so the password is known to root, to the daemon,
 * whose teacher's page shows it, and to whom they tell it. */
#include "tools/kitlog/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/config.h"
#include "data/file.h"
#include "data/hotspot.h"
#include "http/qr.h"
#include "tools/kitlog/say.h"

static const char usual_folder[] = "/etc/NetworkManager/system-connections";
static const char profile_id[] = "kitlog-hotspot";

enum {
	PATH_TEXT = 300,
	CODE_TEXT = 256,
	DRAWING_TEXT = 64 * 1024,
	UUID_TEXT = 37,
	TYPED_TEXT = 256,
};

struct wish {
	const char *name, *password, *device, *svg, *folder;
	char typed[TYPED_TEXT]; /* the password, if it was not on the command line */
};

/* ---------------------------------------------------------------- NetworkManager */

extern char **environ;

/* Runs nmcli, which says itself what is wrong. 0; its status; -errno: it is not there. */
static int nmcli(char *const *words)
{
	pid_t child;
	int status, r = posix_spawnp(&child, "nmcli", NULL, NULL, words, environ);

	if (r)
		return -r;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

#define NMCLI(...) nmcli((char *const[]){(char *)"nmcli", __VA_ARGS__, NULL})

static int tell_nmcli(int result)
{
	if (result == 0)
		return 0;
	if (result == -ENOENT)
		fputs(say("kitlog hotspot: 没有 NetworkManager；sudo apt install network-manager\n",
			      "kitlog hotspot: NetworkManager is not here; sudo apt install network-manager\n"),
			stderr);
	else
		fputs(say("kitlog hotspot: 热点没有打开；看看 Wi-Fi 有没有关掉（rfkill）、国家有没有设（sudo raspi-config）\n",
			      "kitlog hotspot: the hotspot is not open; look whether the Wi-Fi is switched off (rfkill) and "
			      "its country is set (sudo raspi-config)\n"),
			stderr);
	return 1;
}

/* ---------------------------------------------------------------- the profile */

/* As the kernel makes random ones (RFC 4122, 4.4). */
static int new_uuid(char ret_uuid[UUID_TEXT])
{
	size_t n;
	int r = file_read("/proc/sys/kernel/random/uuid", ret_uuid, UUID_TEXT - 1, &n);

	ret_uuid[UUID_TEXT - 1] = '\0';
	return r < 0 || n != UUID_TEXT - 1 ? -EIO : 0;
}

static int cannot_write(const char *path, int error)
{
	if (error == -EACCES || error == -EPERM)
		fprintf(stderr,
			say("kitlog hotspot: 不许写 %s；用 sudo kitlog hotspot on\n",
				"kitlog hotspot: %s may not be written; say sudo kitlog hotspot on\n"),
			path);
	else if (error == -ENOENT)
		tell_nmcli(-ENOENT);
	else
		fprintf(stderr,
			say("kitlog hotspot: %s 写不了（%s）；看看卡\n",
				"kitlog hotspot: %s cannot be written (%s); look at the card\n"),
			path, strerror(-error));
	return 1;
}

static void name_profile(const struct wish *wish, char ret_path[PATH_TEXT])
{
	snprintf(ret_path, PATH_TEXT, "%s/%s.nmconnection", wish->folder, profile_id);
}

static int write_profile(const struct wish *wish, const struct hotspot *hotspot)
{
	char path[PATH_TEXT], uuid[UUID_TEXT], buffer[HOTSPOT_PROFILE_TEXT];
	struct text text = text_over(buffer, sizeof buffer);
	int r = new_uuid(uuid);

	name_profile(wish, path);
	hotspot_write_profile(hotspot, uuid, wish->device, &text);
	if (r == 0) /* 0600, or NetworkManager passes it over */
		r = file_write_secret(path, text.at, text.length);
	return r == 0 ? 0 : cannot_write(path, r);
}

/* ---------------------------------------------------------------- telling */

static int draw(const struct wish *wish, const char *code)
{
	char *drawing = malloc(DRAWING_TEXT);
	struct text text = text_over(drawing, DRAWING_TEXT);
	FILE *file = NULL;
	int result = 0;

	if (!drawing)
		return 1;
	if (wish->svg) {
		qr_write_svg(code, &text);
		file = fopen(wish->svg, "we");
		if (!file || fwrite(text.at, 1, text.length, file) != text.length) {
			board_cannot_write(wish->svg, errno);
			result = 1;
		}
		if (file && fclose(file) && !result) {
			board_cannot_write(wish->svg, errno);
			result = 1;
		}
		if (!result)
			puts(wish->svg);
	} else if (qr_write_blocks(code, &text) == 0) {
		fwrite(text.at, 1, text.length, stdout);
	}
	free(drawing);
	return result;
}

static void write_url(const struct call *call, char *ret_url, size_t size)
{
	const struct config *config = board_config(call->board);

	snprintf(ret_url, size, "%s://" HOTSPOT_ADDRESS ":%u/",
		config->http.certificate ? "https" : "http", config->http.port);
}

static int tell(const struct call *call, const struct wish *wish, const struct hotspot *hotspot)
{
	char words[CODE_TEXT], url[64];
	struct text code = text_over(words, sizeof words);
	const char *listen_at = board_config(call->board)->http.listen;

	write_url(call, url, sizeof url);
	hotspot_write_code(hotspot, &code);
	if (call->is_json) {
		json_t *told = json_pack("{sb ss ss ss ss}", "is_on", 1, "name", hotspot->name,
			"password", hotspot->password, "url", url, "code", code.at);

		say_json(told);
		json_decref(told);
		return 0;
	}
	printf(say("Wi-Fi  %s\n密码   %s\n网址   %s\n",
		       "Wi-Fi     %s\nPassword  %s\nAddress   %s\n"),
		hotspot->name, hotspot->password, url);
	if (strcmp(listen_at, "0.0.0.0") != 0 && strcmp(listen_at, "::") != 0)
		fprintf(stderr,
			say("kitlog hotspot: 页面只在 %s 上；在配置里写 http: {listen: 0.0.0.0}\n",
				"kitlog hotspot: the pages are at %s only; write http: {listen: 0.0.0.0} into the "
				"configuration\n"),
			listen_at);
	return wish->svg || isatty(STDOUT_FILENO) ? draw(wish, code.at) : 0;
}

/* ---------------------------------------------------------------- the commands */

/* Whoever may run ps sees what stands on a command line. */
static void read_password(struct wish *wish)
{
	if (!fgets(wish->typed, sizeof wish->typed, stdin))
		wish->typed[0] = '\0';
	wish->typed[strcspn(wish->typed, "\r\n")] = '\0';
	wish->password = wish->typed;
}

static int read_words(const struct call *call, struct wish *ret_wish)
{
	static const struct option options[] = {
		{"name", required_argument, NULL, 'n'},
		{"password", required_argument, NULL, 'p'},
		{"device", required_argument, NULL, 'd'},
		{"svg", required_argument, NULL, 's'},
		{"folder", required_argument, NULL, 'f'},
		{0},
	};
	const char *wrong = NULL;
	int option;

	*ret_wish = (struct wish){.folder = usual_folder};
	optind = 0;
	while ((option = getopt_long(call->argc, call->argv, "+:", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			ret_wish->name = optarg;
			wrong = hotspot_check_name(optarg);
			break;
		case 'p':
			ret_wish->password = optarg;
			if (strcmp(optarg, "-") == 0)
				read_password(ret_wish);
			wrong = hotspot_check_password(ret_wish->password);
			break;
		case 'd':
			ret_wish->device = optarg;
			break;
		case 's':
			ret_wish->svg = optarg;
			break;
		case 'f':
			ret_wish->folder = optarg;
			break;
		default:
			return command_no_option(
				" hotspot", call->argv[optind > 1 ? optind - 1 : 1], option);
		}
		if (wrong)
			return command_misused(
				option == 'n' ? "hotspot --name" : "hotspot --password",
				option == 'n' ? optarg : ret_wish->password, wrong);
	}
	if (ret_wish->device &&
		(strlen(ret_wish->device) > 15 || strpbrk(ret_wish->device, "\n/ ")))
		return command_misused("hotspot --device", ret_wish->device, "wlan0");
	return optind < call->argc ? command_too_many("hotspot", call->argv[optind],
					     say("它后面只跟选项", "it takes options only"))
				   : 0;
}

/* What is said, else what it was, so that telephones that know it come back; else the board's name and a password
 * that nobody knows. */
static int settle(const struct call *call, const struct wish *wish, struct hotspot *ret_hotspot)
{
	const struct config *config = board_config(call->board);
	struct hotspot hotspot = {.name = ""};
	unsigned char random[10];

	if (hotspot_read(config->data, &hotspot) < 0 || wish->password)
		hotspot.password[0] = '\0';
	if (wish->name)
		text_copy(hotspot.name, sizeof hotspot.name, wish->name);
	else if (!hotspot.name[0])
		text_copy(hotspot.name, sizeof hotspot.name,
			hotspot_check_name(config->board) ? "kitlog" : config->board);
	if (wish->password) {
		text_copy(hotspot.password, sizeof hotspot.password, wish->password);
	} else if (!hotspot.password[0]) {
		if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
			return -EIO;
		hotspot_new_password(random, hotspot.password);
	}
	*ret_hotspot = hotspot;
	return 0;
}

/* As it was before this command, to go back to. */
struct former {
	char profile[HOTSPOT_PROFILE_TEXT];
	size_t n; /* 0: there was none */
	bool has_note;
	struct hotspot note;
};

static void look_at_former(const struct call *call, const char *path, struct former *ret_former)
{
	*ret_former = (struct former){.n = 0};
	if (file_read(path, ret_former->profile, sizeof ret_former->profile, &ret_former->n) < 0)
		ret_former->n = 0;
	ret_former->has_note = hotspot_read(board_data(call->board), &ret_former->note) == 0;
}

static int bring_up(const char *path)
{
	int r = NMCLI((char *)"connection", (char *)"load", (char *)path);

	return r != 0 ? r
		      : NMCLI((char *)"connection", (char *)"up", (char *)"id", (char *)profile_id);
}

/* One that worked comes up again; else nothing stays, or it would come up by itself one day, and nobody know its
 * password. */
static void go_back(const struct call *call, const char *path, const struct former *former)
{
	hotspot_keep(board_data(call->board), former->has_note ? &former->note : NULL);
	if (former->n > 0 && file_write_secret(path, former->profile, former->n) == 0) {
		bring_up(path);
		return;
	}
	unlink(path);
	NMCLI((char *)"connection", (char *)"reload");
}

static int switch_on(const struct call *call, const struct wish *wish)
{
	struct hotspot hotspot;
	struct former former;
	char path[PATH_TEXT];
	int r = settle(call, wish, &hotspot), result;

	if (r < 0)
		return cannot_write(usual_folder, r);
	name_profile(wish, path);
	look_at_former(call, path, &former);
	result = write_profile(wish, &hotspot);
	if (result)
		return result;
	/* Before it is up, or it would be open and nobody know its password. */
	r = hotspot_keep(board_data(call->board), &hotspot);
	if (r < 0) {
		go_back(call, path, &former);
		return cannot_write(board_data(call->board), r);
	}
	r = bring_up(path);
	if (r != 0) {
		go_back(call, path, &former);
		return tell_nmcli(r);
	}
	return tell(call, wish, &hotspot);
}

static int switch_off(const struct call *call, const struct wish *wish)
{
	char path[PATH_TEXT];
	int r;

	name_profile(wish, path);
	if (unlink(path) < 0 && errno != ENOENT)
		return cannot_write(path, -errno);
	r = hotspot_keep(board_data(call->board), NULL);
	if (r < 0)
		return cannot_write(board_data(call->board), r);
	/* Which ends what has no profile any more. */
	if (NMCLI((char *)"connection", (char *)"reload") == -ENOENT)
		return tell_nmcli(-ENOENT);
	puts(say("热点关了", "The hotspot is off"));
	return 0;
}

static int tell_status(const struct call *call, const struct wish *wish)
{
	struct hotspot hotspot;
	int r = hotspot_read(board_data(call->board), &hotspot);

	if (r == 0)
		return tell(call, wish, &hotspot);
	if (r == -EACCES) {
		fputs(say("kitlog hotspot: 密码只有管理员能看；用 sudo kitlog hotspot status\n",
			      "kitlog hotspot: the password is for administrators; say sudo kitlog hotspot status\n"),
			stderr);
		return 1;
	}
	if (call->is_json)
		puts("{\"is_on\": false}");
	else
		puts(say("热点没开；sudo kitlog hotspot on 打开",
			"The hotspot is off; sudo kitlog hotspot on opens it"));
	return 0;
}

int command_hotspot(const struct call *call)
{
	const char *verb = call->argc ? call->argv[0] : "status";
	struct wish wish;
	int result = call->argc ? read_words(call, &wish) : 0;

	if (!call->argc)
		wish = (struct wish){.folder = usual_folder};
	if (result)
		return result;
	if (!strcmp(verb, "on"))
		return switch_on(call, &wish);
	if (!strcmp(verb, "off"))
		return switch_off(call, &wish);
	if (!strcmp(verb, "status"))
		return tell_status(call, &wish);
	return command_misused("hotspot", verb, "on, off, status");
}
