import { RefusalError } from './answer.ts'
import { basicUser } from './basic.ts'
import type { BasicAuthOptions, RegistryOptions, RegistryRequest } from './options.ts'
import { TokenServer } from './token-server.ts'

/** Lets a request pass, or throws the refusal that tells the client how to authenticate. */
export interface Gate {
  check(request: RegistryRequest): void
  /** Only where tokens are used: the endpoint that hands them out. */
  readonly tokens?: TokenServer
}

function createBasicGate(options: BasicAuthOptions): Gate {
  return {
    check(request) {
      if (basicUser(request.headers['authorization'], options.users) !== undefined) return
      throw new RefusalError(401, 'UNAUTHORIZED', 'authentication required', {
        headers: { 'WWW-Authenticate': 'Basic realm="build-once sandbox registry"' },
      })
    },
  }
}

/** The gate for the way a registry is set up. */
export function createGate(auth: RegistryOptions['auth']): Gate {
  if (auth?.kind === 'basic') return createBasicGate(auth)
  if (auth?.kind !== 'token') return { check: () => undefined }
  const tokens = new TokenServer(auth)
  return { check: (request) => tokens.check(request), tokens }
}
