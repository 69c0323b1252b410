import { runCommand } from '../sandbox/peers/command.ts'

/** Leaves the daemon as it is on a new machine: no build cache, no image. */
export async function emptyDaemon(env: Record<string, string>): Promise<void> {
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await runCommand(['docker', ...args], { env })).stdout
  const images = (await docker('image', 'ls', '--quiet', '--no-trunc')).split('\n').filter((id) => id !== '')
  if (images.length > 0) await docker('image', 'rm', '--force', ...new Set(images))
  await docker('builder', 'prune', '--all', '--force')
  const left = `${await docker('image', 'ls', '--quiet')}${await docker('builder', 'du')}`
  if (!/^Total:\s+0B$/m.test(left)) throw new Error(`the caches are not empty:\n${left}`)
}
