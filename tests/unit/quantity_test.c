/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of quantities agrees with itself and with what the pages can show, and a unit that
 * people write another way is answered with the way it is written here. */
#include <string.h>

#include "data/device.h"
#include "data/model_word.h"
#include "data/quantity.h"
#include "support/cmocka_all.h"

static void every_quantity_is_whole(void **unused)
{
	const struct quantity *quantity;

	(void)unused;
	for (size_t i = 0; (quantity = quantity_at(i)); i++) {
		char units[96] = "", *rest = units;

		assert_ptr_equal(quantity_find(quantity->id), quantity);
		assert_null(word_id(quantity->id));
		assert_null(word_quantity(quantity->id));
		assert_true(strlen(quantity->id) < sizeof((struct channel){0}.quantity));
		assert_true(*quantity->zh && *quantity->en);
		assert_true(!quantity->units || strlen(quantity->units) < sizeof units);
		strcpy(units, quantity->units ? quantity->units : "1");
		for (char *unit; (unit = strsep(&rest, " "));) {
			if (word_unit(unit))
				fail_msg("%s: \"%s\" is not %s", quantity->id, unit,
					word_unit(unit));
			assert_true(quantity_has_unit(quantity, unit));
			assert_true(strlen(unit) < UNIT_TEXT);
		}
	}
}

static void a_unit_belongs_to_its_quantity(void **unused)
{
	const struct quantity *temperature = quantity_find("temperature");

	(void)unused;
	assert_true(quantity_has_unit(temperature, "Cel"));
	assert_true(quantity_has_unit(temperature, "[degF]"));
	assert_false(quantity_has_unit(temperature, "kPa"));
	assert_false(quantity_has_unit(temperature, "Ce"));
	assert_false(quantity_has_unit(temperature, ""));
	assert_false(quantity_has_unit(temperature, "Cel K"));
	assert_true(quantity_has_unit(quantity_find("raw"), "kPa"));
}

static void assert_unit(const char *word, const char *expected)
{
	const char *said = word_unit(word);

	if (!said != !expected || (said && strcmp(said, expected) != 0))
		fail_msg("\"%s\" is answered with \"%s\"", word, said ? said : "yes");
}

static void units_are_ucum(void **unused)
{
	static const char other[] = "a UCUM unit such as Cel, %, kPa, m/s2, [ppm] or 1";

	(void)unused;
	assert_unit("s2/m", NULL);
	assert_unit("/min", NULL);
	assert_unit("kg.m/s2", NULL);
	assert_unit("s-1", NULL);
	assert_unit("J/kg", NULL);
	assert_unit("℃", "a UCUM unit; write Cel");
	assert_unit("°C", "a UCUM unit; write Cel");
	assert_unit("C", "a UCUM unit; write Cel");
	assert_unit("%RH", "a UCUM unit; write %");
	assert_unit("ppm", "a UCUM unit; write \"[ppm]\", in quotes");
	assert_unit("m/s^2", "a UCUM unit; write m/s2");
	assert_unit("kWh", "a UCUM unit; write kW.h");
	assert_unit("lux", "a UCUM unit; write lx");
	assert_unit("Ω", "a UCUM unit; write Ohm");
	assert_unit("parsnips", other);
	assert_unit("", other);
	assert_unit("/", other);
	assert_unit("m/", other);
	assert_unit("m//s", other);
	assert_unit("m1", other);
	assert_unit("12", other);
	assert_unit("m22", other);
	assert_unit("-2", other);
}

static void a_wrong_quantity_is_answered_with_the_right_one(void **unused)
{
	(void)unused;
	assert_string_equal(word_quantity("temprature"), "a quantity; did you mean temperature?");
	assert_string_equal(word_quantity("velocity"), "a quantity; did you mean speed?");
	assert_string_equal(word_quantity("sound_level"), "a quantity; did you mean sound-level?");
	assert_string_equal(word_quantity("flavour"), "a quantity such as temperature, or raw");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_quantity_is_whole),
		cmocka_unit_test(a_unit_belongs_to_its_quantity),
		cmocka_unit_test(units_are_ucum),
		cmocka_unit_test(a_wrong_quantity_is_answered_with_the_right_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
