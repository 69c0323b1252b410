import { readFile } from 'node:fs/promises'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { runCommand } from '../sandbox/peers/command.ts'
import type { Servers } from './servers.ts'

/** What a time means only together with: the machine, and the versions of what was measured. */
export async function describeMachine(servers: Servers): Promise<readonly string[]> {
  const { peers, env } = servers
  const line = async (...argv: [string, ...string[]]): Promise<string> =>
    (await runCommand(argv, { env })).stdout.split('\n')[0]?.trim() ?? ''
  const docker = async (part: string): Promise<string> =>
    line('docker', 'version', '--format', `{{.${part}.Version}}`)
  const processors = cpus()
  const system = /^PRETTY_NAME="?(?<name>[^"\n]*)/m.exec(await readFile('/etc/os-release', 'utf8'))
  return [
    `${processors.length} × ${processors[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${system?.groups?.['name']}, Linux ${release()}`,
    `node ${process.version}, docker client ${await docker('Client')}, dockerd ${await docker('Server')} (BuildKit), ${await buildx(line)}`,
    `crane ${await packageOf(peers.crane)}, oras ${await packageOf(peers.oras)}, ${await line(peers.skopeo, '--version')}, ${await line('tar', '--version')}`,
    `registry: ${registryVersion(await line(peers.dockerRegistry, '--version'))}, all on loopback`,
  ]
}

async function buildx(line: (...argv: [string, ...string[]]) => Promise<string>): Promise<string> {
  const text = await line('docker', 'buildx', 'version')
  return `buildx ${/\d+\.\d+\.\d+/.exec(text)?.[0] ?? text}`
}

/** Debian's crane does not know its version; the package a tool was taken from is noted beside it. */
async function packageOf(tool: string): Promise<string> {
  return (await readFile(join(dirname(tool), '..', 'versions', `bin-${basename(tool)}`), 'utf8')).trim()
}

function registryVersion(text: string): string {
  return `distribution ${/\d+\.\d+\.\d+/.exec(text)?.[0] ?? text}`
}

/** How much else the machine does: the mean of processes that want to run in the last minute. */
export function describeLoad(): string {
  return loadavg()[0]?.toFixed(1) ?? 'unknown'
}
