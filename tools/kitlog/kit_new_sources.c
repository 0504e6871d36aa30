/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the families give whose values have names of their own: a pin's edges by their mode, the
 * kernel's sensors by its files. */
#include <stdio.h>
#include <string.h>

#include "tools/kitlog/kit_new.h"
#include "tools/kitlog/say.h"

/* clang-format off */
/* Rows of one mode stand together; the first mode that gives all channels is taken. */
static const struct draft_source sources[] = {
	{"edges", "counter", "count", "1", "count", NULL, 0},
	{"edges", "counter", "count-rate", "/min /s", "rate", "1 Hz", 0},
	{"edges", "counter", "frequency", "Hz kHz", "frequency", "1 Hz", 0},
	{"edges", "gate", "time", "s ms us min h", "time", NULL, 0},
	{"edges", "gate", "speed", "m/s cm/s km/h", "speed", NULL, 0},
	{"edges", "gate", "count", "1", "count", NULL, 0},
	{"edges", "pendulum", "period", "s ms us", "period", NULL, 0},
	{"edges", "pendulum", "count", "1", "count", NULL, 0},
	{"edges", "pendulum", "time", "s ms us min h", "time", NULL, 0},
	{"edges", "pendulum", "speed", "m/s cm/s km/h", "speed", NULL, 0},
	{"edges", "ultrasonic", "distance", "m mm cm km", "distance", "10 Hz", 0},
	{"edges", "ultrasonic", "time", "s ms us min h", "echo", "10 Hz", 0},
	{"edges", "wheel", "speed", "m/s cm/s km/h", "speed", NULL, 0},
	{"edges", "wheel", "turns", "1", "turns", NULL, 0},
	{"edges", "wheel", "angular-speed", "/min", "rate", NULL, 0},
	{"edges", "wheel", "distance", "m mm cm km", "distance", NULL, 0},
	{"edges", "picket-fence", "position", "m mm cm", "position", NULL, 0},
	{"edges", "picket-fence", "speed", "m/s cm/s km/h", "speed", NULL, 0},
	{"edges", "picket-fence", "acceleration", "m/s2", "acceleration", NULL, 0},
	{"edges", "button", "state", "1", "state", NULL, 0},
	{"edges", "button", "time", "s ms us min h", "held", NULL, 0},
	{"edges", "button", "count", "1", "press", NULL, 0},
	{"iio", NULL, "temperature", "Cel", "in_temp", NULL, 21000},
	{"iio", NULL, "humidity", "%", "in_humidityrelative", NULL, 45000},
	{"iio", NULL, "pressure", "hPa kPa Pa mbar", "in_pressure", NULL, 0.05},
	{"iio", NULL, "illuminance", "lx klx", "in_illuminance", NULL, 20},
	{"iio", NULL, "co2", "[ppm] %", "in_concentration_co2", NULL, 0.005},
	{"iio", NULL, "acceleration", "m/s2", "in_accel_%c", NULL, 9.8},
	{"iio", NULL, "angular-speed", "rad/s deg/s", "in_anglvel_%c", NULL, 0.5},
	{"iio", NULL, "magnetic-field", "uT mT T G", "in_magn_%c", NULL, 0.4},
	{"iio", NULL, "distance", "m cm mm", "in_distance", NULL, 0.05},
	{"iio", NULL, "voltage", "V mV uV", "in_voltage%d", NULL, 0.02},
	{"iio", NULL, "current", "A mA uA", "in_current%d", NULL, 0.02},
	{"iio", NULL, "power", "W mW", "in_power", NULL, 20},
	{"iio", NULL, "resistance", "Ohm kOhm", "in_resistance", NULL, 20},
	{"iio", NULL, "ph", "[pH]", "in_ph", NULL, 7},
	{"onewire", NULL, "temperature", "Cel", "temperature", NULL, 21000},
};
/* clang-format on */

enum { SOURCES = sizeof sources / sizeof *sources };

static bool is_same_mode(const char *a, const char *b)
{
	return !a || !b ? a == b : strcmp(a, b) == 0;
}

