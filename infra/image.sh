#!/usr/bin/env bash
# Build the image cinelake:latest: infra/image.sh, or `make image`
#
# Environment: IMAGE (default cinelake:latest), PLATFORM (default: of the engine; linux/arm64 for the functions).
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v docker >/dev/null; then
  printf 'error: the command docker was not found\n  hint: install Docker, or run cinelake from .venv\n' >&2
  exit 2
fi
if ! docker info >/dev/null 2>&1; then
  printf 'error: no Docker engine answers\n  hint: start the engine, or set DOCKER_HOST\n' >&2
  exit 5
fi

platform=()
[ -n "${PLATFORM:-}" ] && platform=(--platform "$PLATFORM")
docker build ${platform[@]+"${platform[@]}"} --file infra/Dockerfile --tag "${IMAGE:-cinelake:latest}" .
