/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model of instrument: what a folder in kits/ says about it, ready for use.
 *
 * kit.yaml is written by people and read once, at start, by the main thread; what becomes of it is
 * one `struct model`, which never changes afterwards and is read by every thread. Texts with a
 * meaning ("10 Hz", "1a86:55d4") are numbers here already.
 *
 * Each protocol family owns the reading of its own keys: it gives a form (struct model_form) with
 * libcyaml's fields of its mapping, and compiles what the channels' `from` and `when` mean. A new
 * family is a file that brings its form with it; nothing here knows their names. Pure but for
 * model_read_folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cyaml/cyaml.h>

#include "data/arena.h"
#include "data/report.h"
#include "data/schema.h"
#include "data/tree.h"

enum { MODEL_CHANNELS = 32, MODEL_LINES = 8, MODEL_SETTINGS = 8, MODEL_BYTES = 64 };

struct model_text {
	char *zh, *en;
};

/* What can go wrong, said by a word (kit_error in sense/kit.h): its sentence for whoever stands
 * before the kit, the likely cause and what to do next with the hands. */
struct model_trouble {
	const char *word; /* of a table its end: NULL */
	const char *zh, *en;
};

/* Bytes to send, or to compare with: a byte counts where its mask is 0xff. */
struct model_bytes {
	uint8_t bytes[MODEL_BYTES], mask[MODEL_BYTES];
	size_t n;
};

/* One way to recognise the device; all that is given must fit. */
struct model_match {
	bool has_usb, any_product;
	uint16_t vendor, product;
	char *manufacturer, *product_name, *serial_number; /* `*` is any text; NULL: not asked */
	struct model_bytes ask, answer;                    /* n 0: not asked */
	int line;                                          /* in kit.yaml, for sentences */
};

struct model_serial {
	bool is_given, is_automatic; /* `serial: auto` */
	unsigned speed;              /* bit/s */
	uint8_t bits, stop_bits;
	char parity; /* 'N', 'E', 'O' */
};

/* How many bits a byte takes on the wire: 8N1 has 10, 8E1 and 8N2 have 11. */
static inline unsigned model_serial_bits(const struct model_serial *serial)
{
	return 1U + serial->bits + (serial->parity != 'N') + serial->stop_bits;
}

enum model_bias { MODEL_BIAS_NONE, MODEL_BIAS_PULL_UP, MODEL_BIAS_PULL_DOWN };

/* A GPIO line; the pin is a suggestion that the configuration may move. */
struct model_line {
	char *id;
	int pin; /* -1: none suggested */
	enum model_bias bias;
	bool is_active_low, is_output;
};

/* What a teacher measures or chooses; kept per device. */
struct model_setting {
	char *id;
	struct model_text name;
	char *unit;
	double value, low, high;
};

/* `accuracy: 30 + 3 %` is both; `100 or 7 %` the greater of both. */
struct model_accuracy {
	double absolute, relative; /* relative: a fraction */
	bool is_greater;
};

enum model_calibration {
	MODEL_OFFSET = 1,
	MODEL_TWO_POINT = 2,
	MODEL_TABLE = 4,
	MODEL_FACTORY = 8,
};

struct model_channel {
	char *id;
	struct model_text name;
	char *quantity, *unit; /* UCUM */
	double low, high, resolution;
	struct model_accuracy accuracy;
	char *from, *when;    /* as written; the family compiled them into the model's plan */
	double scale, offset; /* value = raw * scale + offset */
	bool is_zeroable;
	bool is_mark;          /* each value is also a mark at its instant */
	unsigned calibrations; /* of enum model_calibration */
	int64_t recheck_ns;    /* 0: never overdue */
	double rate_hz;        /* 0: the kit's */
	int output;            /* with a driver: index of `from` in the driver's outputs, else -1 */
};

struct model {
	char *id; /* the folder's name: "xy-md02" */
	struct model_text name;
	char *printed; /* `model:` what is printed on it; NULL: nothing */
	char *folder;  /* where its kit.yaml stands */
	struct model_match *matches;
	size_t n_matches;
	struct model_serial serial;
	struct model_line *lines;
	size_t n_lines;

	const struct model_form *form; /* the family */
	void *keys;                    /* its mapping, as libcyaml filled it; NULL: empty */
	int line;                      /* of its key in kit.yaml, for sentences */
	void *plan;                    /* what its compile made of the channels; NULL: nothing */
	char *driver;                  /* NULL: the family decodes */

	double rate_hz, most_rate_hz;   /* 0: not given */
	int64_t latency_ns, warm_up_ns; /* 0: none */
	struct model_setting *settings;
	size_t n_settings;
	struct model_channel *channels; /* none: the device, or its lines, name them */
	size_t n_channels;
	struct model_text *wiring, *safety, *traps, *unverified;
	size_t n_wiring, n_safety, n_traps, n_unverified;
	struct model_trouble *troubles; /* of this kit, before what its family says */
	size_t n_troubles;
};

