import { messageOf, RegistryError } from '../domain/error.ts'
import {
  type DeploymentLock,
  type HeldLock,
  isKnownToBeOver,
  type Liveness,
  locked,
  type LockRequest,
  waitingFor,
} from '../domain/lock.ts'
import { recordTime } from '../domain/record.ts'
import { formatRepository } from '../domain/reference.ts'
import type { Registry } from '../domain/registry.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { environmentKey } from './deployment-log.ts'
import type { LockDocument } from './lock-document.ts'
import { createLockTags, type LockTags, type ShownLock } from './lock-tags.ts'

/** Times of the lock, in milliseconds. All who share a lock have to agree on them. */
export interface LockTimes {
  /** From looking at the lock to the end of the write that relies on it; and how long a writer waits for others. */
  readonly settleMs: number
  readonly pollMs: number
  /** How often the holder says that it is still there. */
  readonly renewMs: number
  /** A holder that said nothing for so long is gone. */
  readonly staleMs: number
  /** No holder stays longer, where none can say that it is still there. */
  readonly longestMs: number
}

const TIMES: LockTimes = {
  settleMs: 2_000,
  pollMs: 3_000,
  renewMs: 60_000,
  staleMs: 240_000,
  longestMs: 6 * 3_600_000,
}

/** What the lock works with. */
export interface RegistryLockOptions {
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Log
  /** Asks whoever knows of workflow runs, where there is one. */
  readonly isOver?: Liveness
  readonly times?: Partial<LockTimes>
}

/**
 * A lock in the registry. No registry writes a tag "only if it still holds that", so this is Fischer's algorithm: look
 * whether the lock is free, write who one is, wait longer than anyone who looked before could need to write, and look
 * again: whoever stands there has it. Where tags are immutable the registry decides by itself.
 */
export function createRegistryLock(options: RegistryLockOptions): DeploymentLock {
  const times = { ...TIMES, ...options.times }
  return {
    acquire: async (request) => {
      const name = `build-once.lock.${environmentKey(request.environment)}`
      const tags = createLockTags(options.registry, request.repository, name)
      return await new Attempt(options, times, tags, request).acquire()
    },
  }
}

/** Claims that may come to nothing after the time is over, although nobody held the lock. */
const MAX_LOST = 5

class Attempt {
  readonly #options: RegistryLockOptions
  readonly #times: LockTimes
  readonly #tags: LockTags
  readonly #request: LockRequest
  #takenAt: string
  #generation = 1
  /** The last change of the lock that was seen, and when. */
  #seen: { readonly version: string; readonly at: number } | undefined

  constructor(options: RegistryLockOptions, times: LockTimes, tags: LockTags, request: LockRequest) {
    this.#options = options
    this.#times = times
    this.#tags = tags
    this.#request = request
    this.#takenAt = recordTime(options.clock.now())
  }

