# A throw-away PostgreSQL server whose life is tied to this script's standard input.
#
# Arguments: folder of the PostgreSQL programs, port, and `durable` for one that keeps what it acknowledged.
# Prints one line, "ready", when the server accepts connections, and then waits. When standard input closes, which also
# happens when the starter is killed in whatever way, the server is stopped and everything it wrote is removed.
set -eu
bin=$1
port=$2
durable=${3:-}
folder=$(mktemp -d "${TMPDIR:-/tmp}/oneclaw-postgres.XXXXXX")

clean() {
    if [ -f "$folder/data/postmaster.pid" ]; then
        # Immediate: there is nothing to save.
        "$bin/pg_ctl" -D "$folder/data" -m immediate -s stop || true
    fi
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

fail() {
    cat "$folder/log" >&2
    exit 1
}

"$bin/initdb" -D "$folder/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 \
    --no-sync --no-instructions >"$folder/log" 2>&1 || fail

# Durability is off for tests, because the data never outlives them; tests about durability use the real binary on SQLite.
# The benchmark asks for it: its defaults are those of PostgreSQL.
settings="-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
if [ "$durable" = durable ]; then
    settings=
fi
"$bin/pg_ctl" -D "$folder/data" -w -s -l "$folder/log" -o "-p $port \
    -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    $settings -c max_connections=300" start >/dev/null 2>&1 || fail

echo ready
read -r _ || true
