/*
 * The definitions of ca/schema, one text per version, put into the program so that no file beside
 * it can change what a store looks like.
 */
#include "engine.h"

#define EMBED(name, file)                                                                          \
	__asm__(".pushsection .rodata\n"                                                           \
	        ".global " #name "\n" #name ":\n"                                                  \
	        ".incbin \"" file "\"\n"                                                           \
	        ".byte 0\n"                                                                        \
	        ".popsection\n");                                                                  \
	extern const char name[] __attribute__((visibility("hidden")))

EMBED(antin_schema_0001, "ca/schema/0001.sql");

const char *const antin_schema_versions[] = {antin_schema_0001, NULL};
