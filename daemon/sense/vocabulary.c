/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sense/vocabulary.h"

#include <string.h>

#include "sense/catalogue.h"

/* clang-format off */
static const struct model_trouble shared[] = {
	/* Nobody answers, or not clearly. */
	{"timeout", "没有应答；看看它通电没有、线插紧没有，再拔下插一次",
		"No answer; check its power and its cable, then unplug it and plug it in again"},
	{"not-sent", "问不出去；拔下转接器再插一次",
		"It could not be asked; unplug its adapter and plug it in again"},
	{"checksum", "收到的数据有错；把线插紧，或换一根短一点的线",
		"Damaged data came; push the cable in firmly, or take a shorter one"},
	{"silent", "板子不再送来读数；按一下它的复位键",
		"The board sends no more readings; press its reset button"},

	/* USB kits. */
	{"description", "说不清自己是什么；拔下再插一次",
		"It does not say properly what it is; unplug it and plug it in again"},
	{"length", "送来的数据长短不对；拔下再插一次，还不行就是另一种型号",
		"Data of a wrong length come; unplug it and plug it in again; if it stays so, it is another model"},
	{"packet", "送来的数据看不懂；拔下再插一次",
		"It sends what cannot be read; unplug it and plug it in again"},
	{"answer", "应答不对；拔下再插一次",
		"It answers wrongly; unplug it and plug it in again"},
	{"answer-too-long", "应答太长；拔下再插一次",
		"Its answer is too long; unplug it and plug it in again"},
	{"unasked", "没问它，它也送数据；关掉用着它的别的程序，再拔下插一次",
		"It answers what nobody asked; stop other programs that use it, then plug it in again"},
	{"refused", "它不听请求；拔下再插一次",
		"It refuses to be asked; unplug it and plug it in again"},
	{NULL, NULL, NULL},
};
/* clang-format on */

/* In a table that ends with word NULL. */
static const struct model_trouble *look_up(const struct model_trouble *table, const char *word)
{
	for (; table && table->word; table++)
		if (strcmp(table->word, word) == 0)
			return table;
	return NULL;
}

/* Of whichever family says it. */
static const struct model_trouble *look_everywhere(const char *word)
{
	const struct model_forms *forms = catalogue_forms();
	const struct model_trouble *found = look_up(shared, word);

	for (size_t i = 0; !found && i < forms->n_forms; i++)
		found = look_up(
			catalogue_family(&(struct model){.form = forms->forms[i]})->troubles, word);
	return found;
}

const struct model_trouble *vocabulary_find(const struct model *model, const char *word)
{
	const struct kit_family *family = model ? catalogue_family(model) : NULL;
	const struct model_trouble *found = NULL;

	if (!model)
		return look_everywhere(word);
	for (size_t i = 0; i < model->n_troubles; i++)
		if (strcmp(model->troubles[i].word, word) == 0)
			return &model->troubles[i];
	if (family)
		found = look_up(family->troubles, word);
	return found ? found : look_up(shared, word);
}
