import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../sandbox/peers/command.ts'
import { shakeCore } from '../scripts/package.ts'
import { ROOT } from './action.ts'

/** The programs, ready to be started with node. */
export interface Programs {
  /** The bundle. */
  readonly ours: string
  /** The same requests and nothing else; one small file, not bundled. */
  readonly bare: string
}

/**
 * Bundles the programs in `programs/` as the actions are bundled: the compiler emits JavaScript, ncc makes one
 * file of it with a chunk for each dynamic import. Resolves with the path of the entry.
 */
export async function bundlePrograms(folder: string): Promise<Programs> {
  const tool = (name: string): string => join(ROOT, 'node_modules', '.bin', name)
  const [emitted, output] = [join(folder, 'lib'), join(folder, 'dist')]
  await mkdir(emitted, { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  await runCommand([tool('tsc'), '-p', join(ROOT, 'bench', 'tsconfig.json'), '--outDir', emitted])
  shakeCore(emitted)
  const entry = join(emitted, 'bench', 'programs', 'main.js')
  await runCommand([tool('ncc'), 'build', entry, '-o', output, '--no-source-map-register', '--quiet'])
  return { ours: join(output, 'index.js'), bare: join(emitted, 'bench', 'programs', 'bare.js') }
}
