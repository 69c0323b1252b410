import { type Digest, digestOf } from '../domain/digest.ts'
import { listed, messageOf, TargetError } from '../domain/error.ts'
import { canonicalJson } from '../domain/json.ts'
import { findFiles, readBytes } from '../platform/files.ts'

/**
 * One digest over the configuration of an environment: the names and contents of its files, not their order,
 * times or owners. A pattern that names no file fails: a configuration that is not there is not empty.
 * @throws {TargetError} CONFIG_MISSING with every pattern and file that cannot be read.
 */
export async function hashConfiguration(folder: string, patterns: readonly string[]): Promise<Digest> {
  const hashes = new Map<string, Digest>()
  const faults: string[] = []
  for (const pattern of patterns) {
    try {
      const files = await findFiles(folder, pattern)
      if (files.length === 0) faults.push(`${pattern}: no such file`)
      for (const { name, path } of files) hashes.set(name, digestOf(await readBytes(path)))
    } catch (error) {
      faults.push(`${pattern}: ${messageOf(error)}`)
    }
  }
  if (faults.length > 0) {
    throw new TargetError('CONFIG_MISSING', listed('Configuration files that cannot be read', faults), {
      hint: 'Correct the config input; paths start from the workspace.',
    })
  }
  return digestOf(canonicalJson(Object.fromEntries(hashes)))
}
