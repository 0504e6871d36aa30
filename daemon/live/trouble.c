/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/trouble.h"

#include "base/text.h"
#include "sense/vocabulary.h"

static void say(const char *zh, const char *en, struct trouble_words *ret_words)
{
	text_copy(ret_words->zh, sizeof ret_words->zh, zh);
	text_copy(ret_words->en, sizeof ret_words->en, en);
}

void trouble_of_word(const struct model *model, const char *word, struct trouble_words *ret_words)
{
	const struct model_trouble *trouble = vocabulary_find(model, word);

	if (trouble || !word[0]) {
		say(trouble ? trouble->zh : "", trouble ? trouble->en : "", ret_words);
		return;
	}
	struct text zh = text_over(ret_words->zh, sizeof ret_words->zh);
	struct text en = text_over(ret_words->en, sizeof ret_words->en);

	text_addf(&zh, "出了问题（%s）；拔下再插一次", word);
	text_addf(&en, "Something is wrong (%s); unplug it and plug it in again", word);
}

void trouble_of_state(enum device_state state, struct trouble_words *ret_words)
{
	switch (state) {
	case DEVICE_SILENT:
		say("不再有读数；看看电源和线，按一下器材上的复位键，或拔下再插一次",
			"No more readings; check power and cable, press reset on the kit, or unplug "
			"it and plug it in again",
			ret_words);
		break;
	case DEVICE_GARBLED:
		say("它的话听不懂；拔下再插一次，还不行就在配置里给这个口写上 speed",
			"What it sends is not understood; unplug it and plug it in again, and if it "
			"stays so give this port its speed in the configuration",
			ret_words);
		break;
	case DEVICE_TEXT:
		say("它发来的是文字，但不是读数；让它每行打印 1 到 16 个数，名字每行都一样",
			"It sends text, but no readings; let its program print 1 to 16 numbers a "
			"line, under the same names in each",
			ret_words);
		break;
	case DEVICE_LISTENING:
	case DEVICE_READY:
		say("", "", ret_words);
		break;
	}
}
