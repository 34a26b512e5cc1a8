/* Everything of the toolkit, for screens. */
#ifndef TUI_UI_H
#define TUI_UI_H

#include "tui/app.h"
#include "tui/bindings.h"
#include "tui/dialog.h"
#include "tui/draw.h"
#include "tui/editline.h"
#include "tui/filter.h"
#include "tui/form.h"
#include "tui/graph.h"
#include "tui/keys.h"
#include "tui/layout.h"
#include "tui/logview.h"
#include "tui/prompt.h"
#include "tui/table.h"

#endif
