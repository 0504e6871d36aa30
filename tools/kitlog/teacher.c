/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog teacher`: where the teacher signs in, and by what, also while pupils guess. */
#include <string.h>

#include "tools/kitlog/command.h"
#include "tools/kitlog/say.h"

static void print(const struct board *board, const json_t *once)
{
	char text[SAY_LINE];

	printf(say("老师的页面  %s\n", "The teacher's page  %s\n"), say_member(once, "url", text));
	if (*board_pin(board))
		printf(say("PIN         %s\n", "PIN                 %s\n"), board_pin(board));
	printf(say("临时 PIN    %s（%lld 分钟内可以登录一次，有人乱猜也不用等）\n",
		       "PIN for once        %s (signs in once within %lld min, also while others guess)\n"),
		say_member(once, "pin", text),
		json_integer_value(json_object_get(once, "lasts_s")) / 60);
}

/* Whoever typed wrong PINs at the board itself keeps nobody from knowing the right one, which the data folder has: only
 * the one for once is to be waited for. */
static int tell_without(struct board *board)
{
	if (strcmp(board_refusal(board), "too_many_tries") != 0 || !*board_pin(board))
		return 1;
	printf(say("老师的页面  %s/teacher\nPIN         %s\n",
		       "The teacher's page  %s/teacher\nPIN                 %s\n"),
		board_address(board), board_pin(board));
	return 1;
}

int command_teacher(const struct call *call)
{
	if (call->argc > 0)
		return command_too_many(
			"teacher", call->argv[0], say("它后面不跟词", "it takes none"));
	json_t *once = board_post(call->board, "/api/v1/login/once", NULL);
	if (!once)
		return tell_without(call->board);
	if (call->is_json)
		say_json(once);
	else
		print(call->board, once);
	json_decref(once);
	return 0;
}
