#!/usr/bin/env bash
# Build the package of the functions: infra/package.sh FOLDER [ARCHITECTURE [PYTHON]]
#
# ARCHITECTURE is aarch64 (default) or x86_64; PYTHON is 3.13 (default) or another version that the lock covers. The variable
# LOCK is requirements.lock (default) or build.lock, which includes the query engine. Libraries are downloaded once for each
# lock and kept in build/; cinelake itself is copied each time.
set -euo pipefail

folder=${1:?usage: infra/package.sh FOLDER [ARCHITECTURE [PYTHON]]}
architecture=${2:-aarch64}
version=${3:-3.13}

here=$(cd "$(dirname "$0")" && pwd)
source=$here/../src/cinelake
if [ ! -d "$source" ]; then
  printf 'error: src/cinelake was not found beside %s\n  hint: run `sam build --build-in-source` inside a clone\n' "$here" >&2
  exit 2
fi
python=$here/../.venv/bin/python
[ -x "$python" ] || python=python3

# A function cannot store compiled code, so it would compile everything at each cold start: 0.2 s more, on a whole core.
# Only the version of Python that runs the package can compile it beforehand. The compiled paths are those on Lambda.
compiler=
for candidate in "python$version" "$python"; do
  if [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$version" ]; then
    compiler=$candidate
    break
  fi
done
[ -n "$compiler" ] || echo "warning: python$version was not found, so the package is not compiled and the functions start more slowly" >&2
compile() {
  [ -z "$compiler" ] || "$compiler" -m compileall -q --invalidation-mode unchecked-hash -s "$2" -p /var/task "$1"
}

lock=$here/${LOCK:-requirements.lock}
key=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:12])' "$lock")
libraries=$here/../build/libraries-$architecture-$version-$key${compiler:+-compiled}

if [ ! -d "$libraries" ]; then
  # The functions run on Amazon Linux 2023 with glibc 2.34, which accepts wheels for 2.34 and older.
  platforms=()
  for minor in $(seq 34 -1 17); do
    platforms+=(--platform "manylinux_2_${minor}_$architecture")
  done
  mkdir -p "$here/../build"
  fresh=$(mktemp -d "$libraries.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  "$python" -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --no-compile \
    "${platforms[@]}" --implementation cp --python-version "$version" --target "$fresh" --requirement "$lock"
  # A function needs no type stubs, C sources, tests or commands.
  rm -rf "${fresh:?}/bin"
  find "$fresh" \( -name tests -o -name test -o -name __pycache__ \) -type d -prune -exec rm -rf {} +
  find "$fresh" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete
  compile "$fresh" "$fresh"
  chmod 755 "$fresh"
  # One atomic rename; another build may have been faster.
  "$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$fresh" "$libraries" 2>/dev/null || [ -d "$libraries" ]
fi

mkdir -p "$folder"
cp -Rp "$libraries/." "$folder/"
cp -Rp "$source" "$folder/"
find "$folder/cinelake" -name __pycache__ -type d -prune -exec rm -rf {} +
compile "$folder/cinelake" "$folder"
