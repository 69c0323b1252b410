#!/usr/bin/env bash
# Checks every workflow of ours, and every file in the examples that is one by its content.
#
#   scripts/check-workflows.sh ACTIONLINT [OPTION…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The examples are checked where users put them, in a repository of their own: one calls another by its path there.
project="$(mktemp -d)"
trap 'rm -rf "$project"' EXIT
mkdir -p "$project/.git" "$project/.github/workflows"

mapfile -d '' own < <(git grep -lzE '^jobs:' -- '.github/workflows/*.y*ml')
mapfile -d '' examples < <(git grep -lzE '^jobs:' -- 'examples/*.y*ml')
if ((${#own[@]} == 0 || ${#examples[@]} == 0)); then
  echo 'no workflow found'
  exit 1
fi
printf '%s\n' "${own[@]}" "${examples[@]}"
for example in "${examples[@]}"; do
  cp --no-clobber "$example" "$project/.github/workflows/"
  cmp "$example" "$project/.github/workflows/${example##*/}"
done

result=0
"$@" "${own[@]}" || result=1
(cd "$project" && "$@" .github/workflows/*) || result=1
exit "$result"
