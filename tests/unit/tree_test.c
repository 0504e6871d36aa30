/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree that every description is read as: shape, words, places, paths; and the arena it lives
 * in. What is no YAML, and its sentences, are in config_mistakes_test.c. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/tree.h"
#include "support/cmocka_all.h"

static struct tree tree;

static int free_tree(void **state)
{
	(void)state;
	tree_free(&tree);
	return 0;
}

static void read_tree(const char *yaml)
{
	struct report report = {.file = "F"};

	tree_free(&tree);
	if (tree_read(yaml, strlen(yaml), &report, &tree) != 0)
		fail_msg("%s", report.mistakes[0].text);
	assert_int_equal(report.count, 0);
}

static void assert_word(const char *path, const char *word, int line, int column)
{
	const struct node *node = tree_find(&tree, path);

	assert_non_null(node);
	assert_int_equal(node->kind, NODE_WORD);
	assert_string_equal(node->word, word);
	assert_int_equal(node->length, strlen(word));
	assert_int_equal(node->line, line);
	assert_int_equal(node->column, column);
}

static void each_word_knows_its_place(void **state)
{
	(void)state;
	read_tree("kit: 温度\n"
		  "channels:\n"
		  "  - id: temp   # comment\n"
		  "    range: [-20, 80]\n"
		  "  - {id: hum, 名: \"a: b\"}\n");
	assert_word("kit", "温度", 1, 6);
	assert_word("channels[0].id", "temp", 3, 9);
	assert_word("channels[0].range[1]", "80", 4, 18);
	assert_word("channels[1].id", "hum", 5, 10);
	assert_word("channels[1].名", "a: b", 5, 18); /* columns count characters, not bytes */
	assert_int_equal(tree_find(&tree, "channels")->count, 2);
	assert_int_equal(tree_find(&tree, "channels[0]")->count, 2); /* pairs */
	assert_true(tree_find(&tree, "channels[1].名")->is_quoted);
	assert_false(tree_find(&tree, "kit")->is_quoted);
	assert_ptr_equal(tree_find(&tree, ""), tree.root);
}

static void a_missing_place_is_null_and_its_nearest_parent_is_found(void **state)
{
	(void)state;
	read_tree("a: {b: [x, {c: 1}]}\n");
	assert_null(tree_find(&tree, "a.z"));
	assert_null(tree_find(&tree, "a.b[2]"));
	assert_null(tree_find(&tree, "a[0]"));
	assert_null(tree_find(&tree, "a.b.c"));
	assert_null(tree_find(&tree, "a.b[0].c"));
	assert_null(tree_find(&tree, "a.bb"));
	assert_ptr_equal(tree_near(&tree, "a.z"), tree_find(&tree, "a"));
	assert_ptr_equal(tree_near(&tree, "a.b[1].d.e"), tree_find(&tree, "a.b[1]"));
	assert_ptr_equal(tree_near(&tree, "q"), tree.root);
	assert_ptr_equal(tree_near(&tree, "a.b[1].c"), tree_find(&tree, "a.b[1].c"));
}

static void a_sentence_is_about_the_innermost_node_at_its_place(void **state)
{
	(void)state;
	read_tree("a: {b: [x, {c: 1}]}\nd:\n  - e: 2\n");
	assert_ptr_equal(tree_at(&tree, 1, 4), tree_find(&tree, "a"));
	assert_ptr_equal(tree_at(&tree, 1, 9), tree_find(&tree, "a.b[0]"));
	assert_ptr_equal(tree_at(&tree, 1, 10), tree_find(&tree, "a.b[0]")); /* inside a word */
	assert_ptr_equal(tree_at(&tree, 1, 12), tree_find(&tree, "a.b[1]"));
	assert_ptr_equal(tree_at(&tree, 3, 3), tree_find(&tree, "d"));
	assert_ptr_equal(tree_at(&tree, 3, 5), tree_find(&tree, "d[0]")->first); /* the key */
	assert_null(tree_at(&tree, 0, 0));
}

static void leaving_out_takes_an_entry_or_a_key_with_its_value(void **state)
{
	(void)state;
	read_tree("a: {b: [x, y, z], c: 1}\nd: 2\n");
	const struct node *entry = tree_find(&tree, "a.b[1]"), *value = tree_find(&tree, "a.c");

	tree_leave_out(&tree, entry);
	tree_leave_out(&tree, entry); /* is out already */
	assert_int_equal(tree_find(&tree, "a.b")->count, 2);
	assert_word("a.b[1]", "z", 1, 15);
	tree_leave_out(&tree, value);
	assert_null(tree_find(&tree, "a.c"));
	assert_true(tree_find(&tree, "a")->is_cut);
	assert_false(tree.root->is_cut);
	tree_leave_out(&tree, tree.root->first); /* a key */
	assert_null(tree_find(&tree, "a"));
	assert_word("d", "2", 2, 4);
	tree_leave_out(&tree, tree.root);
	assert_null(tree.root);
}

