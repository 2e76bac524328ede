# Sourced by ./run, ./aura and ./test: what they need before they can start. Sets `root`, the repository.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export MSBUILDDISABLENODEREUSE=1 # Leave no build processes behind.

say() { echo "$*" >&2; }
fail() { say "$*"; exit 1; }

need_dotnet() {
  local folder
  if ! command -v dotnet >/dev/null; then
    for folder in "${HOME:-/root}/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet; do
      if [[ -x $folder/dotnet ]]; then PATH="$folder:$PATH"; break; fi
    done
  fi
  command -v dotnet >/dev/null || fail "Aura needs the .NET SDK 10: see https://dotnet.microsoft.com/download, or
  curl -sSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0"
  # The built program looks for its runtime in a few fixed places; ours may be elsewhere.
  export DOTNET_ROOT="${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}"
}

need_sdk() {
  (cd "$root" && dotnet --version >/dev/null) || fail "Aura needs the .NET SDK 10 (global.json); dotnet has: $(dotnet --list-sdks | tr '\n' ' ')"
}

has_postgres() {
  local program
  [[ -n ${AURA_POSTGRES_BIN:-} ]] && return
  for program in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
    [[ -x $program && $("$program" --version) =~ \ ([0-9]+) && ${BASH_REMATCH[1]} -ge 15 ]] && return
  done
  return 1
}

# PostgreSQL's programs. Aura runs a cluster of its own, so Debian's default cluster is not made.
need_postgres() {
  has_postgres && return
  command -v apt-get >/dev/null || fail "Aura needs PostgreSQL 15 or newer: install it, or name the folder of its programs in AURA_POSTGRES_BIN."
  as_root mkdir -p /etc/postgresql-common/createcluster.d
  echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.d/aura.conf >/dev/null
  install_package postgresql
  has_postgres || fail "This system's package is older than PostgreSQL 15: see https://www.postgresql.org/download/linux"
}

# A program whose package has its name and puts it where only root looks; its service is not started.
need_program() {
  PATH="$PATH:/usr/sbin:/sbin"
  command -v "$1" >/dev/null && return
  command -v apt-get >/dev/null || fail "This needs $1: install it."
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root install --mode=0755 /dev/stdin /usr/sbin/policy-rc.d
    install_package "$1"
    as_root rm /usr/sbin/policy-rc.d
  else
    install_package "$1"
  fi
}

install_package() {
  say "Installing $1 ..."
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >&2
}

as_root() {
  local privileged=()
  if [[ $EUID -ne 0 ]]; then
    privileged=(sudo)
    [[ -t 0 ]] || privileged+=(--non-interactive)
    command -v sudo >/dev/null && "${privileged[@]}" true || fail "A package is missing. As root: apt-get install postgresql, and for deploy/ and its tests also pgbouncer and haproxy."
  fi
  "${privileged[@]}" "$@"
}

# Publishes the server to artifacts/server, unless that was made from exactly these sources.
publish_server() {
  local artifacts="$root/artifacts" sources platform
  sources="$(source_fingerprint)"
  is_published && return
  need_sdk
  mkdir -p "$artifacts"
  exec {lock}>"$artifacts/.lock"
  flock "$lock"
  if ! is_published; then # by somebody else while we waited
    say "Building Aura ..."
    case "$(uname -m)" in
      aarch64) platform=linux-arm64 ;;
      *) platform=linux-x64 ;;
    esac
    rm -rf "$artifacts/server.new"
    dotnet publish "$root/src/Aura.Server" --configuration Release --runtime "$platform" --self-contained false \
      --output "$artifacts/server.new" --verbosity quiet -p:PublishReadyToRun=true -p:UseSharedCompilation=false >&2 {lock}>&-
    echo "$sources" >"$artifacts/server.new/.sources"
    # A server that still runs keeps the files it opened.
    rm -rf "$artifacts/server.old"
    [[ ! -d $artifacts/server ]] || mv "$artifacts/server" "$artifacts/server.old"
    mv "$artifacts/server.new" "$artifacts/server"
    rm -rf "$artifacts/server.old"
  fi
  exec {lock}>&-
}

is_published() { [[ -f $root/artifacts/server/.sources && $(<"$root/artifacts/server/.sources") == "$sources" ]]; }

# Name, size and time of every file that the build reads: also tells of files that went away.
source_fingerprint() {
  (cd "$root" && find src Directory.*.props BannedSymbols.txt global.json .editorconfig tools/setup.sh \
    \( -name bin -o -name obj \) -prune -o -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum)
}
