#!/usr/bin/env bash
# Delete the stack and keep the lake: infra/destroy.sh, or `make destroy`
#
# Environment: STACK (default cinelake), REGION (default: of the AWS profile), YES=1 (do not ask).
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

# A stack whose deployment failed has no outputs, and is deleted all the same.
outputs=$(sam list stack-outputs --stack-name "$stack" --output json 2>/dev/null || true)
lake=$(grep -o 's3://[a-z0-9.-]*' <<<"$outputs" | head -n 1 || true)

answers=()
[ "${YES:-}" = 1 ] && answers=(--no-prompts)
sam delete --stack-name "$stack" ${answers[@]+"${answers[@]}"}

[ -n "$lake" ] || exit 0
cat <<TEXT

The lake is kept: $lake, with all its content and its lifecycle rules.
To delete it too, open the bucket in the S3 console, choose Empty (which includes noncurrent versions), then Delete.
TEXT
