/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A YAML file as a tree that remembers where every word stands.
 *
 * libcyaml fills structs but keeps no lines and knows no sentence for a teacher; the tree is what
 * its input is checked on first (data/schema.h). Anchors, aliases, tags, second documents, deep
 * nesting and large files are refused, so that a small file can never become a large one. Knows no
 * format: every description in kitlog is read through it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "data/arena.h"
#include "data/report.h"

enum { TREE_BYTES = 64 * 1024, TREE_WORDS = 8192, TREE_DEPTH = 12 };

enum node_kind { NODE_WORD, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, column;                   /* from 1 */
	struct node *parent, *first, *next; /* in a map, children go key, value, key, value */
	struct node *last;
	unsigned count; /* children; in a map, pairs */
	bool is_cut;    /* tree_leave_out took a child */
	bool is_quoted;
	const char *word; /* NODE_WORD: closed by NUL; else NULL */
	size_t length;
};

struct tree {
	struct node *root; /* NULL: the file holds nothing but comments */
	struct arena arena;
	unsigned n_words;
};

/* Reads a file's bytes. On a mistake returns -EINVAL and one sentence in the report; -ENOMEM. The
 * tree is to be freed in each case. */
int tree_read(const char *bytes, size_t n, struct report *report, struct tree *ret_tree);
void tree_free(struct tree *tree);

/* The node at "channels[1].range[0]", or NULL. */
const struct node *tree_find(const struct tree *tree, const char *path);

/* The same, or the nearest parent that exists: where to point when a key is missing. NULL only when
 * the tree is empty. */
const struct node *tree_near(const struct tree *tree, const char *path);

/* The innermost node that begins at this place, else the last one before it: what a sentence with
 * this place is about. Where a map begins, that is its first key. NULL when nothing does. */
const struct node *tree_at(const struct tree *tree, int line, int column);

/* Takes the smallest thing out that this node cannot be missed from: an entry of a list, a key with
 * its value, or everything. The node itself lives on; nothing happens when it is out already. */
void tree_leave_out(struct tree *tree, const struct node *node);
