import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Absolute paths of the real tools that `scripts/peers/install.sh` provides. */
export interface Peers {
  /** A current docker client; finds the buildx plugin through `cliPlugins`. */
  readonly docker: string
  /** The folder with the docker-buildx plugin, for `cliPluginsExtraDirs` of a docker config. */
  readonly cliPlugins: string
  /** Debian's docker 20.10 client, as `docker` in a folder of its own. */
  readonly dockerWithoutBuildx: string
  /** Debian's dockerd 20.10. */
  readonly dockerd: string
  /** A current dockerd, with its own containerd beside it: has the containerd image store. */
  readonly dockerdCurrent: string
  readonly buildkitd: string
  readonly dockerRegistry: string
  /** CNCF distribution v3, which takes docker-registry's configuration. */
  readonly distribution: string
  /** A registry with the referrers API. */
  readonly olareg: string
  /** The distribution-spec's conformance suite; configured by `OCI_…` variables. */
  readonly ociConformance: string
  readonly htpasswd: string
  readonly skopeo: string
  readonly buildah: string
  readonly umoci: string
  /** Statically linked: the one file an image from scratch needs to run. */
  readonly busybox: string
  readonly git: string
  readonly crane: string
  readonly oras: string
  /**
   * cosign 3. Against a loopback registry and with no network, this is what works:
   * - `sign --key K --yes --use-signing-config=false --tlog-upload=false IMAGE@DIGEST`. Without the first flag
   *   it fetches a signing config, without the second it uploads to the transparency log; both fail offline.
   *   (`--tlog-upload` is deprecated in favour of a `--signing-config` file without log services, which also
   *   works, but first tries to fetch a trusted root and only warns when it cannot.)
   * - `verify --key K.pub --insecure-ignore-tlog=true …`; without the flag it fetches a trusted root and fails.
   * - `attest` / `verify-attestation` with the same flags; `tree` with none.
   * - `COSIGN_PASSWORD` must be set, or it asks on the terminal.
   * It writes sigstore bundles as OCI 1.1 referrers, on registries without the referrers API under the tag
   * `sha256-HEX` (an index); not `sha256-HEX.sig`, which `triangulate` (deprecated) still prints.
   */
  readonly cosign: string
  readonly actionlint: string
  /** Runs workflows on this machine: in host mode, without a container. */
  readonly act: string
  /** GNU time: how much memory a process held. */
  readonly time: string
}

const PLACES: Record<keyof Peers, string> = {
  docker: 'bin/docker',
  cliPlugins: 'cli-plugins',
  dockerWithoutBuildx: 'without-buildx/docker',
  dockerd: '/usr/sbin/dockerd',
  dockerdCurrent: 'current/dockerd',
  buildkitd: 'bin/buildkitd',
  dockerRegistry: '/usr/bin/docker-registry',
  distribution: 'bin/distribution',
  olareg: 'bin/olareg',
  ociConformance: 'bin/oci-conformance',
  htpasswd: '/usr/bin/htpasswd',
  skopeo: '/usr/bin/skopeo',
  buildah: '/usr/bin/buildah',
  umoci: '/usr/bin/umoci',
  busybox: '/usr/bin/busybox',
  git: '/usr/bin/git',
  crane: 'bin/crane',
  oras: 'bin/oras',
  cosign: 'bin/cosign',
  actionlint: 'bin/actionlint',
  act: 'bin/act',
  time: '/usr/bin/time',
}

/** Finds every real tool, or fails naming all that are missing: a peer test is never skipped. */
export async function findPeers(environment: NodeJS.ProcessEnv = process.env): Promise<Peers> {
  const folder = environment['BUILD_ONCE_PEERS'] || join(homedir(), '.cache', 'build-once', 'peers')
  const absolute = (place: string): string => (place.startsWith('/') ? place : join(folder, place))
  const missing: string[] = []
  const find = async (place: string): Promise<string> => {
    const path = absolute(place)
    await access(path, constants.X_OK).catch(() => missing.push(path))
    return path
  }
  const found = await Promise.all(
    Object.entries(PLACES).map(async ([name, place]) => [name, await find(place)] as const),
  )
  if (missing.length > 0) {
    throw new Error(`missing ${missing.join(', ')} · run scripts/peers/install.sh`)
  }
  return Object.fromEntries(found) as unknown as Peers
}
