/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of chips change with the kernel (a Raspberry Pi 5 has had its header at gpiochip4 and at
 * gpiochip0), so a chip is best named by its label; all are looked through each time. */
#include "sense/gpio_chips.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static const char header_label[] = "pinctrl-";

static bool is_wished(const struct gpio_chip *chip, const char *wish)
{
	return strcmp(wish, chip->name) == 0 || strcmp(wish, chip->label) == 0 ||
		strcmp(wish, chip->path) == 0;
}

static bool is_header(const struct gpio_chip *chip)
{
	return strncmp(chip->label, header_label, sizeof header_label - 1) == 0;
}

/* Of two headers the larger one: a Pi 4 has a second, small one for its power supply. */
static bool is_better(const struct gpio_chip *chip, const struct gpio_chip *best)
{
	if (is_header(chip) != is_header(best))
		return is_header(chip);
	return chip->n_pins > best->n_pins;
}

struct search {
	const char *wish;
	struct gpio_chip best;
	unsigned n_fit;
	int refused; /* -EACCES met on the way */
};

static void look_at(struct search *search, const char *name)
{
	struct gpio_chip chip;
	char path[sizeof chip.path];
	struct text text = text_over(path, sizeof path);

	text_addf(&text, "/dev/%s", name);
	if (text.is_cut)
		return;
	int failed = gpio_describe(path, &chip);

	if (failed) {
		if (failed == -EACCES || failed == -EPERM)
			search->refused = -EACCES;
		return;
	}
	if (search->wish && !is_wished(&chip, search->wish))
		return;
	if (search->n_fit++ == 0 || is_better(&chip, &search->best))
		search->best = chip;
}

int gpio_find(const char *wish, struct gpio_chip *ret_chip)
{
	struct search search = {.wish = wish};
	DIR *folder = opendir("/dev");

	if (!folder)
		return -errno;
	for (struct dirent *entry; (entry = readdir(folder));)
		if (strncmp(entry->d_name, "gpiochip", 8) == 0)
			look_at(&search, entry->d_name);
	closedir(folder);
	/* Several that are no header: people must say which. */
	if (search.n_fit == 0 || (!wish && search.n_fit > 1 && !is_header(&search.best)))
		return search.refused ? search.refused : -ENXIO;
	*ret_chip = search.best;
	return 0;
}

bool gpio_refused(char *ret_path, size_t size)
{
	DIR *folder = opendir("/dev");
	bool is_found = false;
	struct dirent *entry;

	while (folder && !is_found && (entry = readdir(folder))) {
		struct text path = text_over(ret_path, size);

		text_addf(&path, "/dev/%s", entry->d_name);
		is_found = strncmp(entry->d_name, "gpiochip", 8) == 0 && !path.is_cut &&
			access(ret_path, R_OK | W_OK) != 0;
	}
	if (folder)
		closedir(folder);
	return is_found;
}
