#!/usr/bin/env bash
# Builds the image cinelake:latest: infra/image.sh, or `make image`
#
# From the environment: IMAGE (cinelake:latest), PLATFORM (that of the engine; linux/arm64 for the template's functions).
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v docker >/dev/null; then
  echo "image: there is no docker command; expected Docker or what stands in for it; install it, or run cinelake from .venv" >&2
  exit 2
fi
if ! docker info >/dev/null 2>&1; then
  echo "image: docker is here, but no engine answers it; expected a running one; start it, or set DOCKER_HOST" >&2
  exit 5
fi

platform=()
[ -n "${PLATFORM:-}" ] && platform=(--platform "$PLATFORM")
docker build ${platform[@]+"${platform[@]}"} --file infra/Dockerfile --tag "${IMAGE:-cinelake:latest}" .
