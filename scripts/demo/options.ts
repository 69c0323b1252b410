import { parseArgs } from 'node:util'
import { UsageError } from '../../sandbox/command-line.ts'

/** How the demo builds and where it pushes. */
export interface DemoOptions {
  readonly engine: 'layers' | 'docker'
  /** `host:port` of a registry that is there already; without it the demo starts its own. */
  readonly registry: string | undefined
  /** Base image for the Dockerfile of the example. */
  readonly base: string | undefined
  /** Where everything goes; without it `.demo` in the checkout. */
  readonly folder: string | undefined
}

/** The text of `--help`. */
export const USAGE = `usage: npm run demo -- [options]

Shows build-once from end to end: one build, a re-run that reuses it, the same digest in staging and then in
production, a rollback, and six attempts to do it otherwise, all refused. GitHub's API, the registry and the
service for artifacts are the demo's own. Needs Node and npm, nothing more.

  --engine layers|docker   What builds and runs the image. layers (default) needs no daemon; docker needs a
                           docker client and daemon.
  --registry HOST:PORT     Push to this registry, which must take pushes without a login. Default: one that
                           the demo starts for itself. Plain HTTP is spoken to loopback addresses only.
  --base IMAGE             With --engine docker: the base image of the example's Dockerfile.
  --folder DIR             Where the repository, the registry's data, logs, job summaries (as pages to open) and
                           records go. Default: .demo
  --help                   This text.`

/** Reads the command line; undefined asks for the help text. */
export function parseOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: 'layers' },
      registry: { type: 'string' },
      base: { type: 'string' },
      folder: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { engine, registry, base, folder } = values
  if (engine !== 'layers' && engine !== 'docker')
    throw new UsageError(`--engine: the demo knows layers and docker, got "${engine}"`)
  if (registry !== undefined && !/^(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?$/.test(registry))
    throw new UsageError(`--registry: expected HOST:PORT without a scheme or a path, got "${registry}"`)
  if (base !== undefined && engine !== 'docker') throw new UsageError('--base needs --engine docker')
  for (const [name, value] of Object.entries({ base, folder }))
    if (value === '') throw new UsageError(`--${name}: expected a value`)
  return { engine, registry, base, folder }
}
