#!/usr/bin/env bash
# The images that a run of the pipeline stands on, by digest: a tag is resolved once, so that what was checked is what is
# built and what is released. One that is named by digest already is taken as it is.
#   base-images.sh            prints NAME=IMAGE@DIGEST, one a line; needs docker with buildx
#   base-images.sh --pinned   fails unless the Dockerfile names its base by digest, as a release must
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { printf '%s\n' "$*" >&2; exit 1; }

base=$(sed -n 's/^ARG NODE_IMAGE=//p' Dockerfile)
[[ $base =~ ^node:[0-9.]+-slim(@sha256:[0-9a-f]{64})?$ ]] || fail "Dockerfile: NODE_IMAGE is \"$base\", which is no image of Node.js."

if [ "${1:-}" = --pinned ]; then
  [[ $base == *@sha256:* ]] || fail "Dockerfile: NODE_IMAGE is $base, and a tag may stand for another image tomorrow. A release" \
    "names its base by digest: write ARG NODE_IMAGE=$base@sha256:… with what the summary of the last run shows, or" \
    "docker buildx imagetools inspect $base."
  exit 0
fi

resolve() { # NAME IMAGE
  local image=$2 digest
  if [[ $image != *@sha256:* ]]; then
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}') || fail "$image: no registry tells its digest."
    [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "$image: \"$digest\" is no digest."
    image="$image@$digest"
  fi
  printf '%s=%s\n' "$1" "$image"
}
resolve node "$base"
# What the checks run in: Debian, for its Chromium.
resolve check24 node:24-bookworm
resolve check26 node:26-bookworm
