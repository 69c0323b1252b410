import { type ContextInputs, contextArgument } from './context.ts'
import type { Pair } from '../domain/annotations.ts'
import type { SecretInputs } from './secrets.ts'

type List = readonly string[] | undefined

/** Inputs of the engine `docker`, named as in docker/build-push-action. */
export interface DockerInputs extends ContextInputs, SecretInputs {
  readonly 'add-hosts'?: List
  readonly allow?: List
  readonly annotations?: List
  readonly 'build-args'?: List
  readonly 'build-contexts'?: List
  readonly builder?: string | undefined
  readonly 'cache-from'?: List
  readonly 'cache-to'?: List
  readonly 'cgroup-parent'?: string | undefined
  readonly labels?: readonly Pair[] | undefined
  readonly network?: string | undefined
  readonly 'no-cache'?: boolean | undefined
  readonly 'no-cache-filters'?: List
  readonly platforms?: List
  readonly provenance?: string | undefined
  readonly pull?: boolean | undefined
  readonly sbom?: string | undefined
  readonly 'shm-size'?: string | undefined
  readonly ssh?: List
  readonly target?: string | undefined
  readonly ulimit?: List
}

/** What the engine adds to the inputs. */
export interface BuildxOptions {
  readonly metadataFile: string
  /** Value of `--output`; absent to build without a result. */
  readonly output?: string | undefined
  /** Values of `--secret`. */
  readonly secrets: readonly string[]
  readonly labels: readonly Pair[]
  /** False leaves out caches that would be written to a registry. */
  readonly push: boolean
}

/** One option per value; the value is one argument whatever it holds. */
export function each(option: string, values: List): readonly string[] {
  return (values ?? []).flatMap((value) => [option, value])
}

/** An option with a value, where there is one. */
export function one(option: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [option, value]
}

/** `KEY=value` arguments. */
export function pairs(option: string, values: readonly Pair[]): readonly string[] {
  return values.flatMap(([key, value]) => [option, `${key}=${value}`])
}

function commonArguments(inputs: DockerInputs, labels: readonly Pair[]): readonly string[] {
  const platforms = inputs.platforms ?? []
  return [
    ...each('--add-host', inputs['add-hosts']),
    ...each('--build-arg', inputs['build-args']),
    ...each('--cache-from', inputs['cache-from']),
    ...one('--cgroup-parent', inputs['cgroup-parent']),
    ...one('--file', inputs.file),
    ...pairs('--label', labels),
    ...one('--network', inputs.network),
    ...(inputs['no-cache'] === true ? ['--no-cache'] : []),
    ...(platforms.length === 0 ? [] : ['--platform', platforms.join(',')]),
    ...(inputs.pull === true ? ['--pull'] : []),
    ...one('--shm-size', inputs['shm-size']),
    ...one('--target', inputs.target),
    ...each('--ulimit', inputs.ulimit),
  ]
}

/** True for a cache that is written to a registry: `type=registry`, or a bare reference, which means the same. */
function isRegistryCache(cache: string): boolean {
  const type = /(?:^|,)\s*"?type=(?<type>[^,"]*)/.exec(cache)?.groups?.['type']
  return type === undefined || type === 'registry'
}

/** Arguments of `docker buildx build`. */
export function buildxArguments(inputs: DockerInputs, options: BuildxOptions): readonly string[] {
  const caches = (inputs['cache-to'] ?? []).filter((cache) => options.push || !isRegistryCache(cache))
  return [
    ...['buildx', 'build'],
    ...one('--builder', inputs.builder),
    ...['--metadata-file', options.metadataFile],
    ...one('--output', options.output),
    ...each('--allow', inputs.allow),
    ...each('--annotation', inputs.annotations),
    ...each('--build-context', inputs['build-contexts']),
    ...each('--cache-to', caches),
    ...each('--no-cache-filter', inputs['no-cache-filters']),
    // With "=": whether these two need a value has changed between versions.
    ...(inputs.provenance === undefined ? [] : [`--provenance=${inputs.provenance}`]),
    ...(inputs.sbom === undefined ? [] : [`--sbom=${inputs.sbom}`]),
    ...each('--secret', options.secrets),
    ...each('--ssh', inputs.ssh),
    ...commonArguments(inputs, options.labels),
    contextArgument(inputs.context),
  ]
}

/** Arguments of plain `docker build`. */
export function plainArguments(
  inputs: DockerInputs,
  options: { readonly imageIdFile: string; readonly labels: readonly Pair[] },
): readonly string[] {
  return [
    ...['build', '--iidfile', options.imageIdFile],
    ...commonArguments(inputs, options.labels),
    contextArgument(inputs.context),
  ]
}

const BUILDX_ONLY = [
  'allow',
  'annotations',
  'build-contexts',
  'builder',
  'cache-to',
  'no-cache-filters',
  'provenance',
  'sbom',
  'secrets',
  'secret-files',
  'secret-envs',
  'ssh',
] as const satisfies readonly (keyof DockerInputs)[]

/** The inputs given that plain `docker build` has no way to honour. */
export function inputsNeedingBuildx(inputs: DockerInputs): readonly string[] {
  const given = BUILDX_ONLY.filter((name) => (inputs[name]?.length ?? 0) > 0)
  return [
    ...given,
    ...((inputs['cache-from'] ?? []).some((cache) => cache.includes('=')) ? ['cache-from (type=…)'] : []),
    ...((inputs.platforms?.length ?? 0) > 1 ? ['platforms (more than one)'] : []),
  ]
}
