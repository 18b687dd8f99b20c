#!/usr/bin/env bash
# Makes the package of the functions: infra/package.sh FOLDER [ARCHITECTURE [PYTHON]]
#
# ARCHITECTURE is aarch64 (default) or x86_64; PYTHON is 3.13 (default) or any other that the lock covers. LOCK, from the
# environment, is requirements.lock (default) or build.lock, which has the query engine. The libraries are fetched once for
# each lock and kept in build/; cinelake itself is copied anew each time.
set -euo pipefail

folder=${1:?usage: infra/package.sh FOLDER [ARCHITECTURE [PYTHON]]}
architecture=${2:-aarch64}
version=${3:-3.13}

here=$(cd "$(dirname "$0")" && pwd)
source=$here/../src/cinelake
if [ ! -d "$source" ]; then
  echo "package: ../src/cinelake is not beside $here; expected infra/ inside a clone; use sam build --build-in-source" >&2
  exit 2
fi
python=$here/../.venv/bin/python
[ -x "$python" ] || python=python3

# A function cannot keep what it compiles, so it would compile everything at each cold start: 0.2 s more, on a whole core.
# Only the interpreter that will run the package can do it beforehand. The paths in what is compiled are those on Lambda.
compiler=
for candidate in "python$version" "$python"; do
  if [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$version" ]; then
    compiler=$candidate
    break
  fi
done
[ -n "$compiler" ] || echo "package: no python$version is here to compile with: the functions will start more slowly" >&2
compile() {
  [ -z "$compiler" ] || "$compiler" -m compileall -q --invalidation-mode unchecked-hash -s "$2" -p /var/task "$1"
}

lock=$here/${LOCK:-requirements.lock}
key=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:12])' "$lock")
libraries=$here/../build/libraries-$architecture-$version-$key${compiler:+-compiled}

if [ ! -d "$libraries" ]; then
  # The functions' system (Amazon Linux 2023) has glibc 2.34: it takes wheels made for that one and for older ones.
  platforms=()
  for minor in $(seq 34 -1 17); do
    platforms+=(--platform "manylinux_2_${minor}_$architecture")
  done
  mkdir -p "$here/../build"
  fresh=$(mktemp -d "$libraries.XXXXXX")
  trap 'rm -rf "$fresh"' EXIT
  "$python" -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --no-compile \
    "${platforms[@]}" --implementation cp --python-version "$version" --target "$fresh" --requirement "$lock"
  # Types, sources of what is compiled already, tests and commands are of no use to a function.
  rm -rf "${fresh:?}/bin"
  find "$fresh" \( -name tests -o -name test -o -name __pycache__ \) -type d -prune -exec rm -rf {} +
  find "$fresh" -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete
  compile "$fresh" "$fresh"
  chmod 755 "$fresh"
  # Whole or not at all; another build may have been faster.
  "$python" -c 'import os, sys; os.rename(*sys.argv[1:])' "$fresh" "$libraries" 2>/dev/null || [ -d "$libraries" ]
fi

mkdir -p "$folder"
cp -Rp "$libraries/." "$folder/"
cp -Rp "$source" "$folder/"
find "$folder/cinelake" -name __pycache__ -type d -prune -exec rm -rf {} +
compile "$folder/cinelake" "$folder"
