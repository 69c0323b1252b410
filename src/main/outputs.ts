import * as core from '@actions/core'
import type { BuildResult } from '../verbs/build/run.ts'
import { digestReference, formatReference, formatRepository } from '../domain/reference.ts'
import type { DeployResult } from '../verbs/deploy/run.ts'

/** The outputs of the build action, in the order of `action.yml`. */
export const BUILD_OUTPUTS = [
  ...([
    'digest',
    'commit',
    'built',
    'image',
    'tag',
    'reference',
    'media-type',
    'platforms',
    'record',
  ] as const),
  'record-artifact-id',
] as const

/** The outputs of the deploy action, in the order of `deploy/action.yml`. */
export const DEPLOY_OUTPUTS = [
  'digest',
  'reference',
  'previous-digest',
  'release-id',
  'deployment-id',
  'evidence',
] as const

type Values<Names extends readonly string[]> = Readonly<Record<Names[number], string>>

/** The outputs of a build; empty where nothing was pushed, because nothing may be deployed from it. */
export function buildOutputs(result: BuildResult): Values<typeof BUILD_OUTPUTS> {
  const { target, sealed } = result
  const image = formatRepository(target.repository)
  return {
    digest: sealed?.manifest.digest ?? '',
    commit: target.commit,
    built: String(result.outcome === 'built'),
    image,
    tag: sealed === undefined ? '' : target.commit,
    reference:
      sealed === undefined ? '' : formatReference(digestReference(target.repository, sealed.manifest.digest)),
    'media-type': sealed?.manifest.mediaType ?? '',
    platforms: sealed?.record.platforms.join(',') ?? '',
    record: sealed === undefined ? '' : JSON.stringify(sealed.record),
    'record-artifact-id': result.recordArtifactId === undefined ? '' : String(result.recordArtifactId),
  }
}

/** The outputs of a deployment. */
export function deployOutputs(result: DeployResult): Values<typeof DEPLOY_OUTPUTS> {
  return {
    digest: result.digest,
    reference: result.reference,
    'previous-digest': result.previousDigest ?? '',
    'release-id': result.releaseId,
    'deployment-id': result.deploymentId ?? '',
    evidence: JSON.stringify(result.verified.agreement.evidence),
  }
}

/** Hands outputs to the runner; empty ones too, so that an expression never sees a value of an earlier step. */
export function setOutputs(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) core.setOutput(name, value)
}
