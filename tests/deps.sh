#!/bin/sh
# SPDX-License-Identifier: ISC
# Install the named Debian packages that are missing, and say so. Only deps-people (Makefile) downloads more: what drives a browser, from npm.
set -eu
missing=
for package; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
    installed) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
sudo=
if [ "$(id -u)" -ne 0 ]; then
    sudo=sudo
    echo "deps: sudo is used to install packages"
fi
echo "deps: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# a system that starts services would start redis-server on the default port: not ours to do
if ! { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "deps: apt-get failed (above); fix it and run make again" >&2
    exit 1
fi
