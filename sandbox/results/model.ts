/** Whom a runtime token speaks for: one job of one attempt of one workflow run. */
export interface RuntimeIdentity {
  readonly workflowRunId: string
  readonly jobId: string
  readonly attempt: number
  /**
   * "Re-run failed jobs" reads the artifacts of earlier attempts, "re-run all jobs" does not.
   * Default `all-jobs`.
   */
  readonly rerun?: 'all-jobs' | 'failed-jobs'
}

/** A finalized workflow artifact, as tests and the demo look at it. */
export interface WorkflowArtifact {
  readonly id: number
  readonly name: string
  readonly workflowRunId: string
  readonly attempt: number
  readonly jobId: string
  readonly size: number
  readonly digest: string
  readonly mimeType: string
  readonly createdAt: Date
  bytes(): Buffer
}

/** A finalized cache entry. */
export interface CacheEntry {
  readonly id: number
  readonly key: string
  readonly version: string
  readonly size: number
  readonly createdAt: Date
}

/** What `onRequest` is told of a call before the service handles it. */
export interface ResultsRequest {
  readonly service: 'artifact' | 'cache' | 'blob'
  /** The Twirp method, or for blobs the operation, for example `PUT block`. */
  readonly method: string
  readonly path: string
  /** The decoded message of a Twirp call; absent for blobs. */
  readonly message?: unknown
}

/**
 * A fault: another answer in place of the service's own, or a connection that breaks before the call
 * is handled, or after it took effect but before the answer got out (the ambiguous case).
 */
export type ResultsFault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly disconnect: 'before' | 'after' }

/** Options of the results service. */
export interface ResultsOptions {
  /** Default: a free port of 127.0.0.1. */
  readonly port?: number
  /** A folder that gets a copy of every finalized artifact and cache entry, to look at afterwards. */
  readonly directory?: string
  readonly onRequest?: (
    request: ResultsRequest,
  ) => ResultsFault | undefined | Promise<ResultsFault | undefined>
}

/** A running results service. */
export interface SandboxResults {
  readonly url: string
  /** The environment that the unmodified clients need in the given job. */
  environment(identity: RuntimeIdentity): Record<string, string>
  /** Finalized artifacts of a workflow run, all attempts, oldest first; of every run without an id. */
  artifacts(workflowRunId?: string): WorkflowArtifact[]
  /** Finalized cache entries, oldest first. */
  caches(): CacheEntry[]
  /** A signed address of an artifact's bytes, as the REST API redirects to; undefined when there is none. */
  downloadUrl(artifactId: number): string | undefined
  /** Deletes an artifact as the REST API does; false when there is none. */
  removeArtifact(artifactId: number): Promise<boolean>
  close(): Promise<void>
}
