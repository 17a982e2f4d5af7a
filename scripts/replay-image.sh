#!/usr/bin/env bash
# Replays the Dockerfile without Docker: its steps, read from the file itself, in an empty directory; then starts the
# program as the image would, against the sandbox; asks its probes and sends it SIGTERM. Fails with the first thing wrong.
# `node` must be of the image's version. With root rights the program really is the first process of a namespace with a
# read-only root, and runs as the image's user.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$(mktemp -d)
chmod 755 "$root"
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$root"
}
trap finish EXIT
say() { printf '%s\n' "replay: $*"; }
fail() { say "$*" >&2; exit 1; }

# --- The steps -------------------------------------------------------------------------------------------------------

# The context is what .dockerignore lets through, as far as it is committed or new here.
mkdir -p "$root/context"
grep '^!' .dockerignore | cut -c2- | while read -r path; do cp -r --parents "$path" "$root/context"; done

stage=''
base=''
workdir=/
env_lines=()
entrypoint='' command='' user='' health=''
copy() { # [--from=STAGE] SOURCE… TARGET
  local source="$root/context"
  case $1 in --from=*) source="$root/stages/${1#--from=}"; shift ;; esac
  local target="${*: -1}" paths=("${@:1:$#-1}")
  case $target in /*) ;; *) target="${workdir%/}/${target#./}" ;; esac
  if [ ${#paths[@]} -gt 1 ] || [ "${target: -1}" = / ]; then
    mkdir -p "$stage$target"
    for path in "${paths[@]}"; do cp -r "$source/$path" "$stage$target/"; done
  else
    mkdir -p "$stage$(dirname "$target")"
    cp -rT "$source/${paths[0]}" "$stage$target"
  fi
}
step() {
  local name=$1 rest=$2
  case $name in
    ARG) base=${rest#NODE_IMAGE=} ;;
    FROM)
      rest=${rest//'${NODE_IMAGE}'/$base}
      case $rest in *' AS '*) stage="$root/stages/${rest##* AS }" ;; *) stage="$root/image" ;; esac
      wanted=${rest#*node:} wanted=${wanted%%-*}
      [ "$(node -p process.versions.node)" = "$wanted" ] ||
        say "this is Node $(node -p process.versions.node), the image has $wanted"
      mkdir -p "$stage" && workdir=/ ;;
    WORKDIR) workdir=$rest && mkdir -p "$stage$workdir" ;;
    COPY) read -ra words <<<"$rest" && copy "${words[@]}" ;;
    RUN)
      # What the last stage runs changes the base image, which is not here.
      case $stage in */image) return ;; esac
      say "RUN $rest"
      (cd "$stage$workdir" && bash -euc "$rest") >"$root/log" 2>&1 || { cat "$root/log" >&2; fail "failed: $rest"; } ;;
    ENV) for pair in $rest; do env_lines+=("$(sed -E "s|=/|=$stage/|" <<<"$pair")"); done ;;
    VOLUME) mkdir -p "$stage$rest" ;;
    USER) user=$rest ;;
    HEALTHCHECK) health=$(sed -E 's/.*CMD //' <<<"$rest") ;;
    ENTRYPOINT) entrypoint=$rest ;;
    CMD) command=$rest ;;
  esac
}
while read -r name rest; do step "$name" "$rest"; done < <(
  sed -E ':a; /\\$/ { N; s/[[:space:]]*\\\n[[:space:]]*/ /; ba }; /^[[:space:]]*(#|$)/d' Dockerfile)
image="$root/image"
[ ! -e "$image/app/node_modules/typescript" ] || fail 'the image has what only building needs'
[ -z "$(find "$image/app/dist" -name '*.ts')" ] || fail 'the image has sources'
[ -z "$(find "$image/app/node_modules" -name '*.node')" ] || fail 'the image has parts for one kind of processor only'
say "the program and its packages take $(du -sm "$image/app" | cut -f1) MB"

