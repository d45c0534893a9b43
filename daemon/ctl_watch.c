/* SPDX-License-Identifier: ISC */
/* Ask, draw, wait for a key: once a second, and at once after a key. */
#include "daemon/ctl_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/ctl_client.h"
#include "daemon/ctl_screen.h"

#define ANSWER_MAX (64 << 20)
#define FRAME_MAX (4 << 20)
#define ASK_MS 1000

/* What is asked, and where it goes. */
enum asked { ASK_STATUS, ASK_TOTALS, ASK_PANELS, ASKS = ASK_PANELS + PANELS };

static const char *const requests[ASKS] = {
    [ASK_STATUS] = "status\x1f-o=tsv\n",
    [ASK_TOTALS] = "totals\x1f-o=tsv\n",
    [ASK_PANELS + PANEL_CALLS] = "calls\x1f-o=tsv\n",
    [ASK_PANELS + PANEL_CLOSEST] = "todo\x1f-o=tsv\n",
    [ASK_PANELS + PANEL_STATES] = "totals\x1f-o=tsv\x1f--by\x1fstate\n",
    [ASK_PANELS + PANEL_SOURCES] = "source list\x1f-o=tsv\n",
    [ASK_PANELS + PANEL_MATCHES] = "match list\x1f-o=tsv\n",
};

