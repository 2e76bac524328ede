# Sourced by the commands of this folder. One machine plays all: every part has a port on loopback, from $port on, and its files in $deploy.

source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../tools/setup.sh"
deploy="${AURA_DEPLOY:-$root/data/deploy}"
files="$root/deploy"

# port: the balancer, +1 pgbouncer, +2 and +3 the two PostgreSQL servers, +4 what the balancer sees, +5 ... the servers that answer, then those that work
port=8080 apis=2 workers=1
declare -a postgres_settings=()
[[ ! -f $deploy/settings ]] || source "$deploy/settings"
pooler=$((port + 1))
node_port() { [[ $1 == a ]] && echo $((port + 2)) || echo $((port + 3)); }
other() { [[ $1 == a ]] && echo b || echo a; }
primary() { cat "$deploy/primary" 2>/dev/null || echo a; }

need_programs() {
  need_postgres
  need_program pgbouncer
  need_program haproxy
  # One folder for all of them: those in PATH may be links, and of several versions.
  bin="${AURA_POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)}"
  [[ -x $bin/initdb ]] || bin="$(dirname "$(readlink -f "$(command -v initdb)")")"
}

# PostgreSQL and pgbouncer do not run as root: root hands over to postgres, or to nobody where there is no such account.
account="$(id -un)"
[[ $EUID -ne 0 ]] || { account=postgres; id postgres &>/dev/null || account=nobody; }
as_account() {
  if [[ $EUID -eq 0 ]]; then
    (cd / && exec setpriv --reuid="$account" --regid="$(id -gn "$account")" --init-groups -- env HOME=/ "$@")
  else
    (cd / && exec "$@")
  fi
}
make_directory() { # mode path...
  local mode=$1; shift
  install --directory --owner="$account" --group="$(id -gn "$account")" --mode="$mode" "$@"
}

is_running() { # name: a process of ours, not one that has taken over its number
  local id
  [[ -f $deploy/run/$1.pid ]] && id=$(head -n 1 "$deploy/run/$1.pid") && [[ -r /proc/$id/environ ]] || return 1
  [[ $(tr '\0' ' ' <"/proc/$id/cmdline") == *"${2:-$1}"* ]]
}

until_true() { # seconds what command...
  local end=$((SECONDS + $1)) what=$2; shift 2
  until "$@"; do
    [[ $SECONDS -lt $end ]] || { say "Gave up waiting for $what; see $deploy/log."; return 1; }
    sleep 0.1
  done
}

# PostgreSQL ------------------------------------------------------------------------------------------------------

sql() { # node statement
  as_account "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --host "$deploy/sockets" --port "$(node_port "$1")" --username postgres "${3:-postgres}" --command "$2"
}

node_answers() { sql "$1" "SELECT" &>/dev/null; }

# After a crash two things stand in the way for a while: the lock of a dead postmaster that nobody has collected yet, which
# PostgreSQL takes for a live one, and memory that its last children still hold.
start_node() {
  local lock
  for lock in "$deploy/$1/postmaster.pid" "$deploy/sockets/.s.PGSQL.$(node_port "$1").lock"; do
    [[ ! -f $lock || -n $(tr -d '\0' <"/proc/$(head -n 1 "$lock")/cmdline" 2>/dev/null) ]] || rm -f "$lock"
  done
  until_true 60 "postgres-$1 to start" launch_node "$1"
}

launch_node() { as_account "$bin/pg_ctl" start --silent --wait --timeout=60 --pgdata="$deploy/$1" --log="$deploy/log/postgres-$1.log" &>/dev/null; }

stop_node() { # node mode: nothing of it runs afterwards
  [[ ! -f $deploy/$1/postmaster.pid ]] || as_account "$bin/pg_ctl" stop --silent --wait --mode="${2:-fast}" --pgdata="$deploy/$1" 2>/dev/null || true
}

