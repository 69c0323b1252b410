import { shellWord } from '../../src/platform/program.ts'
import type { TestImage } from '../image.ts'
import type { Programs } from '../bundle.ts'
import type { TagTask, Task } from '../programs/tasks.ts'
import type { Servers } from '../servers.ts'

/** One image and the tags it is to get. */
export interface Tagging {
  readonly image: TestImage
  readonly tags: readonly string[]
}

/** A way to give images further tags. */
export interface Tagger {
  readonly name: string
  /** What becomes of the digest under the new tags. */
  readonly digest: 'unchanged' | 'another'
  /** The one process that tags everything, however many it starts itself. */
  readonly command: (work: readonly Tagging[]) => [string, ...string[]]
  /**
   * True for a way that fails now and then through no fault of its own, and is run again until it works: it
   * reads the manifest while it writes it under other tags, which distribution cannot always answer (500).
   */
  readonly mayFail?: boolean
  /** True for a way through the docker daemon, which must not have the images already. */
  readonly needsEmptyDaemon?: boolean
}

/** The ways that are measured. */
export interface Taggers {
  readonly ours: Tagger
  readonly bare: Tagger
  readonly crane: Tagger
  readonly craneAtOnce: Tagger
  readonly craneTwice: Tagger
  readonly oras: Tagger
  readonly skopeo: Tagger
  readonly imagetools: Tagger
  readonly imagetoolsKept: Tagger
  readonly docker: Tagger
}

const reference = ({ image, digest }: TestImage): string => `${image}@${digest}`

/** Makes the ways; only those of node need a program of ours. */
export function createTaggers({ peers }: Servers, programs: Programs): Taggers {
  const crane = [peers.crane, 'tag', '--insecure']
  const skopeo = [peers.skopeo, 'copy', '--quiet', '--all', '--preserve-digests']
  const unencrypted = ['--src-tls-verify=false', '--dest-tls-verify=false']
  const imagetools = ['docker', 'buildx', 'imagetools', 'create', '--progress=quiet']
  const eachTag = (work: readonly Tagging[], command: (image: TestImage, tag: string) => string[]) =>
    work.flatMap(({ image, tags }) => tags.map((tag) => command(image, tag)))
  const craneAll = (work: readonly Tagging[]): string[][] =>
    eachTag(work, (image, tag) => [...crane, reference(image), tag])
  const names = ({ image, tags }: Tagging): string[] =>
    tags.flatMap((tag) => ['--tag', `${image.image}:${tag}`])
  return {
    ours: {
      name: 'build-once, each tag read again',
      digest: 'unchanged',
      command: (work) => {
        const task: Task = { verb: 'tag', images: tasksOf(work) }
        return [process.execPath, programs.ours, JSON.stringify(task)]
      },
    },
    bare: {
      name: 'a script of node: the same requests, no check',
      digest: 'unchanged',
      command: (work) => [process.execPath, programs.bare, JSON.stringify(tasksOf(work))],
    },
    crane: { name: 'crane tag', digest: 'unchanged', command: (work) => inTurn(craneAll(work)) },
    craneAtOnce: {
      name: 'crane tag, 8 processes at a time',
      digest: 'unchanged',
      command: (work) => atOnce(craneAll(work), 8),
    },
    craneTwice: {
      name: 'crane tag and crane digest',
      digest: 'unchanged',
      command: (work) =>
        inTurn([
          ...craneAll(work),
          ...eachTag(work, ({ image }, tag) => [peers.crane, 'digest', '--insecure', `${image}:${tag}`]),
        ]),
    },
    oras: {
      name: 'oras tag',
      digest: 'unchanged',
      command: (work) =>
        inTurn(work.map(({ image, tags }) => [peers.oras, 'tag', '--plain-http', reference(image), ...tags])),
    },
    skopeo: {
      name: 'skopeo copy --all --preserve-digests',
      digest: 'unchanged',
      command: (work) =>
        inTurn(
          eachTag(work, (image, tag) => [
            ...[...skopeo, ...unencrypted, `docker://${reference(image)}`],
            `docker://${image.image}:${tag}`,
          ]),
        ),
    },
    imagetools: {
      name: 'docker buildx imagetools create',
      digest: 'another',
      mayFail: true,
      command: (work) => inTurn(work.map((one) => [...imagetools, ...names(one), reference(one.image)])),
    },
    imagetoolsKept: {
      name: 'docker buildx imagetools create --prefer-index=false',
      digest: 'unchanged',
      mayFail: true,
      command: (work) =>
        inTurn(
          work.map((one) => [...imagetools, '--prefer-index=false', ...names(one), reference(one.image)]),
        ),
    },
    docker: {
      name: 'docker pull, tag and push',
      digest: 'another',
      needsEmptyDaemon: true,
      command: (work) => inTurn(work.flatMap(pullTagPush)),
    },
  }
}

function tasksOf(work: readonly Tagging[]): readonly TagTask[] {
  return work.map(({ image: { image, tag }, tags }) => ({ image, from: tag, tags }))
}

/** Pulled by digest, so that pushing all tags of the repository pushes the new ones only. */
function pullTagPush({ image, tags }: Tagging): string[][] {
  return [
    ['docker', 'pull', '--quiet', reference(image)],
    ...tags.map((tag) => ['docker', 'tag', reference(image), `${image.image}:${tag}`]),
    ['docker', 'push', '--quiet', '--all-tags', image.image],
  ]
}

/** One command as it is; several one after another in a shell, the first failure ends them. */
export function inTurn(commands: readonly (readonly string[])[]): [string, ...string[]] {
  const [first, ...rest] = commands
  const [program, ...args] = first ?? []
  if (program === undefined) throw new Error('there is nothing to run')
  if (rest.length === 0) return [program, ...args]
  return ['bash', '-ec', commands.map(lineOf).join('\n')]
}

/** Several commands in a shell, so many at a time; a failure of any is one of the whole. */
export function atOnce(commands: readonly (readonly string[])[], limit: number): [string, ...string[]] {
  return [
    'bash',
    '-ec',
    `printf '%s\\0' "$@" | xargs -0 -n 1 -P ${limit} bash -c`,
    'bash',
    ...commands.map(lineOf),
  ]
}

function lineOf(command: readonly string[]): string {
  return command.map(shellWord).join(' ')
}
