import { isDenied, PolicyError } from '../../domain/error.ts'
import type { Attempt } from './attempt.ts'

/**
 * Says when nothing on GitHub stands between a job and its environment. Looked at before anything is announced, because
 * the first deployment to an environment creates it.
 * @throws {PolicyError} ENVIRONMENT_UNPROTECTED with `require-protection: true`.
 */
export async function checkProtection({ inputs, target, ports }: Attempt): Promise<void> {
  if (ports.protection === undefined) return
  const { environment } = target
  const isRequired = inputs['require-protection']
  try {
    const protection = await ports.protection(environment)
    if (protection === 'protected') return
    const what =
      protection === 'missing'
        ? `The environment ${environment} does not exist on GitHub`
        : `The environment ${environment} has no protection rule on GitHub`
    const message = `${what} · expected a required reviewer, a wait timer or allowed branches`
    const hidden =
      protection === 'missing'
        ? ' GitHub says the same where the plan of a private repository has no environments, and to a token that may not see them.'
        : ''
    const hint = `Set it up under Settings → Environments of the repository, and name it in the job (environment:).${hidden}`
    if (isRequired) throw new PolicyError('ENVIRONMENT_UNPROTECTED', message, { hint })
    ports.log.warning(`${message}. ${hint}`)
  } catch (error) {
    // Whoever may not ask has been told so by then.
    if (!isDenied(error) || isRequired) throw error
  }
}
