#!/usr/bin/env bash
# Builds, deploys and hands the token over: infra/deploy.sh, or `make deploy`
#
# From the environment: STACK (cinelake), REGION (that of the AWS profile), PARAMETERS ("Email=me@example.org Rate=20").
# The token comes from TMDB_TOKEN or .env. It goes into its secret in the body of one request, and nowhere else.
set -euo pipefail
cd "$(dirname "$0")/.."

stack=${STACK:-cinelake}
export SAM_CLI_TELEMETRY=0
if [ -n "${REGION:-}" ]; then
  export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION
fi
if ! command -v sam >/dev/null; then
  echo "deploy: there is no sam command; expected the AWS SAM CLI; make setup installs it into .venv" >&2
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
