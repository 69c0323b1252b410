import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A cluster of one docker daemon, which the workflows' own `kubectl` commands work on. */
export interface Cluster {
  /** What `kubectl` needs. */
  readonly environment: Readonly<Record<string, string>>
  /** What was done so far, for example `set staging/app ghcr.io/owner/app@sha256:…`, oldest first. */
  history(): Promise<readonly string[]>
  /** Runs a script once a namespace has rolled out, before anything else happens. */
  afterRollout(namespace: string, script: string): Promise<void>
  /** Makes the pods of a namespace run something else than what was set. */
  runOther(namespace: string, reference: string): Promise<void>
}

/**
 * Makes an empty cluster in a folder.
 * @param programs the folder on PATH that gets its `kubectl`.
 * @param dockerConfig the docker configuration the cluster pulls with.
 */
export async function createCluster(
  folder: string,
  programs: string,
  dockerConfig: string,
): Promise<Cluster> {
  await mkdir(folder)
  await writeFile(join(folder, 'history'), '')
  await cp(join(import.meta.dirname, 'kubectl'), join(programs, 'kubectl'))
  return {
    environment: { CLUSTER: folder, CLUSTER_CONFIG: dockerConfig },
    history: async () =>
      (await readFile(join(folder, 'history'), 'utf8')).split('\n').filter((line) => line !== ''),
    afterRollout: async (namespace, script) => await writeFile(join(folder, `${namespace}.after`), script),
    runOther: async (namespace, reference) =>
      await writeFile(join(folder, `${namespace}.runs`), `${reference}\n`),
  }
}
