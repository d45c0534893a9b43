/* SPDX-License-Identifier: ISC */
/* Drafts of sources into config->sources: `like`, options of formats, one source a county. */
#ifndef TALLYD_CONFIG_SOURCES_H
#define TALLYD_CONFIG_SOURCES_H

#include "config/loader.h"

/* What is wrong with a source is a problem; false only when memory is out. */
bool sources_build(struct loader *l, struct err *e) MUST_USE;

#endif
