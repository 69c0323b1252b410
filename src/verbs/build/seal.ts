import type { GitSeals } from '../../domain/git-seal.ts'
import type { SealPorts } from './ports.ts'
import { adoptInGit, lookInGit, sealInGit } from './seal-git.ts'
import { look, seal } from './seal-registry.ts'
import { attachRecord, type SealMethod } from './sealed.ts'

/** Decides by the SHA tag alone, or in git, where there are seals in git. */
export function sealMethod(ports: SealPorts, git: GitSeals | undefined): SealMethod {
  if (git !== undefined) {
    return {
      look: async (target) => {
        const found = await lookInGit(ports, git, target)
        // Whoever is about to build learns now that it may not seal, not when the build is done and pushed.
        if (found.state === 'absent') await git.requireRights()
        return found
      },
      seal: async (target, manifest, record) => await sealInGit(ports, git, target, { manifest, record }),
      adopt: async (target, manifest, record) => {
        await git.requireRights()
        return await adoptInGit(ports, git, target, { manifest, record })
      },
    }
  }
  return {
    look: async (target) => await look(ports, target),
    seal: async (target, manifest, record) => await seal(ports, target, manifest, record),
    adopt: async (target, manifest, record) => {
      await attachRecord(ports, target, manifest, record)
      return { manifest, record, ours: true }
    },
  }
}
