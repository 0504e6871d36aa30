/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog store verify [DIR]`: reads everything that is kept and says whether it is sound. Needs no
 * daemon; works beside a running one. */
#include "tools/kitlog/command.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "keep/store.h"
#include "tools/kitlog/say.h"

static void tell(void *self, const char *sentence)
{
	json_t *findings = self;

	if (findings)
		json_array_append_new(findings, json_string(sentence));
	else
		printf("%s\n", sentence);
}

int command_store(const struct call *call)
{
	struct verify_report report = {0};
	const char *directory = call->argc > 1 ? call->argv[1] : board_data(call->board);
	json_t *findings = call->is_json ? json_array() : NULL;

	if (!call->argc || strcmp(call->argv[0], "verify"))
		return command_misused("store", call->argc ? call->argv[0] : "", "verify");
	if (call->argc > 2)
		return command_too_many("store verify", call->argv[2],
			say("它只跟一个文件夹", "it takes one folder"));

	int failed = store_verify(directory, tell, findings, &report);
	if (failed) {
		fprintf(stderr,
			say("kitlog store: %s 读不了（%s）；写明数据文件夹\n",
				"kitlog store: %s cannot be read (%s); name the data folder\n"),
			directory, strerror(-failed));
		json_decref(findings);
		return 1;
	}
	if (call->is_json) {
		json_t *all = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o}", "is_sound",
			report.is_sound, "rows", (json_int_t)report.rows, "fresh_rows",
			(json_int_t)report.fresh_rows, "chunks", (json_int_t)report.chunks,
			"damaged", (json_int_t)report.damaged, "set_aside",
			(json_int_t)report.set_aside, "findings", findings);
		say_json(all);
		json_decref(all);
	} else {
		printf(say("%s：%s。%" PRIu64 " 行（%" PRIu64 " 块），损坏 %" PRIu64
			   "，移开的文件 %" PRIu64 "。\n",
			       "%s: %s. %" PRIu64 " rows in %" PRIu64 " chunks, %" PRIu64
			       " damaged, %" PRIu64 " files set aside.\n"),
			directory,
			report.is_sound ? say("完好", "sound") : say("有损坏", "damaged"),
			report.rows, report.chunks, report.damaged, report.set_aside);
	}
	return report.is_sound ? 0 : 1;
}
