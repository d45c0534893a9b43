/* SPDX-License-Identifier: ISC */
/* Whom we believe: TLS of 1.2 or later, a certificate of somebody we trust, and of that very host.
 * The sites are openssl(1)'s, with certificates made on the spot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/edge/fetch.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "tests/unit/site.h"

/* Else the library's own configuration would refuse what is old, whatever we ask for. */
static const char lenient[] = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\n"
                              "system_default = lenient\n[lenient]\nMinProtocol = TLSv1\n"
                              "CipherString = ALL:@SECLEVEL=0\n"
                              "[req]\ndistinguished_name = name\n[name]\n";

static struct {
    char dir[40];
    int done;
    enum answer_what what;
    char text[300];
} t;

static void run(const char *line)
{
    char room[1000];
    snprintf(room, sizeof room, "cd %s && { %s; } >log 2>&1", t.dir, line);
    FILE *sh = popen(room, "r");
    assert_non_null(sh);
    assert_int_equal(pclose(sh), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(t.dir, sizeof t.dir, "/tmp/tallyd-test-XXXXXX");
    if (!mkdtemp(t.dir))
        return 1;
    char path[60];
    snprintf(path, sizeof path, "%s/openssl.cnf", t.dir);
    FILE *f = fopen(path, "w");
    if (!f || fputs(lenient, f) < 0 || fclose(f) != 0)
        return 1;
    setenv("OPENSSL_CONF", path, 1);
    run("for host in IP:127.0.0.1 DNS:other.example.test; do openssl req -x509 -newkey rsa:2048 "
        "-nodes -keyout ${host%:*}.key -out ${host%:*}.pem -days 2 -subj /CN=$host "
        "-addext subjectAltName=$host || exit 1; done; cat IP.pem DNS.pem > trusted.pem");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    run("rm -f IP.* DNS.* *.pem openssl.cnf");
    char log[60];
    snprintf(log, sizeof log, "%s/log", t.dir);
    return unlink(log) != 0 || rmdir(t.dir) != 0;
}

/* A site of openssl(1), its port in *port. */
static pid_t serve(const char *certificate, const char *version, int *port)
{
    char cert[80], key[80], line[200];
    int out[2];
    snprintf(cert, sizeof cert, "%s/%s.pem", t.dir, certificate);
    snprintf(key, sizeof key, "%s/%s.key", t.dir, certificate);
    assert_int_equal(pipe(out), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out[1], 1);
        if (!freopen("/dev/null", "w", stderr))
            _exit(127);
        close(out[0]);
        close(out[1]);
        execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert, "-key",
               key, "-www", version, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    close(out[1]);
    FILE *f = fdopen(out[0], "r");
    *port = 0;
    while (*port == 0 && fgets(line, sizeof line, f)) {
        const char *at = strstr(line, "127.0.0.1:");
        *port = at ? (int)strtol(at + 10, NULL, 10) : 0;
    }
    fclose(f);
    assert_int_not_equal(*port, 0);
    return pid;
}

static void on_done(const struct answer *a, void *ctx)
{
    (void)ctx;
    t.what = a->what;
    snprintf(t.text, sizeof t.text, "%.*s", SLICE_FMT(a->text));
    t.done++;
}

/* NULL: the body came; else why not. */
static const char *ask(const char *certificate, const char *version, const char *trusted)
{
    struct slice network = SLICE("127.0.0.0/8");
    struct fetch_calls calls = {.done = on_done};
    struct event_base *base = loop_new();
    struct site clock; /* wakes the loop */
    char url[60], ca[80];
    struct err e;
    int port;
    pid_t pid = serve(certificate, version, &port);
    snprintf(ca, sizeof ca, "%s/%s.pem", t.dir, trusted);
    struct fetcher_settings set = {.timeout_ms = 10000,
                                   .networks = &network,
                                   .network_count = 1,
                                   .connections = 8,
                                   .ca_file = ca};
    site_open(&clock, base, NULL, NULL);
    struct fetcher *all = fetcher_new(base, &set, &e);
    struct fetch *f = all ? fetch_new(all, &calls, &e) : NULL;
    assert_non_null(f);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
    int before = t.done;
    assert_true(fetch_start(f, &(struct fetch_request){.url = url, .cap = 1 << 20}, &e));
    SITE_UNTIL(base, t.done > before);
    fetch_free(f);
    fetcher_free(all);
    site_close(&clock);
    loop_free(base);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return t.what == ANSWER_BODY ? NULL : t.text;
}

static void test_a_trusted_site_is_believed(void **state)
{
    (void)state;
    const char *why = ask("IP", "-tls1_2", "trusted");
    if (why)
        fail_msg("TLS 1.2: %s", why);
    why = ask("IP", "-tls1_3", "trusted");
    if (why)
        fail_msg("TLS 1.3: %s", why);
}

static void test_older_tls_is_refused(void **state)
{
    (void)state;
    assert_non_null(ask("IP", "-tls1_1", "trusted"));
    assert_non_null(ask("IP", "-tls1", "trusted"));
}

static void test_a_certificate_of_nobody_we_trust_is_refused(void **state)
{
    (void)state;
    assert_non_null(ask("IP", "-tls1_2", "DNS"));
}

static void test_a_certificate_of_another_host_is_refused(void **state)
{
    (void)state;
    assert_non_null(ask("DNS", "-tls1_2", "trusted"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_trusted_site_is_believed),
        cmocka_unit_test(test_older_tls_is_refused),
        cmocka_unit_test(test_a_certificate_of_nobody_we_trust_is_refused),
        cmocka_unit_test(test_a_certificate_of_another_host_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
