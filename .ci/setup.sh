#!/usr/bin/env bash
# Prepares this tree: Debian packages (as root on Debian), the virtual environment, the locked Python packages.
# Usage: .ci/setup.sh run|test     `run` is what the program needs, `test` adds PostgreSQL and Chromium.
# Which package index is used is decided by the configuration of pip or uv, never here.
set -euo pipefail

level=${1:-run}
root=$(cd "$(dirname "$0")/.." && pwd -P)
venv=$root/.venv
stamp=$venv/.set-up
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PIP_TARGET PIP_PREFIX PIP_USER PIP_REQUIRE_VIRTUALENV
if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
  HOME=$(mktemp -d)
  export HOME
fi
export DEBIAN_FRONTEND=noninteractive

say() { printf '%s\n' "set-up: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
fail() { say "$*"; exit 1; }
may_install() { [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ] && have apt-get; }

fetched_lists=
apt_install() { # PACKAGE… — false if apt cannot
  local try options=(-q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
  if [ -z "$fetched_lists" ]; then
    for try in 1 2 3 4 5 6; do # the lock of the lists has no timeout of its own
      apt-get "${options[@]}" update </dev/null >&2 && break
      [ "$try" = 6 ] || sleep "$((try * 5))"
    done
    fetched_lists=yes
  fi
  say "installing Debian packages: $*"
  apt-get "${options[@]}" install --no-install-recommends "$@" </dev/null >&2
}

# --- an interpreter -----------------------------------------------------------------------------------------------
python=
find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      python=$name
      return 0
    fi
  done
  return 1
}
uv_works() { have uv && uv --version >/dev/null 2>&1; }

venv_is_sound() {
  "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)' >/dev/null 2>&1
}
was_made_here() { # its scripts hold the path at which they were installed
  case "$(cat "$stamp" 2>/dev/null || true)" in
    "" | "$root:"*) return 0 ;;
    *) return 1 ;;
  esac
}
make_venv() {
  venv_is_sound && was_made_here && return 0
  rm -rf "$venv"
  if ! find_python && may_install; then
    apt_install python3 python3-venv || true
    find_python || true
  fi
  if [ -n "$python" ]; then
    "$python" -m venv "$venv"
  elif uv_works; then
    uv venv -q --no-project --python '>=3.11' "$venv"
  else
    fail "Python 3.11 or newer with its venv module is missing; install it (Debian: apt-get install python3 python3-venv)."
  fi
}

# --- the locked Python packages -----------------------------------------------------------------------------------
install_packages() {
  local options=(--require-hashes --only-binary :all: -r "$root/requirements.lock")
  if uv_works; then
    uv pip install -q --python "$venv/bin/python" "${options[@]}" && return 0
    say "uv could not install the packages; trying pip"
  fi
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >&2
  "$venv/bin/python" -m pip install -q --no-input --disable-pip-version-check --no-deps "${options[@]}"
}
install_project() { # the tree itself is the package: no build step, no build tools
  local packages
  packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$root" >"$packages/caseflow-tree.pth"
  rm -f "$venv/bin/caseflow"
  cat >"$venv/bin/caseflow" <<'LAUNCHER'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -c 'import sys; sys.argv[0] = "caseflow"; from caseflow.__main__ import main; sys.exit(main())' "$@"
LAUNCHER
  chmod 755 "$venv/bin/caseflow"
}

# --- what is not Python -------------------------------------------------------------------------------------------
has_pdf_libraries() {
  "$venv/bin/python" - <<'PROBE' >/dev/null 2>&1
import ctypes
import ctypes.util
import sys

for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset", "gobject-2.0", "fontconfig"):
    version = "1" if name == "fontconfig" else "0"
    file = ctypes.util.find_library(name) if sys.platform == "darwin" else f"lib{name}.so.{version}"
    ctypes.CDLL(file or f"lib{name}")
PROBE
}
prepare_pdf() {
  has_pdf_libraries && return 0
  if may_install && apt_install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 && has_pdf_libraries; then
    return 0
  fi
  say "the program runs without PDF until Pango is installed" \
    "(Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; Fedora: dnf install pango; macOS: brew install pango)."
  [ "$level" = run ]
}

has_postgresql() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb; }
has_chromium() { have chromium; }
drives_browser() { # what steers Chromium in the tests carries an own interpreter, which needs libatomic
  "$venv/bin/python" -c 'from playwright._impl._driver import compute_driver_executable as c; import subprocess, sys; sys.exit(subprocess.call([c()[0], "--version"]))' >/dev/null 2>&1
}
prepare_tests() {
  local missing=()
  if ! has_postgresql; then
    missing+=(postgresql)
    if may_install && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
      mkdir -p /etc/postgresql-common
      printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf # the tests start their own
    fi
  fi
  has_chromium || missing+=(chromium)
  have pdftotext || missing+=(poppler-utils)
  drives_browser || missing+=(libatomic1)
  [ ${#missing[@]} = 0 ] && return 0
  if may_install && apt_install "${missing[@]}" && has_postgresql && has_chromium && have pdftotext && drives_browser; then
    return 0
  fi
  fail "the tests need ${missing[*]}; install them (Debian, as root: apt-get install --no-install-recommends ${missing[*]})."
}

# --- all of it, once ----------------------------------------------------------------------------------------------
wanted=$root:$(cksum <"$root/requirements.lock"):$(cksum <"$root/.ci/setup.sh")
make_venv
fresh=
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
  fresh=yes
  say "installing the Python packages of requirements.lock into .venv"
  install_packages || fail "the Python packages of requirements.lock could not be installed; the lines above say why."
  install_project
fi
prepare_pdf || fail "the tests print papers and need these libraries."
[ "$level" = run ] || prepare_tests
if [ -n "$fresh" ]; then
  if has_pdf_libraries; then
    (cd "$root" && "$venv/bin/python" -m caseflow.press build-font) ||
      say "the body font of printed papers could not be prepared; the program tries again when it prints."
  fi
  printf '%s' "$wanted" >"$stamp"
fi
