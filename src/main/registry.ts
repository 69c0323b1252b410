import type { Repository } from '../domain/reference.ts'
import { systemClock } from '../platform/clock.ts'
import { childEnvironment } from '../platform/environment.ts'
import { exec } from '../platform/exec.ts'
import type { Log } from '../platform/log.ts'
import {
  type CredentialSource,
  dockerCredentials,
  explicitCredentials,
  firstOf,
} from '../registry/credentials.ts'
import { createRegistry, type RegistryAccess } from '../registry/index.ts'

/** Connections to registries; close them, or the process waits for them. */
export type Connection = RegistryAccess

/** The inputs that say how to reach the registry. */
export interface RegistryInputs {
  readonly image: Repository
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly insecure?: readonly string[] | undefined
  readonly 'token-hosts'?: readonly string[] | undefined
}

/**
 * Makes the registry client for a step: credentials from the inputs, else from the docker configuration.
 * `mayCreate` is for the build that is about to push, and so may make the repository.
 */
export function connect(
  inputs: RegistryInputs,
  log: Log,
  environment: NodeJS.ProcessEnv,
  mayCreate = false,
): Connection {
  return createRegistry({
    credentials: credentials(inputs, environment),
    log,
    clock: systemClock,
    environment,
    insecure: inputs.insecure ?? [],
    // What the user allows for one registry says nothing about the others of this step.
    tokenHosts: new Map([[inputs.image.registry, inputs['token-hosts'] ?? []]]),
    mayCreate,
  })
}

function credentials(
  { image, username, password }: RegistryInputs,
  environment: NodeJS.ProcessEnv,
): CredentialSource {
  const configured = dockerCredentials({ environment: childEnvironment(environment), exec })
  if (username === undefined || password === undefined) return configured
  return firstOf(explicitCredentials(image.registry, username, password), configured)
}
