#!/usr/bin/env bash
# Builds the last commit twice, in two clean folders of different names, and compares what comes out byte for byte: the
# program (dist), the package of npm and the package of the chart. What is installed is the same for both, by the lock file.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '%s\n' "reproduce: $*"; }
modules=$(pwd)/node_modules
[ -d "$modules" ] || { say 'run "npm ci" first' >&2; exit 1; }
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# npm packs the rights of files as they are; those of git's are the same everywhere with this.
umask 022

build() { # FOLDER
  mkdir -p "$1/out"
  (
    mkdir "$1/source"
    git archive HEAD | tar --extract --directory "$1/source"
    cd "$1/source"
    ln -s "$modules" node_modules
    npm run build --silent
    npm pack --ignore-scripts --silent --pack-destination "$1/out" >/dev/null
    bash scripts/package-chart.sh "$1/out" >/dev/null
  )
}
say "two builds of $(git rev-parse --short HEAD), SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH"
build "$root/first"
build "$root/the-second-one"
diff --recursive "$root/first/source/dist" "$root/the-second-one/source/dist" || { say 'dist differs' >&2; exit 1; }
for file in "$root"/first/out/*; do
  name=$(basename "$file")
  cmp "$file" "$root/the-second-one/out/$name" || { say "$name differs" >&2; exit 1; }
  say "$(sha256sum "$file" | cut -d' ' -f1)  $name"
done
say "dist has $(find "$root/first/source/dist" -type f | wc -l) files, and they are equal"
