#!/usr/bin/env bash
# Packs the Helm chart as `helm package` does, but so that the same source makes the same bytes: files in order, one time for
# all, no owner, no umask. The time is SOURCE_DATE_EPOCH, else that of the last commit. Needs GNU tar and gzip.
#   package-chart.sh FOLDER   prints the path of the package
set -euo pipefail
out=$(cd "${1:?name the folder that the package goes to}" && pwd)
cd "$(dirname "$0")/.."
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
[[ $epoch =~ ^[0-9]+$ ]] || { echo "SOURCE_DATE_EPOCH is \"$epoch\": write seconds since 1970." >&2; exit 1; }
chart=deploy/helm/idle-enforcer
version=$(sed -n 's/^version: //p' "$chart/Chart.yaml")
package=$out/idle-enforcer-$version.tgz
tar --create --format=ustar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode='u=rw,go=r,a+X' \
  --exclude-from="$chart/.helmignore" --directory "$(dirname "$chart")" "$(basename "$chart")" |
  gzip --no-name --best >"$package"
printf '%s\n' "$package"
