/* stoker: a command, or the console when no command is named. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "views/cli/cli.h"

/* Options without a command are the console's, but for those that every program has. */
static bool names_command(const char *word)
{
	static const char *const own[] = { "-h", "--help", "-V", "--version" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!strcmp(word, own[i]))
			return true;
	return word[0] != '-';
}

int main(int argc, char **argv)
{
	char **words;
	int status;

	if (argc > 1 && names_command(argv[1]))
		return cli_main(argc, argv);
	words = xcalloc((size_t)argc + 2, sizeof *words);
	words[0] = argv[0];
	words[1] = xstrdup("console");
	for (int i = 1; i < argc; i++)
		words[i + 1] = argv[i];
	status = cli_main(argc + 1, words);
	free(words[1]);
	free(words);
	return status;
}
