import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import type { Programs } from '../bundle.ts'
import type { TestImage } from '../image.ts'
import type { Case } from '../measure.ts'
import { type ProcessRun, runMeasured } from '../process.ts'
import type { Task } from '../programs/tasks.ts'
import { expectBlobs, expectDigest, readManifest } from '../registry.ts'
import type { Servers } from '../servers.ts'

/** A way to copy an image to another registry. */
export interface Copyist {
  readonly name: string
  /** From a reference with a digest to one with a tag. */
  readonly command: (from: string, to: string) => [string, ...string[]]
}

/** The ways that are measured. */
export function createCopyists(
  { peers }: Servers,
  programs: Programs,
): { ours: Copyist; crane: Copyist; skopeo: Copyist } {
  const unencrypted = ['--src-tls-verify=false', '--dest-tls-verify=false']
  return {
    ours: {
      name: 'build-once, all that was written read again',
      command: (from, to) => [
        process.execPath,
        programs.ours,
        JSON.stringify({ verb: 'copy', from, to } satisfies Task),
      ],
    },
    crane: { name: 'crane copy', command: (from, to) => [peers.crane, 'copy', '--insecure', from, to] },
    skopeo: {
      name: 'skopeo copy --all --preserve-digests',
      command: (from, to) => [
        ...([peers.skopeo, 'copy', '--quiet', '--all', '--preserve-digests', ...unencrypted] as const),
        ...[`docker://${from}`, `docker://${to}`],
      ],
    },
  }
}

/** What a case of copying is about. */
export interface CopyWork {
  readonly image: TestImage
  /** Where one round takes long. */
  readonly atMost?: number
}

/** To a registry that has just been started and has nothing; every blob is read and hashed afterwards. */
export function coldCase(
  servers: Servers,
  copyist: Copyist,
  work: CopyWork,
  stack: AsyncDisposableStack,
): Case {
  let registry: DockerRegistry | undefined
  const stop = async (): Promise<void> => {
    await registry?.close()
    registry = undefined
  }
  stack.defer(stop)
  return {
    ...described(copyist, work),
    prepare: async () => {
      registry = await startDockerRegistry()
    },
    run: async () => {
      if (registry === undefined) throw new Error('there is no registry to copy to')
      const image = `${registry.host}/bench/copied`
      const run = await copy(servers, copyist, work.image, image)
      await expectBlobs(image, work.image.tag)
      // Stopped here, so that no other case shares the machine with it.
      await stop()
      return run
    },
  }
}

/** To a registry that has the image, under the same tag. */
export function presentCase(servers: Servers, copyist: Copyist, work: CopyWork, host: string): Case {
  const image = `${host}/${copyist.name.replaceAll(/[^a-z]+/g, '-')}/copied`
  let isThere = false
  return {
    ...described(copyist, work),
    prepare: async () => {
      if (!isThere) await copy(servers, copyist, work.image, image)
      isThere = true
    },
    run: async () => copy(servers, copyist, work.image, image),
  }
}

function described({ name }: Copyist, { atMost }: CopyWork) {
  return { name, digest: 'unchanged' as const, ...(atMost === undefined ? {} : { atMost }) }
}

async function copy(
  servers: Servers,
  copyist: Copyist,
  { image, tag, digest }: TestImage,
  to: string,
): Promise<ProcessRun> {
  const run = await runMeasured(copyist.command(`${image}@${digest}`, `${to}:${tag}`), servers)
  expectDigest('the copy', (await readManifest(to, tag)).digest, digest)
  return run
}