/* NULL: the mode does not give it. */
static const struct draft_source *find(
	const struct draft_family *family, const char *mode, const struct quantity *quantity)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (strcmp(sources[i].family, family->name) == 0 &&
			is_same_mode(sources[i].mode, mode) &&
			strcmp(sources[i].quantity, quantity->id) == 0)
			return &sources[i];
	return NULL;
}

const struct draft_source *draft_source(const struct draft_kit *draft, size_t channel)
{
	return find(draft->family, draft->mode, draft->channels[channel].quantity);
}

size_t draft_source_most(const struct draft_source *source)
{
	const char *number = strchr(source->from, '%');

	return !number ? 1 : number[1] == 'c' ? 3 : DRAFT_CHANNELS;
}

const char *draft_usual_unit(const struct draft_family *family, const struct quantity *quantity)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (strcmp(sources[i].family, family->name) == 0 &&
			strcmp(sources[i].quantity, quantity->id) == 0)
			return sources[i].units;
	return NULL;
}

static bool has_list(const struct draft_family *family)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (strcmp(sources[i].family, family->name) == 0)
			return true;
	return false;
}

void draft_list_quantities(const struct draft_family *family, FILE *out)
{
	enum { WIDTH = 70 };
	const struct quantity *quantity;
	bool is_any = !has_list(family);
	size_t width = 0;

	fputs(say("量什么：", "Quantities: "), out);
	for (size_t i = 0; (quantity = quantity_at(i)); i++) {
		if (!is_any && !draft_usual_unit(family, quantity))
			continue;
		width += strlen(quantity->id) + 2;
		fprintf(out, "%s%s", quantity->id, width > WIDTH ? "\n  " : "  ");
		width = width > WIDTH ? 0 : width;
	}
	fputc('\n', out);
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words; words += strcspn(words, " "), words += *words == ' ')
		if (strncmp(words, word, n) == 0 && (!words[n] || words[n] == ' '))
			return true;
	return false;
}

/* The first channel that the mode does not give; n_channels: it gives all. */
static size_t first_misfit(const struct draft_kit *draft, const char *mode)
{
	size_t i = 0;

	for (; i < draft->n_channels; i++) {
		const struct draft_channel *channel = &draft->channels[i];
		const struct draft_source *source = find(draft->family, mode, channel->quantity);

		if (!source || !has_word(source->units, channel->unit))
			break;
	}
	return i;
}

/* "count, frequency", or with modes "counter (count, frequency), gate (time)". */
static void list_quantities(const struct draft_family *family, struct text *text)
{
	const char *mode = NULL;

	for (size_t i = 0; i < SOURCES; i++) {
		bool is_next = !is_same_mode(sources[i].mode, mode);

		if (strcmp(sources[i].family, family->name) != 0)
			continue;
		text_addf(text, "%s%s%s%s%s", mode && is_next ? ")" : "",
			text->length > 0 ? ", " : "", is_next ? sources[i].mode : "",
			is_next ? " (" : "", sources[i].quantity);
		mode = sources[i].mode;
	}
	text_add(text, mode ? ")" : "");
}

bool draft_choose_mode(struct draft_kit *draft, const char **ret_word, struct text *ret_expected)
{
	const struct draft_source *of_best = NULL;
	size_t best = 0;

	for (size_t i = 0; i < SOURCES; i++) {
		size_t n;

		if (strcmp(sources[i].family, draft->family->name) != 0)
			continue;
		n = first_misfit(draft, sources[i].mode);
		if (n == draft->n_channels) {
			draft->mode = sources[i].mode;
			return true;
		}
		if (!of_best || n > best ||
			(n == best &&
				!find(draft->family, of_best->mode, draft->channels[n].quantity))) {
			of_best = &sources[i];
			best = n;
		}
	}
	if (!of_best)
		return true; /* the family has no such list */
	const struct draft_channel *wrong = &draft->channels[best];
	const struct draft_source *source = find(draft->family, of_best->mode, wrong->quantity);

	*ret_word = source ? wrong->unit : wrong->quantity->id;
	if (source)
		text_add(ret_expected, source->units);
	else
		list_quantities(draft->family, ret_expected);
	return false;
}
