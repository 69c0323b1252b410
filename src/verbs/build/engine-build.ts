import { EngineError, InputError, VerificationError } from '../../domain/error.ts'
import { bySha256, type Manifest } from '../../domain/manifest.ts'
import { digestReference, formatReference } from '../../domain/reference.ts'
import type { Built, Engine } from '../../engines/engine.ts'
import type { BuildInputs } from './inputs.ts'
import type { BuildPorts, SealTarget } from './ports.ts'
import { stagingTag } from './staging.ts'

/** Step 3: prepares and lets the engine build; with `push` it leaves what it built in the repository. */
export async function prepareAndBuild(
  engine: Engine,
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  push: boolean,
): Promise<Built> {
  const { context, log } = ports
  const checkedOut = await ports.checkedOut()
  if (checkedOut !== undefined && engine.name !== 'existing') checkWorkspace(checkedOut, target)
  if (push) await ports.registry.requirePush(target.repository)
  await prepare(inputs, ports)
  const faults = await engine.check({ workspace: context.workspace })
  if (faults.length > 0) throw new InputError(faults, { hint: 'Nothing was pushed.' })
  const nonce = ports.nonce()
  return await log.group(`Build with engine ${engine.name}`, async () =>
    engine.build({
      repository: target.repository,
      commit: target.commit,
      push,
      stagingTag: async (use) => stagingTag(ports.registry, target.repository, use, nonce),
      provenance: {
        revision: target.commit,
        ...(context.source === null
          ? {}
          : { source: `${context.source.server}/${context.source.repository}` }),
        created: checkedOut?.time ?? '1970-01-01T00:00:00Z',
      },
      workspace: context.workspace,
      temporary: ports.temporary,
      environment: await ports.engineEnvironment(),
    }),
  )
}

function checkWorkspace(
  { commit: head, folder = '' }: { readonly commit: string; readonly folder?: string },
  target: SealTarget,
): void {
  if (head === target.commit) return
  const where = folder === '' ? 'The workspace' : `The checkout in ${JSON.stringify(folder)}`
  throw new VerificationError(
    'COMMIT_NOT_CHECKED_OUT',
    `${where} holds another commit · expected ${target.commit}, got ${head}`,
    {
      hint: `Check out the commit before this step (actions/checkout with ref: ${target.commit}), or correct the commit input.`,
    },
  )
}

async function prepare(inputs: BuildInputs, ports: BuildPorts): Promise<void> {
  const { 'cache-path': paths, 'cache-key': key, 'cache-restore-keys': restoreKeys, prepare: script } = inputs
  const request =
    paths === undefined || key === undefined ? undefined : { paths, key, restoreKeys: restoreKeys ?? [] }
  const isExactHit = request === undefined || (await ports.cache.restore(request))
  if (script !== undefined) {
    const exitCode = await ports.log.group('Prepare', async () => ports.script(script))
    if (exitCode !== 0) {
      throw new EngineError(
        'PREPARE_FAILED',
        `The prepare script failed · expected exit code 0, got ${exitCode}`,
        {
          hint: 'Read its output above. Nothing was pushed.',
        },
      )
    }
  }
  if (request !== undefined && !isExactHit) await ports.cache.save(request)
}

/** Believes the registry's bytes, not what the engine says; an engine that reports another digest is broken. */
export async function readBack(built: Built, target: SealTarget, ports: BuildPorts): Promise<Manifest> {
  if (built.digest === undefined)
    throw new EngineError('ENGINE_FAILED', 'The engine pushed, but reported no digest.')
  const manifest = await ports.registry.readManifest(target.repository, built.digest)
  if (manifest !== undefined) return bySha256(manifest)
  throw new EngineError(
    'ENGINE_FAILED',
    `The digest the engine reported is not in the repository · expected ${formatReference(digestReference(target.repository, built.digest))}, got nothing`,
    { hint: 'Check that the engine pushes to the same repository. Nothing was sealed.' },
  )
}