# --- The program -----------------------------------------------------------------------------------------------------

list() { node -p 'JSON.parse(process.argv[1]).join("\n")' "$1"; }
mapfile -t start < <(list "$entrypoint"; list "$command")
# Paths of the image, not flags and not words, are below its directory here.
for i in "${!start[@]}"; do case ${start[i]} in /*) program_file="$image${start[i]}" && start[i]=$program_file ;; esac; done
mapfile -t ask < <(list "$health")
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
ask=("${ask[@]//:8080/:$port}")

node "$program_file" sandbox --agents 40 >"$root/sandbox" &
pids+=($!)
for _ in $(seq 100); do grep -q 'Ctrl+C' "$root/sandbox" && break; sleep 0.1; done
mkdir -p "$image/config"
{
  echo 'version: 1'
  sed -n '/^genesys:/,/^$/p' "$root/sandbox"
  echo "profiles: [{ name: all, rules: [{ id: gone, when: { routing: [off_queue] }, limit: 1h }] }]"
  echo "server: { port: $port }"
} >"$image/config/idle-enforcer.yaml"

node=$(command -v node)
launch=(env -i "PATH=$(dirname "$node")" "${env_lines[@]}")
if [ "$(id -u)" = 0 ] && unshare --mount --pid --fork --mount-proc true 2>/dev/null; then
  say 'as the first process, with a read-only root'
  chown -R "$user" "$image/data"
  # shellcheck disable=SC2016
  isolated=(unshare --mount --pid --fork --kill-child=KILL --mount-proc bash -euc '
    mount --bind "$0" "$0"; mount --bind / /; mount -o remount,ro,bind /
    ! touch "$1" 2>/dev/null || { echo "the root is not read-only" >&2; exit 1; }
    cd "$2"; id=$3; shift 3
    exec setpriv --reuid "${id%:*}" --regid "${id#*:}" --clear-groups --inh-caps=-all -- "$@"' \
    "$image/data" "$image/app/probe" "$image$workdir" "$user")
  "${isolated[@]}" "${launch[@]}" "${start[@]}" >"$root/out" 2>&1 &
  pids+=($!)
  unshare_pid=$!
  program() { tr -d ' ' <"/proc/$unshare_pid/task/$unshare_pid/children"; }
else
  say 'as an ordinary process'
  (cd "$image$workdir" && exec "${launch[@]}" "${start[@]}") >"$root/out" 2>&1 &
  pids+=($!)
  unshare_pid=$!
  program() { echo "$unshare_pid"; }
fi
get() { node -e 'fetch(process.argv[1]).then(async (r) => { console.log(r.status, (await r.text()).trim()); }, () => process.exit(1))' "http://127.0.0.1:$port$1"; }
for _ in $(seq 150); do
  case $(get /readyz || true) in 200*) break ;; esac
  sleep 0.1
done
"${ask[@]}" || { cat "$root/out" >&2; fail 'the health check fails'; }
say "/healthz: $(get /healthz)"
say "/readyz: $(get /readyz)"
case $(get /readyz) in 200*) ;; *) cat "$root/out" >&2; fail 'no complete sweep within 15 s' ;; esac
[ -s "$image/data/idle-enforcer.db" ] || fail 'the store is not on the volume'
[ "$(find "$image" -newer "$root/sandbox" -type f -not -path "$image/data/*" -not -path "$image/config/*" | wc -l)" = 0 ] ||
  fail 'the program wrote beside its volume'

begun=$(date +%s)
kill -TERM "$(program)"
code=0
wait "$unshare_pid" || code=$?
[ "$code" = 143 ] || { cat "$root/out" >&2; fail "after SIGTERM it ended with $code instead of 143"; }
say "SIGTERM: gone with 143 after $(($(date +%s) - begun)) s"
grep -q '"the idle enforcer has stopped"' "$root/out" || fail 'it did not close its store'
! grep -q 'sandbox-secret' "$root/out" || fail 'the log holds the secret'
say 'all is well'
