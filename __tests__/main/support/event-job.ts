import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startRegistry } from '../../../sandbox/registry/server.ts'
import { parseKeyValues } from '../../../sandbox/runner/key-values.ts'
import { COMPILE_CACHE } from '../../fixtures/compile-cache.ts'
import { type Payload, RUNNER } from '../../fixtures/event.ts'
import { temporaryFolder, writeTree } from '../../fixtures/folders.ts'

const MAIN = new URL('../../../src/main/index.ts', import.meta.url).href

/** A job of an event, with a registry of its own, whose steps run from the sources. */
export async function startJob(event: string, payload: Payload | string, environment: NodeJS.ProcessEnv) {
  const registry = await startRegistry()
  onTestFinished(async () => await registry.close())
  const folder = writeTree(temporaryFolder(), {
    'event.json': typeof payload === 'string' ? payload : JSON.stringify(payload),
    'workspace/dist/index.html': 'hello',
    home: null,
    temporary: null,
  })
  const image = `${registry.host}/team/app`
  const step = async (verb: 'build' | 'deploy', inputs: Readonly<Record<string, string>>) => {
    const files = { outputs: join(folder, `${verb}-outputs`), summary: join(folder, `${verb}-summary`) }
    for (const file of Object.values(files)) writeFileSync(file, '')
    const given = Object.entries({ image, ...inputs }).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ])
    const script = `await (await import('${MAIN}')).run('${verb}', '.')`
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], {
      env: {
        ...COMPILE_CACHE,
        ...RUNNER,
        PATH: process.env['PATH'] ?? '',
        HOME: join(folder, 'home'),
        RUNNER_TEMP: join(folder, 'temporary'),
        RUNNER_TOOL_CACHE: join(folder, 'temporary'),
        GITHUB_WORKSPACE: join(folder, 'workspace'),
        GITHUB_EVENT_NAME: event,
        GITHUB_EVENT_PATH: join(folder, 'event.json'),
        GITHUB_OUTPUT: files.outputs,
        GITHUB_STEP_SUMMARY: files.summary,
        ...environment,
        ...Object.fromEntries(given),
      },
    })
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)))
    const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
    const outputs = Object.fromEntries(parseKeyValues(readFileSync(files.outputs, 'utf8')))
    return { exitCode, log, outputs, summary: readFileSync(files.summary, 'utf8') }
  }
  const writes = () => registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')
  return { registry, image, step, writes, workspace: join(folder, 'workspace') }
}
