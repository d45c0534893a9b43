/* SPDX-License-Identifier: ISC */
/* A directory with a configuration in it, for one test. */
#ifndef TALLYD_TESTS_UNIT_CONFIG_FIXTURE_H
#define TALLYD_TESTS_UNIT_CONFIG_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

struct fixture {
    char dir[64], main[96], credentials[96], path[200];
    struct buf problems;
    struct err err;
    struct config *config; /* of the last load */
    int64_t today;
};

static inline const char *fixture_path(struct fixture *f, const char *name)
{
    snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);
    return f->path;
}

static inline void fixture_write(struct fixture *f, const char *name, const char *text)
{
    FILE *file = fopen(fixture_path(f, name), "w");

    if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file) != 0)
        abort();
}

static inline void fixture_start(struct fixture *f)
{
    static const char *const dirs[] = {"conf.d", "sources.d", "credentials"};

    *f = (struct fixture){.dir = "/tmp/tallyd-config-XXXXXX"};
    if (!mkdtemp(f->dir))
        abort();
    for (int i = 0; i < 3; i++)
        if (mkdir(fixture_path(f, dirs[i]), 0755) != 0)
            abort();
    snprintf(f->main, sizeof(f->main), "%s/tallyd.conf", f->dir);
    snprintf(f->credentials, sizeof(f->credentials), "%s/credentials", f->dir);
    buf_init(&f->problems, 1 << 20);
    fixture_write(f, "credentials/key", "s3cr3t/+=\n");
    chmod(f->path, 0600);
    fixture_write(f, "credentials/tallyd_loaded", "by systemd\n");
    chmod(f->path, 0400);
    fixture_write(f, "credentials/open", "x");
    chmod(f->path, 0644);
    fixture_write(f, "credentials/split", "a\r\nX-Evil: b");
    chmod(f->path, 0600);
}

static inline struct config *fixture_load(struct fixture *f)
{
    struct config_args args = {.file = f->main, .credentials = f->credentials, .today = f->today};

    config_free(f->config);
    f->config = NULL;
    buf_clear(&f->problems);
    return config_load(&args, &f->config, &f->problems, &f->err) ? f->config : NULL;
}

static inline void fixture_end(struct fixture *f)
{
    char command[128];

    config_free(f->config);
    buf_done(&f->problems);
    snprintf(command, sizeof(command), "rm -r %s", f->dir);
    FILE *rm = popen(command, "r");
    if (!rm || pclose(rm) != 0)
        abort();
}

static struct fixture fx;

static inline int fixture_set_up(void **state)
{
    (void)state;
    fixture_start(&fx);
    return 0;
}

static inline int fixture_tear_down(void **state)
{
    (void)state;
    fixture_end(&fx);
    return 0;
}

#endif