  async acquire(): Promise<HeldLock> {
    const { clock, log } = this.#options
    const end = this.#now() + this.#request.timeoutMs
    await this.#tags.prepare()
    let lost = 0
    for (let isAnnounced = false; ; isAnnounced = true) {
      this.#request.cancelled?.throwIfAborted()
      const asked = this.#now()
      const shown = await this.#tags.read()
      const targets = await this.#claimable(shown)
      if (
        targets !== undefined &&
        (await this.#orWithdrawn(targets, async () => await this.#claim(targets, shown, asked)))
      )
        return this.#hold()
      lost += shown.isFree ? 1 : 0
      const { lock, isFree } = shown
      if (this.#now() >= end && !isFree && lock !== undefined)
        throw locked(this.#request, lock.holder, lock.takenAt)
      if (this.#now() >= end && lost >= MAX_LOST) throw slow(this.#request)
      if (!isAnnounced && !isFree && lock !== undefined) log.info(waitingFor(lock.holder, lock.takenAt))
      if (!isFree)
        await clock.sleep(
          Math.max(1, Math.min(this.#times.pollMs, end - this.#now())),
          this.#request.cancelled,
        )
    }
  }

  #now(): number {
    return this.#options.clock.now().getTime()
  }

  /** The generations that may be written, in the order to try them; undefined while somebody deploys. */
  async #claimable(shown: ShownLock): Promise<readonly number[] | undefined> {
    const { lock, isFree, generation, next, version } = shown
    if (lock === undefined || isFree) return [next]
    const { holder, takenAt } = lock
    if (isKnownToBeOver(holder, this.#request.holder) || (await this.#options.isOver?.(holder)) === true) {
      this.#options.log.notice(
        `Taking over from a deployment that did not end properly: ${holder.workflowRun?.url}`,
      )
      return [generation, generation + 1]
    }
    if (this.#seen?.version !== version) this.#seen = { version, at: this.#now() }
    const isSilent = this.#now() - this.#seen.at >= this.#times.staleMs
    const isOld = this.#now() - Date.parse(takenAt) >= this.#times.longestMs
    const isForgotten = this.#now() - Date.parse(lock.renewedAt) >= this.#times.longestMs
    if (!isSilent && !isForgotten) return undefined
    // A holder could not say that it is there where tags are immutable; there the first write is refused.
    return isOld ? [generation, generation + 1] : [generation]
  }

  /** Writes who we are, and waits until nobody else can write any more. */
  async #claim(targets: readonly number[], before: ShownLock, asked: number): Promise<boolean> {
    this.#takenAt = recordTime(this.#options.clock.now())
    const ours = this.#document('held')
    let refusal: RegistryError | undefined
    for (const generation of targets) {
      const left = this.#times.settleMs - (this.#now() - asked)
      if (left <= 0) return false
      try {
        refusal = await this.#tags.write(generation, ours, left)
      } catch (error) {
        // It may have been written all the same; the next look tells.
        if (!(error instanceof RegistryError) || error.code !== 'REGISTRY_UNAVAILABLE') throw error
        this.#options.log.debug(`The lock could not be written: ${error.message}`)
      }
      if (refusal === undefined) break
    }
    await this.#options.clock.sleep(this.#times.settleMs, this.#request.cancelled)
    const after = await this.#tags.read()
    if (after.lock?.state === 'held' && after.lock.holder.id === ours.holder.id && !after.isFree) {
      this.#generation = after.generation
      return true
    }
    // A registry that refuses although nobody else wrote does not let us write at all.
    if (refusal !== undefined && after.version === before.version && before.isFree) throw refusal
    return false
  }

  /** A claim that is cancelled has written who it is; others need not wait for that to get old. */
  async #orWithdrawn(targets: readonly number[], claim: () => Promise<boolean>): Promise<boolean> {
    const { cancelled, holder } = this.#request
    const withdraw = async (): Promise<void> => {
      for (const generation of targets)
        if (await this.#tags.isHeldBy(generation, holder.id))
          await this.#tags.free(generation, this.#document('free'), this.#times.settleMs)
    }
    try {
      const isOurs = await claim()
      cancelled?.throwIfAborted()
      return isOurs
    } catch (error) {
      if (cancelled?.aborted === true) await withdraw()
      throw error
    }
  }

  #document(state: LockDocument['state']): LockDocument {
    const { repository, environment, holder } = this.#request
    return {
      schema: 'build-once/lock/v1',
      repository: formatRepository(repository),
      environment,
      state,
      holder,
      takenAt: this.#takenAt,
      renewedAt: recordTime(this.#options.clock.now()),
    }
  }

  /** While it is held, it says so now and then. */
  #hold(): HeldLock {
    const { log } = this.#options
    let renewal = Promise.resolve()
    const renew = async (): Promise<void> => {
      try {
        await this.#overwrite(async () => {
          await this.#tags.write(this.#generation, this.#document('held'), this.#times.settleMs)
        })
      } catch (error) {
        log.debug(`The lock could not be renewed: ${messageOf(error)}`)
      }
    }
    const timer = setInterval(() => {
      renewal = renewal.then(renew)
    }, this.#times.renewMs)
    timer.unref()
    return {
      release: async () => {
        clearInterval(timer)
        await renewal
        await this.#overwrite(async () => {
          await this.#tags.free(this.#generation, this.#document('free'), this.#times.settleMs)
        })
      },
    }
  }

  /** Writes only while the lock is still ours. */
  async #overwrite(write: () => Promise<void>): Promise<void> {
    if (await this.#tags.isHeldBy(this.#generation, this.#request.holder.id)) {
      await write()
      return
    }
    const { repository, environment } = this.#request
    this.#options.log.warning(
      `Another job took over the lock of ${formatRepository(repository)} in ${environment} while this job deployed.`,
    )
  }
}

function slow({ repository, environment }: LockRequest): RegistryError {
  return new RegistryError(
    'REGISTRY_UNAVAILABLE',
    `The lock of ${formatRepository(repository)} in ${environment} cannot be taken: the registry answers too slowly, or many jobs ask for it`,
    {
      hint: 'Run the job again, or keep the records on GitHub (records: github), which lock without the registry.',
    },
  )
}
