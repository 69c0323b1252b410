import type { GitSeals } from '../../domain/git-seal.ts'
import type { SealPorts } from './ports.ts'
import { adoptInGit, lookInGit, sealInGit } from './seal-git.ts'
import { look, seal } from './seal-registry.ts'
import { attachRecord, type SealMethod } from './sealed.ts'

/** Decides by the SHA tag alone, or in git, where there are seals in git. */
export function sealMethod(ports: SealPorts, git: GitSeals | undefined): SealMethod {
  if (git !== undefined) {
    return {
      look: async (target) => await lookInGit(ports, git, target),
      seal: async (target, manifest, record) => await sealInGit(ports, git, target, { manifest, record }),
      adopt: async (target, manifest, record) => await adoptInGit(ports, git, target, { manifest, record }),
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