struct watch {
    const char *socket;
    struct ctl_caps caps;
    struct ctl_board board;
    struct ctl_view view;
    struct buf answers[ASKS], closest, page, frame;
    struct err error;
    int64_t heard_ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool ctl_watch_can(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && term[0] &&
           strcmp(term, "dumb") != 0;
}

/* All of it anew; what was there stays when the daemon does not answer. */
static void ask_all(struct watch *w)
{
    struct err e = {0};
    int code = 0;
    bool ok = true;
    for (int i = 0; i < ASKS && ok; i++)
        ok = ctl_ask_quiet(w->socket, slice_of(requests[i]), ctl_keep, &w->answers[i], &code, &e) &&
             code == 0;
    if (!ok) {
        w->error = e;
        if (e.kind == ERR_NONE)
            err_set(&w->error, ERR_AGAIN, "the daemon does not serve just now");
        w->board.lost = w->error.text;
        w->board.age_s = w->heard_ms ? (now_ms() - w->heard_ms) / 1000 : 0;
        return;
    }
    w->heard_ms = now_ms();
    w->board.lost = NULL;
    w->board.age_s = 0;
    buf_clear(&w->closest);
    ctl_board_closest(buf_slice(&w->answers[ASK_PANELS + PANEL_CLOSEST]), "percent", &w->closest);
    w->board.status = buf_slice(&w->answers[ASK_STATUS]);
    w->board.totals = buf_slice(&w->answers[ASK_TOTALS]);
    for (int i = 0; i < PANELS; i++)
        w->board.panels[i] = buf_slice(&w->answers[ASK_PANELS + i]);
    w->board.panels[PANEL_CLOSEST] = buf_slice(&w->closest);
}

static void draw(struct watch *w)
{
    size_t cols, rows, n = ctl_board_rows(&w->board, &w->view, w->view.panel);
    screen_size(&cols, &rows);
    if (w->view.row >= n)
        w->view.row = n > 0 ? n - 1 : 0;
    buf_clear(&w->frame);
    ctl_board_render(&w->board, &w->view, cols, rows, w->caps, &w->frame);
    if (!w->frame.failed)
        screen_show(buf_slice(&w->frame));
}

static void explain(struct watch *w)
{
    struct slice id = ctl_board_id(&w->board, &w->view);
    char room[512];
    struct buf request;
    struct err e = {0};
    int code;
    if (id.len == 0)
        return;
    buf_init_over(&request, room, sizeof room);
    buf_addf(&request, "explain\x1f%.*s\n", SLICE_FMT(id));
    buf_clear(&w->page);
    if (request.failed ||
        !ctl_ask_quiet(w->socket, buf_slice(&request), ctl_keep, &w->page, &code, &e)) {
        buf_clear(&w->page);
        buf_addf(&w->page, "%s\n", e.text);
    }
    w->view.page = buf_slice(&w->page);
    w->view.page_line = 0;
}

/* ---- keys ---- */

static void move(struct watch *w, int by)
{
    size_t *at = w->view.page.len > 0 ? &w->view.page_line : &w->view.row;
    if (by < 0)
        *at = *at > (size_t)-by ? *at - (size_t)-by : 0;
    else
        *at += (size_t)by;
}

static void type(struct watch *w, enum screen_key key, char letter)
{
    size_t n = strlen(w->view.filter);
    if (key == KEY_LETTER && n + 1 < sizeof w->view.filter) {
        w->view.filter[n] = letter;
        w->view.filter[n + 1] = '\0';
    } else if (key == KEY_BACKSPACE && n > 0) {
        w->view.filter[n - 1] = '\0';
    } else if (key == KEY_ESCAPE) {
        w->view.filter[0] = '\0';
    }
    w->view.typing = key != KEY_ENTER && key != KEY_ESCAPE;
    w->view.row = 0;
}

static void choose(struct watch *w, size_t panel)
{
    w->view.panel = (enum ctl_panel)panel;
    w->view.row = 0;
}

static bool on_letter(struct watch *w, char c)
{
    if (c == 'q')
        return false;
    if (c >= '1' && c < '1' + PANELS)
        choose(w, (size_t)(c - '1'));
    else if (c == '?')
        w->view.help = true;
    else if (c == '/') {
        w->view.filter[0] = '\0';
        w->view.typing = true;
    }
    return true;
}

/* How far a key moves; 0: it is none that does. */
static int steps(enum screen_key key, char letter)
{
    switch (key) {
    case KEY_UP:
        return -1;
    case KEY_DOWN:
        return 1;
    case KEY_PAGE_UP:
        return -10;
    case KEY_PAGE_DOWN:
        return 10;
    case KEY_LETTER:
        return letter == 'j' ? 1 : letter == 'k' ? -1 : 0;
    default:
        return 0;
    }
}

/* False: enough. */
static bool on_key(struct watch *w, enum screen_key key, char letter)
{
    int by = steps(key, letter);
    if (w->view.typing) {
        type(w, key, letter);
        return true;
    }
    if (w->view.help || (w->view.page.len > 0 && by == 0)) { /* any key goes back */
        w->view.help = false;
        w->view.page = (struct slice){0};
        return true;
    }
    if (by != 0) {
        move(w, by);
        return true;
    }
    switch (key) {
    case KEY_LETTER:
        return on_letter(w, letter);
    case KEY_TAB:
        choose(w, (w->view.panel + 1) % PANELS);
        break;
    case KEY_ENTER:
        explain(w);
        break;
    case KEY_ESCAPE:
        w->view.filter[0] = '\0';
        break;
    default:
        break;
    }
    return true;
}

int ctl_watch(const char *socket_path, bool color)
{
    struct watch w = {.socket = socket_path};
    int64_t asked = 0;
    bool goes_on = true;
    w.caps = (struct ctl_caps){.color = color, .utf8 = screen_utf8()};
    for (int i = 0; i < ASKS; i++)
        buf_init(&w.answers[i], ANSWER_MAX);
    buf_init(&w.closest, ANSWER_MAX);
    buf_init(&w.page, ANSWER_MAX);
    buf_init(&w.frame, FRAME_MAX);
    ask_all(&w);
    if (!w.heard_ms) { /* said in the open, not on a screen that goes away */
        fprintf(stderr, "tallyctl: %s\n", w.board.lost);
        goes_on = false;
    } else if (!screen_open()) {
        goes_on = false;
    }
    for (char letter = 0; goes_on;) {
        if (now_ms() - asked >= ASK_MS) {
            ask_all(&w);
            asked = now_ms();
        }
        draw(&w);
        int64_t left = asked + ASK_MS - now_ms();
        enum screen_key key = screen_key(left > 0 ? (int)left : 0, &letter);
        goes_on =
            key != KEY_ENDED && (key == KEY_NONE || key == KEY_RESIZED || on_key(&w, key, letter));
    }
    screen_close();
    for (int i = 0; i < ASKS; i++)
        buf_done(&w.answers[i]);
    buf_done(&w.closest);
    buf_done(&w.page);
    buf_done(&w.frame);
    return w.heard_ms ? 0 : (int)w.error.kind;
}
