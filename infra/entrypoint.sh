#!/bin/sh
# On Lambda the word is a handler, anywhere else the words are those of the command line.
set -eu
if [ -n "${AWS_LAMBDA_RUNTIME_API:-}" ]; then
  exec python -m awslambdaric "$@"
fi
exec cinelake "$@"
