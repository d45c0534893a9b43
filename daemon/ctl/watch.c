/* SPDX-License-Identifier: ISC */
/* Ask when it is time, draw, wait for a key. */
#include "daemon/ctl/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ctl/news.h"
#include "daemon/ctl/screen.h"

#define PAGE_MAX (64 << 20)
#define FRAME_MAX (4 << 20)

struct watch {
    struct ctl_news *news;
    struct ctl_caps caps;
    struct ctl_board board;
    struct ctl_view view;
    struct buf page, frame;
};

bool ctl_watch_can(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && term[0] &&
           strcmp(term, "dumb") != 0;
}

static void draw(struct watch *w)
{
    size_t cols, rows, n = ctl_board_rows(&w->board, &w->view, w->view.panel);
    screen_size(&cols, &rows);
    ctl_news_age(w->news, &w->board);
    if (w->view.row >= n)
        w->view.row = n > 0 ? n - 1 : 0;
    size_t end = ctl_board_page_end(&w->view, cols, rows);
    w->view.page_line = w->view.page_line < end ? w->view.page_line : end;
    buf_clear(&w->frame);
    ctl_board_render(&w->board, &w->view, cols, rows, w->caps, &w->frame);
    if (!w->frame.failed)
        screen_show(buf_slice(&w->frame));
}

static void explain(struct watch *w)
{
    struct slice id = ctl_board_id(&w->board, &w->view);
    struct err e = {0};
    if (id.len == 0)
        return;
    if (!ctl_news_explain(w->news, id, &w->page, &e)) {
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

/* What is looked for may be in another panel than the one that is chosen. */
static void follow_filter(struct watch *w)
{
    for (size_t i = 0; i < PANELS; i++) {
        size_t panel = (w->view.panel + i) % PANELS;
        if (ctl_board_rows(&w->board, &w->view, (enum ctl_panel)panel) == 0)
            continue;
        w->view.panel = (enum ctl_panel)panel;
        return;
    }
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
    if (key == KEY_ENTER)
        follow_filter(w);
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
    if (key == KEY_OTHER) /* an arrow to the side, and no way out of a page */
        return true;
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

/* Until somebody has seen enough. */
static void look_on(struct watch *w)
{
    struct err e = {0};
    char letter = 0;
    for (bool goes_on = true; goes_on;) {
        int wait = ctl_news_wait(w->news);
        if (wait == 0) {
            ctl_news_ask(w->news, &w->board, &e); /* the board says what is wrong */
            continue;
        }
        draw(w);
        enum screen_key key = screen_key(wait, &letter);
        goes_on =
            key != KEY_ENDED && (key == KEY_NONE || key == KEY_RESIZED || on_key(w, key, letter));
    }
}

int ctl_watch(const char *socket_path, const char *url, bool color)
{
    struct watch w = {.caps = {.color = color, .utf8 = screen_utf8()}};
    struct err e = {0};
    buf_init(&w.page, PAGE_MAX);
    buf_init(&w.frame, FRAME_MAX);
    bool ok = ctl_news_new(socket_path, url, &w.news, &e) && ctl_news_ask(w.news, &w.board, &e);
    if (!ok) /* said in the open, not on a screen that goes away */
        fprintf(stderr, "tallyctl: %s\n", e.text);
    else if (screen_open())
        look_on(&w);
    screen_close();
    ctl_news_free(w.news);
    buf_done(&w.page);
    buf_done(&w.frame);
    return ok ? 0 : (int)e.kind;
}
