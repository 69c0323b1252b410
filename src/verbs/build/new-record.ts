import type { Manifest } from '../../domain/manifest.ts'
import { type BuildRecord, recordTime } from '../../domain/record.ts'
import { formatRepository } from '../../domain/reference.ts'
import { recordedEvent } from '../../github/pull-request.ts'
import { inputsDigest } from './inputs-digest.ts'
import type { BuildInputs } from './inputs.ts'
import { readPlatforms } from './platforms.ts'
import type { BuildPorts, SealTarget } from './ports.ts'

/** The record of an artifact that this job built or adopts. */
export async function makeRecord(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  manifest: Manifest,
  engine: BuildRecord['engine'],
): Promise<BuildRecord> {
  const { context } = ports
  return {
    schema: 'build-once/build/v1',
    repository: formatRepository(target.repository),
    commit: target.commit,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    size: manifest.bytes.byteLength,
    platforms: [...(await readPlatforms(ports.registry, target.repository, manifest))],
    event: recordedEvent(context, target.commit),
    engine: { name: engine.name, version: engine.version.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 100) },
    inputsDigest: inputsDigest(inputs),
    source: context.source,
    workflowRun: context.workflowRun,
    actor: context.actor,
    createdAt: recordTime(ports.clock.now()),
    nonce: ports.nonce(),
  }
}
