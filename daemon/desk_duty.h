/* SPDX-License-Identifier: ISC */
/* What is answered whether or not this daemon serves: which of two it is, the takeover, reload and
 * the configuration. */
#ifndef TALLYD_DESK_DUTY_H
#define TALLYD_DESK_DUTY_H

#include "daemon/edge/control.h"
#include "daemon/pairs.h"

struct app;

/* Whether this one serves: else there is no model, nothing to show and nothing to decide. */
bool desk_duty_serves(const struct app *a);

/* Of status: role, lease, standby, how far it is behind. */
void desk_duty_pairs(const struct app *a, struct pairs *p);
/* ... and where HTTP is. */
void desk_duty_http(const struct app *a, struct pairs *p);
/* status of one that does not serve. */
void desk_duty_status(const struct app *a, struct pairs *p);

/* Why nothing but status and takeover is answered. */
int desk_duty_refuse(const struct app *a, struct buf *body);

/* `takeover`, with --dry-run: what it would go on from. An exit code, or CONTROL_LATER. */
int desk_duty_take_over(struct app *a, const struct control_request *request, struct buf *body);

/* `reload`: an exit code, or CONTROL_LATER; how it ended, or what is wrong. */
int desk_duty_reload(struct app *a, const struct control_request *request, struct buf *body);
/* `config check`, `config dump` */
int desk_duty_config(struct app *a, const struct control_request *request, struct buf *body);

/* Answer a decision that is on our disk when the standby has it too, or has not within
 * DUTY_WAIT_MS: `said`, and whether it is kept on both. */
void desk_duty_answer(struct app *a, uint64_t ticket, struct slice said);

#endif