configure_node() {
  {
    cat "$files/postgresql.conf"
    echo
    echo "port = $(node_port "$1")"
    echo "unix_socket_directories = '$deploy/sockets'"
    [[ ${#postgres_settings[@]} -eq 0 ]] || printf '%s\n' "${postgres_settings[@]}"
  } | as_account tee "$deploy/$1/aura.conf" >/dev/null
}

make_primary() { # node
  make_directory 0700 "$deploy/$1"
  as_account "$bin/initdb" --pgdata="$deploy/$1" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --lc-messages=C --auth-local=trust --auth-host=scram-sha-256 >/dev/null
  echo "include 'aura.conf'" | as_account tee --append "$deploy/$1/postgresql.conf" >/dev/null
  echo "host replication replicator 127.0.0.1/32 scram-sha-256" | as_account tee --append "$deploy/$1/pg_hba.conf" >/dev/null
  configure_node "$1"
  start_node "$1"
  sql "$1" "CREATE ROLE aura LOGIN PASSWORD '$(password aura)'; CREATE ROLE replicator LOGIN REPLICATION PASSWORD '$(password replicator)'"
  sql "$1" "CREATE DATABASE aura OWNER aura TEMPLATE template0"
}

# Copies the other server, from then on follows it, and holds there what it has yet to get.
make_replica() { # node
  local source
  source=$(other "$1")
  rm -rf "${deploy:?}/$1"
  make_directory 0700 "$deploy/$1"
  sql "$source" "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'replica' AND NOT active"
  PGPASSFILE="$deploy/account/pgpass" as_account "$bin/pg_basebackup" --pgdata="$deploy/$1" --checkpoint=fast --write-recovery-conf --create-slot --slot=replica \
    --dbname="host=127.0.0.1 port=$(node_port "$source") user=replicator passfile=$deploy/account/pgpass application_name=replica_$1"
  configure_node "$1"
  start_node "$1"
}

password() { awk -F: -v user="$1" '$4 == user { print $5; exit }' "$deploy/pgpass"; }

# pgbouncer -------------------------------------------------------------------------------------------------------

# Where the primary is, and where lists are read: the replica if there is one, otherwise nothing but the primary.
route() { # node of the primary, node of the replica
  local to="host=127.0.0.1 port=$(node_port "$1") dbname=aura"
  sed -e "s|^aura = .*|aura = $to|" -e "s|^aura_session = .*|aura_session = $to pool_mode=session|" \
    -e "s|^aura_replica = .*|aura_replica = host=127.0.0.1 port=$(node_port "$2") dbname=aura|" \
    -e "s|^listen_port = .*|listen_port = $pooler|" -e "s|^unix_socket_dir = .*|unix_socket_dir = $deploy/sockets|" \
    -e "s|^pidfile = .*|pidfile = $deploy/account/pgbouncer.pid|" -e "s|^logfile = .*|logfile = $deploy/account/pgbouncer.log|" \
    -e "s|^auth_file = .*|auth_file = $deploy/account/userlist.txt|" "$files/pgbouncer.ini" | as_account tee "$deploy/account/pgbouncer.ini" >/dev/null
}

# Nothing here takes long, except a PAUSE that waits for somebody's transaction.
pooler_says() { as_account timeout 10 "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --host "$deploy/sockets" --port "$pooler" --username pgbouncer pgbouncer --command "$1"; }

# Servers ---------------------------------------------------------------------------------------------------------

server_port() { # api-1, worker-1
  local number=${1##*-}
  [[ $1 == api-* ]] && echo $((port + 4 + number)) || echo $((port + 4 + apis + number))
}

servers() { # api or worker: their names
  local i most=$apis
  [[ $1 == api ]] || most=$workers
  for ((i = 1; i <= most; i++)); do echo "$1-$i"; done
}

start_server() { # name
  local login="Host=127.0.0.1;Port=$pooler;Username=aura;Passfile=$deploy/pgpass" pooled="Max Auto Prepare=0;Maximum Pool Size=100"
  local -a program=("${AURA_SERVER:-$root/artifacts/server/aura-server}")
  [[ ${program[0]} != *.dll ]] || program=(dotnet "${program[0]}")
  (
    export AURA_URL="http://127.0.0.1:$(server_port "$1")" AURA_DATA="$deploy/aura" AURA_ROLE="${1%-*}" AURA_DRAIN=3 AURA_PROXIES=127.0.0.1
    export AURA_DATABASE="$login;Database=aura;$pooled" AURA_DATABASE_DIRECT="$login;Database=aura_session" AURA_DATABASE_REPLICA="$login;Database=aura_replica;$pooled"
    umask 077 # it prints keys
    setsid "${program[@]}" run </dev/null >>"$deploy/log/$1.log" 2>&1 &
    echo $! >"$deploy/run/$1.pid"
  )
}

get() { (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3 && cat <&3) 2>/dev/null; } # port path

is_ready() { [[ $(get "$1" /health/ready) == "HTTP/1."*" 200 "* ]]; } # port

balancer_has() { get $((port + 4)) '/;csv' | awk -F, -v name="$1" '$1 == "api" && $2 == name { up = $18 ~ /^UP/ } END { exit !up }'; } # name

server_is_ready() { # name
  kill -0 "$(<"$deploy/run/$1.pid")" 2>/dev/null || { say "$1 ended: $(tail -n 3 "$deploy/log/$1.log")"; exit 1; }
  is_ready "$(server_port "$1")"
}

stop_server() { # name: SIGTERM, and wait until what it has at hand is done
  is_running "$1" run || return 0
  kill -TERM "$(<"$deploy/run/$1.pid")"
  until_true 15 "$1 to stop" is_stopped "$1"
}

is_stopped() { ! is_running "$1" run; }
