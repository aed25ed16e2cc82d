// SPDX-License-Identifier: Apache-2.0
/*
 * Two functions that the static library of elfutils 0.192 (Debian 13) calls and does not contain; 0.193 does
 * (sourceware.org, bug 32293). They make and free the tree of an ELF file's raw chunks, of which libbpf asks for
 * none: it is all zeroes when it is made, and empty when it is freed. Where the library has its own, those count.
 */
void eu_search_tree_init(void *tree);
void eu_search_tree_fini(void *tree, void (*free_node)(void *));

__attribute__((weak)) void eu_search_tree_init(void *tree)
{
	(void)tree;
}

__attribute__((weak)) void eu_search_tree_fini(void *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}
