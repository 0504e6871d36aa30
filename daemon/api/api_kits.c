/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kits this board knows: GET /kits/{id}, and "kits" of /status. */
#include <string.h>

#include "http/ask.h"
#include "api/handlers.h"
#include "live/json.h"

static void add_texts(struct text *text, const char *name, const struct model_text *texts, size_t n)
{
	text_addf(text, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++) {
		text_add(text, i > 0 ? "," : "");
		json_words(text, texts[i].zh, texts[i].en);
	}
	text_add_char(text, ']');
}

static void add_kit(struct text *text, const struct model *model)
{
	text_add(text, "{\"id\":");
	text_add_json(text, model->id);
	text_add(text, ",\"name\":");
	json_words(text, model->name.zh, model->name.en);
	text_add(text, ",\"printed\":");
	if (model->printed)
		text_add_json(text, model->printed);
	else
		text_add(text, "null");
	text_add(text, ",\"family\":");
	text_add_json(text, model->form->name);
	text_addf(text, ",\"warm_up_us\":%lld", (long long)(model->warm_up_ns / NS_PER_US));
	add_texts(text, "wiring", model->wiring, model->n_wiring);
	add_texts(text, "safety", model->safety, model->n_safety);
	add_texts(text, "traps", model->traps, model->n_traps);
	add_texts(text, "unverified", model->unverified, model->n_unverified);
	text_add_char(text, '}');
}

void handle_kit(void *self, struct request *request)
{
	struct parts *parts = self;
	const struct model *model = catalogue_find(parts->catalogue, request_argument(request, 0));

	if (!model) {
		refuse_unknown(request, "没有这种器材的描述；用 kitlog kits 看有哪些。",
			"No such kit is described here; kitlog kits lists those that are.");
		return;
	}
	struct text text = answer_begin(parts);

	add_kit(&text, model);
	text_add_char(&text, '\n');
	answer_send(request, 200, &text);
}

void write_kits(const struct parts *parts, struct text *text)
{
	text_addf(text, "{\"known\":%zu,\"problems\":[", catalogue_count(parts->catalogue));
	json_mistakes(text, catalogue_problems(parts->catalogue));
	text_add(text, "]}");
}
