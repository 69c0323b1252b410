import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { closeServer, listen } from '../listening.ts'
import type { Archive } from './archive.ts'
import { createFolderArchive, noArchive } from './archive.ts'
import { createArtifactMethods } from './artifact-methods.ts'
import { createArtifactShelf, describeArtifact } from './artifact-shelf.ts'
import { createBlobStore } from './blobs.ts'
import { createCacheShelf } from './caches.ts'
import type { RuntimeIdentity, ResultsOptions, SandboxResults } from './model.ts'
import { routeRequest } from './routes.ts'
import type { TokenIssuer } from './tokens.ts'
import { createTokenIssuer } from './tokens.ts'

export type {
  CacheEntry,
  ResultsFault,
  ResultsOptions,
  ResultsRequest,
  RuntimeIdentity,
  SandboxResults,
  WorkflowArtifact,
} from './model.ts'

/**
 * Starts GitHub's results service (workflow artifacts v4 and later, cache v2) on loopback for the
 * unmodified @actions/artifact and @actions/cache. It stands for one repository.
 */
export async function startResults(options: ResultsOptions = {}): Promise<SandboxResults> {
  const archive: Archive =
    options.directory === undefined ? noArchive : createFolderArchive(options.directory)
  const tokens = createTokenIssuer()
  const blobs = createBlobStore()
  const server = createServer()
  const origin = (): string => originOf(server)
  const artifacts = createArtifactShelf(blobs, origin, archive)
  const caches = createCacheShelf(blobs, origin, archive)
  const services = new Map([
    ['ArtifactService', createArtifactMethods(artifacts)],
    ['CacheService', caches.methods],
  ])
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void routeRequest({ tokens, blobs, services, onRequest: options.onRequest }, request, response)
  })
  await listen(server, { port: options.port ?? 0 })

  const byId = (id: number) => artifacts.finalized().find((one) => one.id === id)
  return {
    url: `${origin()}/`,
    environment: (identity) => environmentOf(`${origin()}/`, tokens, identity),
    artifacts: (workflowRunId) =>
      artifacts
        .finalized()
        .filter((one) => workflowRunId === undefined || one.caller.identity.workflowRunId === workflowRunId)
        .map(describeArtifact),
    caches: () => caches.list(),
    downloadUrl(artifactId) {
      const artifact = byId(artifactId)
      return artifact === undefined ? undefined : artifacts.signDownload(artifact)
    },
    async removeArtifact(artifactId) {
      const artifact = byId(artifactId)
      if (artifact !== undefined) await artifacts.remove(artifact)
      return artifact !== undefined
    },
    async close() {
      await closeServer(server)
    },
  }
}

function originOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the results service does not listen')
  return `http://127.0.0.1:${address.port}`
}

function environmentOf(url: string, tokens: TokenIssuer, identity: RuntimeIdentity): Record<string, string> {
  return {
    ACTIONS_RESULTS_URL: url,
    ACTIONS_RUNTIME_TOKEN: tokens.issue(identity),
    ACTIONS_CACHE_SERVICE_V2: 'true',
    // The Twirp clients bypass a proxy for loopback by themselves, the Azure SDK under them does not.
    NO_PROXY: '127.0.0.1,localhost',
  }
}
