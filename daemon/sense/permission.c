/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sense/permission.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { GROUPS_MOST = 128 };

/* --- the facts --- */

static void name_user(uid_t id, char *ret_name, size_t size)
{
	const struct passwd *user = getpwuid(id);

	if (user)
		text_copy(ret_name, size, user->pw_name);
	else
		snprintf(ret_name, size, "%u", (unsigned)id);
}

static void name_group(gid_t id, char *ret_name, size_t size)
{
	const struct group *group = getgrgid(id);

	if (group)
		text_copy(ret_name, size, group->gr_name);
	else
		snprintf(ret_name, size, "%u", (unsigned)id);
}

/* By the lists of today, which a program that runs since yesterday has not seen. */
static bool is_member(const char *user, const char *group)
{
	const struct passwd *passwd = getpwnam(user);
	const struct group *entry = getgrnam(group);
	gid_t groups[GROUPS_MOST];
	int n = GROUPS_MOST;

	if (!passwd || !entry || getgrouplist(user, passwd->pw_gid, groups, &n) < 0)
		return false;
	for (int i = 0; i < n; i++)
		if (groups[i] == entry->gr_gid)
			return true;
	return false;
}

bool permission_of(const char *node, const char *group, struct permission *ret_permission)
{
	struct permission found = {.has_rule = group != NULL};
	char real[PATH_MAX]; /* people name it by a link, which has no owner that counts */
	struct stat status;

	if (!realpath(node, real) || stat(real, &status) || access(real, R_OK | W_OK) == 0)
		return false;
	text_copy(found.node, sizeof found.node, real);
	name_user(status.st_uid, found.owner, sizeof found.owner);
	name_group(status.st_gid, found.group, sizeof found.group);
	name_user(geteuid(), found.user, sizeof found.user);
	found.mode = status.st_mode & 0777;
	found.is_for_group = status.st_gid != 0 && (found.mode & 0060) == 0060;
	found.is_member = is_member(found.user, found.group);
	text_copy(found.to, sizeof found.to, group ? group : "dialout");
	found.is_to_missing = !getgrnam(found.to);
	found.is_in_to = is_member(found.user, found.to);
	*ret_permission = found;
	return true;
}

/* --- the sentences --- */

/* A program in a terminal has the groups that its login session was given. */
static const char again[] = "log out and in (or restart the board), then start it again";
static const char again_zh[] = "注销后重新登录（或重启板子），然后重新启动本程序";

/* The node's group is the way in. */
static void say_join(const struct permission *it, struct text *en, struct text *zh)
{
	if (it->is_member) {
		text_addf(en, "%s was put into the group %s after this program was started; %s",
			it->user, it->group, again);
		text_addf(zh, "%s 是后来才加进 %s 组的；%s", it->user, it->group, again_zh);
		return;
	}
	text_addf(en,
		"%s is for %s and the group %s (mode %04o), and %s runs this program; sudo usermod "
		"-aG %s %s, then %s",
		it->node, it->owner, it->group, it->mode, it->user, it->group, it->user, again);
	text_addf(zh,
		"%s 只给 %s 用户和 %s 组（权限 %04o），本程序以 %s 运行；sudo usermod -aG %s %s，%s",
		it->node, it->owner, it->group, it->mode, it->user, it->group, it->user, again_zh);
}

/* It has no group that may: one must be given to it first. */
static void say_give(const struct permission *it, struct text *en, struct text *zh)
{
	text_addf(en, "%s is for %s alone (%s:%s, mode %04o), and %s runs this program; ", it->node,
		it->owner, it->owner, it->group, it->mode, it->user);
	text_addf(zh, "%s 只给 %s 用户（%s:%s，权限 %04o），本程序以 %s 运行；", it->node,
		it->owner, it->owner, it->group, it->mode, it->user);
	if (it->is_to_missing) {
		text_addf(en, "sudo groupadd --system %s, then ", it->to);
		text_addf(zh, "先 sudo groupadd --system %s，再", it->to);
	}
	if (it->has_rule) {
		text_addf(en,
			"copy tools/udev/70-kitlog.rules to /etc/udev/rules.d, run sudo udevadm "
			"control --reload and %s",
			it->is_fixed ? "sudo udevadm trigger" : "plug it in again");
		text_addf(zh,
			"把 tools/udev/70-kitlog.rules 放进 /etc/udev/rules.d，运行 sudo udevadm "
			"control --reload，再%s",
			it->is_fixed ? "运行 sudo udevadm trigger" : "插一次");
	} else {
		text_addf(en, "sudo chgrp %s %s, sudo chmod g+rw %s", it->to, it->node, it->node);
		text_addf(zh, "sudo chgrp %s %s，sudo chmod g+rw %s", it->to, it->node, it->node);
	}
	if (it->is_in_to)
		return;
	text_addf(en, "; sudo usermod -aG %s %s, then %s", it->to, it->user, again);
	text_addf(zh, "；sudo usermod -aG %s %s，%s", it->to, it->user, again_zh);
}

void permission_say(const struct permission *permission, char *ret_en, char *ret_zh, size_t size)
{
	struct text en = text_over(ret_en, size), zh = text_over(ret_zh, size);

	text_add(&en, "Permission denied; ");
	text_add(&zh, "没有权限；");
	if (permission->is_for_group)
		say_join(permission, &en, &zh);
	else
		say_give(permission, &en, &zh);
}

/* Has it changed since? Notes it. */
static bool is_news(struct permission_seen *seen, const char *node, int error)
{
	struct stat status, groups;

	if (stat(node, &status))
		return true;
	if (stat("/etc/group", &groups))
		groups.st_mtim = (struct timespec){0};
	if (seen->error == error && seen->device == status.st_dev && seen->node == status.st_ino &&
		seen->owner == status.st_uid && seen->group == status.st_gid &&
		seen->mode == status.st_mode && seen->groups.tv_sec == groups.st_mtim.tv_sec &&
		seen->groups.tv_nsec == groups.st_mtim.tv_nsec)
		return false;
	*seen = (struct permission_seen){error, status.st_dev, status.st_ino, status.st_uid,
		status.st_gid, status.st_mode, groups.st_mtim};
	return true;
}

bool permission_explains(const struct finder *finder, const struct finder_context *context,
	const char *path, int error, struct permission_seen *seen, char *ret_en, char *ret_zh,
	size_t size)
{
	char node[256];
	struct permission permission;

	if (error != -EACCES && error != -EPERM)
		return false;
	text_copy(node, sizeof node, path);
	if (finder->refused && !finder->refused(context, path, node, sizeof node))
		return false;
	if (seen && !is_news(seen, node, error))
		return true;
	if (!permission_of(node, finder->group, &permission))
		return false;
	permission.is_fixed = finder->is_fixed;
	permission_say(&permission, ret_en, ret_zh, size);
	return true;
}