/* What a family needs of a kit.yaml. */
enum model_need {
	MODEL_NEEDS_SERIAL = 1, /* the key serial */
	MODEL_NEEDS_MATCH = 2,  /* how the device is recognised */
	MODEL_NEEDS_LINES = 4,  /* the key gpio */
	MODEL_MAY_DISCOVER = 8, /* channels may be absent */
	MODEL_KNOWS_WHEN = 16,  /* channels may have `when` */
	MODEL_TELLS_APART = 32, /* its kits behind one adapter are told apart by what they send */
	MODEL_IS_USB = 64,      /* spoken to over USB itself, not over a serial adapter */
};

/* How a sensor that the kernel has a driver for is read. */
enum model_kernel {
	MODEL_NOT_KERNEL = 0,
	MODEL_KERNEL_FILES = 1,  /* its files in turns */
	MODEL_KERNEL_BUFFER = 2, /* its buffer, at its interrupt */
};

/* The YAML half of a protocol family, const. */
struct model_form {
	const char *name;                 /* the key in kit.yaml, and the family's name */
	const cyaml_schema_field_t *keys; /* of its mapping, ends with CYAML_FIELD_END */
	size_t size;                      /* of the struct these keys fill */
	const struct rule *rules;         /* of single values: "modbus.slave"; may be NULL */
	unsigned needs;                   /* of enum model_need */

	/* Of sensors that the kernel has a driver for: is what `bus` ("iio", "w1") lists as `name`
	 * one of these, and how is it read? NULL: it is no such family. */
	enum model_kernel (*kernel_sensor)(
		const struct model *model, const char *bus, const char *name);
	/* Of such: the names it looks for, one after the other; NULL behind the last. */
	const char *(*kernel_name)(const struct model *model, size_t index);

	/* Optional. Checks what the family's keys and the channels' `from` and `when` say and makes
	 * the plan from it, once, in the arena. The model is complete but for plan; with a driver
	 * the channels' `from` are the driver's business. Mistakes go to the report by
	 * load_mistake(tree, report, "channels[2].from", "from: \"%s\" is not %s", ...). 0; -EINVAL
	 * with a mistake reported; -ENOMEM. */
	int (*compile)(const struct model *model, const struct tree *tree, struct report *report,
		struct arena *arena, void **ret_plan);
};

/* What a C driver can give, by name; channels' `from` chooses among them. */
struct model_driver {
	const char *name;           /* `driver: co2-zytemp` */
	const char *const *outputs; /* ends with NULL */
};

/* Everything a kit.yaml may name. Borrowed; const. */
struct model_forms {
	const struct model_form *const *forms;
	size_t n_forms;
	const struct model_driver *drivers;
	size_t n_drivers;
};

/* Reads a kit.yaml from memory. `folder_name` must be the kit's id (NULL: not checked). Everything
 * lives in the arena. 0; -EINVAL with mistakes in the report; -ENOMEM. */
int model_read(const char *yaml, size_t n, const char *folder_name, const struct model_forms *forms,
	struct arena *arena, struct report *report, struct model **ret_model);

/* Bytes that the arena of one model may take: a file of TREE_BYTES never takes so much. */
enum { MODEL_ARENA = 512 * 1024 };

/* The same of FOLDER/kit.yaml, which the report's `file` names then, from the arena; the name is the
 * folder's own, also of "." and of a link to it. -errno of the file with a sentence in the report. */
int model_read_folder(const char *folder, const struct model_forms *forms, struct arena *arena,
	struct report *report, struct model **ret_model);

/* For a form's compile: the word of a channel's key is not what its reader expected. */
void model_refuse(const struct tree *tree, struct report *report, size_t channel, const char *key,
	const char *word, const char *expected);

/* What USB says of a device, for matching. Texts may be empty. */
struct model_usb {
	uint16_t vendor, product;
	const char *manufacturer, *product_name, *serial_number;
};

/* The most exact entry of `match` that fits, or NULL. An entry with ask and answer fits when the rest of it
 * does: whether the device answers is for who can ask. */
const struct model_match *model_match_usb(const struct model *model, const struct model_usb *usb);

/* How exact an entry is: more for a serial number than for a product's text, more for that than for
 * a vendor's, more for a product id than for a vendor id alone. 0: nothing of it but `ask`. */
unsigned model_match_rank(const struct model_match *match);

/* Could one USB device fit both? */
bool model_match_overlaps(const struct model_match *a, const struct model_match *b);

/* Channel by id; -1 when there is none. */
int model_channel(const struct model *model, const char *id);
