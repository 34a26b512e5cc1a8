/* Entry points of the engine's two processes; core/daemon/main.c calls them for
 * `stokerd driver …` and `stokerd executor …`. argv[0] is the subcommand's name. Exit status.
 * The messages are in core/api/stoker/README.md, the shell's protocol in core/engine/session.h. */
#ifndef CORE_ENGINE_ENGINE_H
#define CORE_ENGINE_ENGINE_H

int engine_driver_main(int argc, char **argv);
int engine_executor_main(int argc, char **argv);

#endif
