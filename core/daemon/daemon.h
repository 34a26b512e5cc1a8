/* stokerd's subcommands. Each gets argv from its own name on and gives the exit status. */
#ifndef CORE_DAEMON_DAEMON_H
#define CORE_DAEMON_DAEMON_H

int server_main(int argc, char **argv);
int worker_main(int argc, char **argv);

#endif
