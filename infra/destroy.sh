#!/usr/bin/env bash
# Takes the stack down and keeps the lake: infra/destroy.sh, or `make destroy`
#
# From the environment: STACK (cinelake), REGION (that of the AWS profile), YES=1 (do not ask).
set -euo pipefail
cd "$(dirname "$0")/.."

stack=${STACK:-cinelake}
export SAM_CLI_TELEMETRY=0
if [ -n "${REGION:-}" ]; then
  export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION
fi
if ! command -v sam >/dev/null; then
  echo "destroy: there is no sam command; expected the AWS SAM CLI; make setup installs it into .venv" >&2
  exit 2
fi

# A stack whose deployment failed has no outputs, and is taken down all the same.
outputs=$(sam list stack-outputs --stack-name "$stack" --output json 2>/dev/null || true)
lake=$(grep -o 's3://[a-z0-9.-]*' <<<"$outputs" | head -n 1 || true)

answers=()
[ "${YES:-}" = 1 ] && answers=(--no-prompts)
sam delete --stack-name "$stack" ${answers[@]+"${answers[@]}"}

[ -n "$lake" ] || exit 0
cat <<TEXT

The lake is kept: $lake, with all that is in it, and its rules of expiry.
To remove it too, open the bucket in the S3 console, choose Empty (former versions go as well), then Delete.
TEXT
