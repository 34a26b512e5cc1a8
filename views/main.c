/* stoker: with words a command line, without words the console. */
#include <unistd.h>

#include "views/cli/cli.h"
#include "views/cli/help.h"

int main(int argc, char **argv)
{
	if (argc > 1)
		return cli_main(argc, argv);
	help_overview(stdout);
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? CLI_OK : CLI_USAGE;
}
