import { appendFile, readFile } from 'node:fs/promises'
import { z } from 'zod'
import { messageOf } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import { type DigestReference, formatReference, formatRepository } from '../domain/reference.ts'
import type { Log } from '../platform/log.ts'

/** The runner takes 500 a job. */
const LIST_LIMITS = { maxBytes: 1024 * 1024, maxDepth: 8 }

const listSchema = z.looseObject({
  subjects: z.array(z.looseObject({ name: z.string(), digest: z.string() })),
})

/**
 * Declares what this step built to the runner (`$GITHUB_ARTIFACTS`, runner 2.336 and later), where
 * actions/attest finds its subjects. The runner ignores the file while the feature is switched off, and
 * fails the step itself when one name is declared with two digests in one job: a job that builds several commits may do
 * that, so there the first one stands.
 */
export async function declareArtifact(
  environment: NodeJS.ProcessEnv,
  artifact: DigestReference,
  log: Log,
): Promise<void> {
  const path = environment['GITHUB_ARTIFACTS']
  if (path === undefined || path === '') return
  const name = formatRepository(artifact.repository)
  const other = await declaredOther(environment['GITHUB_ARTIFACTS_LIST'], name, artifact.digest, log)
  if (other !== undefined) {
    log.warning(
      `Another step of this job has declared ${name} as ${other}; ${artifact.digest} was not declared as well, because the runner takes one digest for each name in a job.`,
    )
    return
  }
  try {
    await appendFile(path, `${formatReference(artifact)}\n`)
  } catch (error) {
    log.warning(`The artifact could not be declared to the runner: ${messageOf(error)}`)
  }
}

/** Another digest that the list of what was declared so far has for a name. */
async function declaredOther(
  path: string | undefined,
  name: string,
  digest: string,
  log: Log,
): Promise<string | undefined> {
  if (path === undefined || path === '') return undefined
  try {
    const { subjects } = listSchema.parse(parseStrictJson(await readFile(path), LIST_LIMITS))
    return subjects.find((subject) => subject.name === name && subject.digest !== digest)?.digest
  } catch (error) {
    // Only what the runner itself would say is lost.
    log.debug(`What was declared to the runner before is not known: ${messageOf(error)}`)
    return undefined
  }
}
