#!/bin/sh
# On Lambda the argument is a handler; elsewhere the arguments are those of the command line.
set -eu
if [ -n "${AWS_LAMBDA_RUNTIME_API:-}" ]; then
  exec python -m awslambdaric "$@"
fi
exec cinelake "$@"
