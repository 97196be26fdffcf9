#!/usr/bin/env bash
# Installs Debian packages that are missing, when that is permitted; says so and goes on when it is not.
#   bootstrap/debian.sh FILE:PACKAGE ...
# FILE is what must exist (a program's path), PACKAGE is where it comes from.
# Exit 0: everything is there. Exit 3: something is missing and could not be installed.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

missing=()
for pair in "$@"; do
  file=${pair%%:*}
  command -v "$(basename "$file")" >/dev/null 2>&1 || [ -x "$file" ] || missing+=("${pair#*:}")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

as_root=()
if ! command -v apt-get >/dev/null 2>&1; then
  say "missing: ${missing[*]} (no apt-get here; install them with the package tool of this system)"
  exit 3
elif [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    say "missing: ${missing[*]}. Cure: sudo apt-get install ${missing[*]}"
    exit 3
  fi
fi

say "installing ${missing[*]} with apt-get ..."
export DEBIAN_FRONTEND=noninteractive
quiet=(-qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { "${as_root[@]}" apt-get "${quiet[@]}" install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1; }
if ! install; then
  # The package lists of a fresh machine are empty or old: fetch them once, then try again.
  "${as_root[@]}" apt-get "${quiet[@]}" update >>"$log" 2>&1 || true
  if ! install; then
    tail -n 15 "$log" >&2
    say "apt-get could not install ${missing[*]}. Cure: sudo apt-get update && sudo apt-get install ${missing[*]}"
    exit 3
  fi
fi

# We need the programs, each test starts its own: a service that the package has just started would only hold the port.
if [ -d /run/systemd/system ]; then
  for package in "${missing[@]}"; do
    "${as_root[@]}" systemctl disable --now "$package.service" >/dev/null 2>&1 || true
  done
fi
