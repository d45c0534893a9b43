/* SPDX-License-Identifier: ISC */
/* tallyctl export: a static copy of what a tallyd's HTTP shows, in a folder, for a server or CDN
 * that knows nothing but files. */
#ifndef TALLYD_CTL_EXPORT_H
#define TALLYD_CTL_EXPORT_H

/* `url`: where HTTP is; NULL: where the daemon on this control socket says it is. The words:
 * "--site DIR", "--every TIME": then again and again until interrupted, and what goes wrong is told
 * and tried again. Prints a line for each copy, and how far it is where standard error is a
 * terminal. Returns the exit code; a copy that is not whole leaves the one before as it was. */
int ctl_export(const char *socket_path, const char *url, int argc, char **argv);

#endif