static void an_empty_file_has_no_root(void **state)
{
	static const char *const empty[] = {"", "\n\n", "# words\n", "---\n", "--- # x\n...\n"};

	(void)state;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		read_tree(empty[i]);
		assert_null(tree.root);
		assert_null(tree_find(&tree, "a"));
		assert_null(tree_near(&tree, "a"));
	}
}

static void escapes_and_folded_texts_arrive_as_meant(void **state)
{
	(void)state;
	read_tree("a: \"x\\u6e29\\ty\\L\"\n"
		  "b: 'it''s'\n"
		  "c: >\n"
		  "  one\n"
		  "  two\n"
		  "d: |\n"
		  "  one\n"
		  "  two\n"
		  "e: on two\n"
		  "  lines\n");
	assert_word("a", "x温\ty\xE2\x80\xA8", 1, 4);
	assert_word("b", "it's", 2, 4);
	assert_word("c", "one two\n", 3, 4);
	assert_word("d", "one\ntwo\n", 6, 4);
	assert_word("e", "on two lines", 9, 4);
}

static void twelve_levels_and_8192_words_are_the_most(void **state)
{
	static char yaml[TREE_BYTES];
	struct report report = {.file = "F"};
	size_t n = 0;

	(void)state;
	read_tree("[[[[[[[[[[[[deep]]]]]]]]]]]]\n");
	tree_free(&tree);
	assert_int_equal(
		tree_read("[[[[[[[[[[[[[deep]]]]]]]]]]]]]\n", 31, &report, &tree), -EINVAL);
	tree_free(&tree);

	yaml[n++] = '[';
	for (int i = 0; i < TREE_WORDS - 1; i++) {
		memcpy(yaml + n, "x,", 2);
		n += 2;
	}
	yaml[n++] = ']';
	yaml[n] = '\0';
	read_tree(yaml);
	assert_int_equal(tree.root->count, TREE_WORDS - 1);
	memcpy(yaml + n - 1, "x]", 3);
	tree_free(&tree);
	assert_int_equal(tree_read(yaml, n + 1, &report, &tree), -EINVAL);
	assert_string_equal(report.mistakes[1].text, "more than 8192 words; split the file");
}

static void an_arena_gives_zeroed_aligned_memory_up_to_its_limit(void **state)
{
	struct arena arena = arena_of(4096);
	char *small = arena_take(&arena, 3), *grown;

	(void)state;
	assert_non_null(small);
	assert_int_equal((uintptr_t)small % _Alignof(max_align_t), 0);
	assert_memory_equal(small, "\0\0\0", 3);
	memcpy(small, "abc", 3);
	grown = arena_resize(&arena, small, 100);
	assert_memory_equal(grown, "abc\0\0", 5);
	assert_memory_equal(arena_resize(&arena, grown, 2), "ab", 2);
	assert_null(arena_resize(&arena, grown, 0));
	assert_non_null(arena_resize(&arena, NULL, 1));
	assert_string_equal(arena_copy(&arena, "hello", 4), "hell");
	assert_null(arena_take(&arena, 4096));
	assert_null(arena_take(&arena, SIZE_MAX - 8));
	assert_true(arena.used <= arena.limit);
	while (arena_take(&arena, 1))
		;
	assert_null(arena_take(&arena, 0));
	arena_free(&arena);
	assert_non_null(arena_take(&arena, 3000)); /* as new */
	arena_free(&arena);
}

#define TEST(test) cmocka_unit_test_teardown(test, free_tree)

static void a_byte_order_mark_is_no_column(void **state)
{
	(void)state;
	read_tree("\xEF\xBB\xBFname: {a: 1}\nother: 2\n");
	assert_word("name.a", "1", 1, 11);
	assert_word("other", "2", 2, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_byte_order_mark_is_no_column),
		TEST(each_word_knows_its_place),
		TEST(a_missing_place_is_null_and_its_nearest_parent_is_found),
		TEST(a_sentence_is_about_the_innermost_node_at_its_place),
		TEST(leaving_out_takes_an_entry_or_a_key_with_its_value),
		TEST(an_empty_file_has_no_root),
		TEST(escapes_and_folded_texts_arrive_as_meant),
		TEST(twelve_levels_and_8192_words_are_the_most),
		TEST(an_arena_gives_zeroed_aligned_memory_up_to_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
