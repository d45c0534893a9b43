/* SPDX-License-Identifier: ISC */
/* The files of daemon/web/, which the build makes C of. */
#ifndef TALLYD_WEB_H
#define TALLYD_WEB_H

extern const char web_board_html[], web_embed_html[], web_board_css[], web_board_js[];

#endif
