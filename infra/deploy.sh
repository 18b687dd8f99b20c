#!/usr/bin/env bash
# Build, deploy, and store the token in its secret: infra/deploy.sh, or `make deploy`
#
# Environment: STACK (default cinelake), REGION (default: of the AWS profile), PARAMETERS ("Email=me@example.org Rate=20").
# The token comes from TMDB_TOKEN or .env, and is sent once, in the body of the request that stores it.
set -euo pipefail
cd "$(dirname "$0")/.."

stack=${STACK:-cinelake}
export SAM_CLI_TELEMETRY=0
if [ -n "${REGION:-}" ]; then
  export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION
fi
if ! command -v sam >/dev/null; then
  printf 'error: the command sam was not found\n  hint: run `make setup`, which installs the AWS SAM CLI into .venv\n' >&2
  exit 2
fi

overrides=()
if [ -n "${PARAMETERS:-}" ]; then
  read -ra words <<<"$PARAMETERS"
  overrides=(--parameter-overrides "${words[@]}")
fi

sam build --template-file infra/template.yaml
sam deploy --template-file .aws-sam/build/template.yaml --config-file "$PWD/infra/samconfig.toml" \
  --stack-name "$stack" ${overrides[@]+"${overrides[@]}"}
python infra/put_token.py "$stack"
python infra/put_code.py "$stack"
