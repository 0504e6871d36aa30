/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Families and drivers enter themselves into a linker section (sense/kit.h); here they become what
 * a kit.yaml may name. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sense/catalogue.h"

enum { FORMS_MOST = 48, DRIVERS_MOST = 128 };

extern const struct kit_family *const __start_kit_families[] __attribute__((weak));
extern const struct kit_family *const __stop_kit_families[] __attribute__((weak));

static int by_form_name(const void *a, const void *b)
{
	const struct model_form *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static int by_driver_name(const void *a, const void *b)
{
	const struct model_driver *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Sentences list them: in the same order in every program, whatever the linker did. */
const struct model_forms *catalogue_forms(void)
{
	static const struct model_form *forms[FORMS_MOST];
	static struct model_driver drivers[DRIVERS_MOST];
	static struct model_forms all = {.forms = forms, .drivers = drivers};

	if (all.n_forms + all.n_drivers > 0)
		return &all;
	for (const struct kit_family *const *at = __start_kit_families; at < __stop_kit_families;
		at++) {
		const struct kit_family *family = *at;

		assert(all.n_forms < FORMS_MOST && all.n_drivers < DRIVERS_MOST);
		if (family->form)
			forms[all.n_forms++] = family->form;
		if (family->outputs)
			drivers[all.n_drivers++] =
				(struct model_driver){family->name, family->outputs};
	}
	qsort(forms, all.n_forms, sizeof *forms, by_form_name);
	qsort(drivers, all.n_drivers, sizeof *drivers, by_driver_name);
	return &all;
}

const struct kit_family *catalogue_family(const struct model *model)
{
	for (const struct kit_family *const *at = __start_kit_families; at < __stop_kit_families;
		at++) {
		bool is_driver =
			(*at)->outputs && model->driver && strcmp((*at)->name, model->driver) == 0;

		if (is_driver || (!model->driver && (*at)->form == model->form))
			return *at;
	}
	return NULL;
}
