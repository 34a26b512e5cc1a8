/* One frame as text, for pipes, cron and bug reports. */
#ifndef VIEWS_ONCE_H
#define VIEWS_ONCE_H

#include "views/view.h"

int once_run(struct console *con, struct error *err);
/* console.c: the whole screen without the hint line. */
void console_draw(struct console *con, struct draw d);
void console_first_screens(struct console *con);
void console_model_changed(void *con);

#endif
