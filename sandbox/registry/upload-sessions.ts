import { randomUUID } from 'node:crypto'
import { RefusalError } from './answer.ts'
import type { BlobWriter, Storage } from './storage.ts'

/** An upload between its POST and its PUT. */
export interface UploadSession {
  readonly id: string
  readonly repository: string
  /** Part of every upload location, as in distribution: a client that drops the query loses its upload. */
  readonly state: string
  readonly writer: BlobWriter
}

/** The uploads in progress. They end with the process, also where committed blobs outlive it. */
export class UploadSessions {
  readonly #storage: Storage
  readonly #sessions = new Map<string, UploadSession>()

  constructor(storage: Storage) {
    this.#storage = storage
  }

  async start(repository: string): Promise<UploadSession> {
    const writer = await this.#storage.createWriter()
    const session = { id: randomUUID(), repository, state: randomUUID(), writer }
    this.#sessions.set(session.id, session)
    return session
  }

  /** A session is known in its own repository only. */
  find(repository: string, id: string, state: string | null): UploadSession {
    const session = this.#sessions.get(id)
    if (session?.repository !== repository) {
      throw new RefusalError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry')
    }
    if (session.state !== state) {
      throw new RefusalError(400, 'BLOB_UPLOAD_INVALID', 'the upload location lost its query parameters')
    }
    return session
  }

  /** Forgets a session whose content was committed. */
  forget(session: UploadSession): void {
    this.#sessions.delete(session.id)
  }

  async discard(session: UploadSession): Promise<void> {
    this.#sessions.delete(session.id)
    await session.writer.discard()
  }

  /** How many are open. */
  get count(): number {
    return this.#sessions.size
  }

  async discardAll(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => this.discard(session)))
  }
}
