import type { Digest } from '../../domain/digest.ts'
import { VerificationError } from '../../domain/error.ts'
import { identify, type Manifest } from '../../domain/manifest.ts'
import type { BuildInputs } from './inputs.ts'
import { makeRecord } from './new-record.ts'
import type { BuildPorts, SealTarget } from './ports.ts'
import { refusalOf, type Sealed, type SealMethod } from './sealed.ts'

/** What stands under the SHA tag already, and whether it was sealed before. */
export interface Reused {
  readonly outcome: 'reused' | 'adopted-tag'
  readonly sealed: Sealed
}

/** Steps 1 and 2. Nothing is prepared, downloaded or started for a commit that is built. */
export async function reuse(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  method: SealMethod,
): Promise<Reused | undefined> {
  const found = await method.look(target)
  if (found.state === 'absent') return undefined
  if (found.state === 'sealed') {
    warnOfDuplicate(inputs, found.sealed.manifest, ports)
    return { outcome: 'reused', sealed: found.sealed }
  }
  if (!inputs.adopt) throw refusalOf(target, found)
  refuseOther(inputs, found.manifest)
  const engine = { name: 'adopted', version: 'unknown' }
  const record = found.record ?? (await makeRecord(inputs, target, ports, found.manifest, engine))
  const { ours: _, ...sealed } = await method.adopt(target, found.manifest, record)
  const how = found.record === undefined ? 'pushed under the SHA tag without build-once' : 'not sealed in git'
  ports.log.notice(`Adopted ${found.manifest.digest}, which was ${how}.`)
  return { outcome: 'adopted-tag', sealed }
}

function isOther(inputs: BuildInputs, manifest: Manifest): inputs is BuildInputs & { digest: Digest } {
  return inputs.digest !== undefined && !identify(inputs.digest, manifest).same
}

/** A re-run builds again where another step does the building. The sealed artifact stays the one of this commit. */
function warnOfDuplicate(inputs: BuildInputs, sealed: Manifest, ports: BuildPorts): void {
  if (!isOther(inputs, sealed)) return
  ports.log.warning(
    `This commit is sealed as ${sealed.digest}, which is used; the duplicate ${inputs.digest} was discarded. Look before building to save the work.`,
  )
}

/** Adopting is for what nobody recorded: with a digest in hand that is another one, nobody knows which is meant. */
function refuseOther(inputs: BuildInputs, tagged: Manifest): void {
  if (!isOther(inputs, tagged)) return
  throw new VerificationError(
    'BUILT_TWICE',
    `The SHA tag of this commit holds another artifact · expected ${tagged.digest} (SHA tag), got ${inputs.digest} (input digest)`,
    { hint: 'Find out which of the two is right, and then give that digest or move the tag to it.' },
  )
}
