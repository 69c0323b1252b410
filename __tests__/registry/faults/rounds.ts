import {
  describeInjected,
  type Fault,
  type FaultLottery,
  type Subject,
} from '../../../sandbox/faults/proxy.ts'
import { createRandom, type Random } from '../../../sandbox/faults/random.ts'
import { BuildOnceError } from '../../../src/domain/error.ts'
import { sha256 } from './direct.ts'
import { describeOperation, drawOperation, type Operation, runOperation } from './operations.ts'
import { lookAt, type Snapshot } from './snapshot.ts'
import { emptyHistory, errorOf, hasDoubtfulLists, type History, type Step, verify } from './verify.ts'
import { type Behind, createWorld, type Place, type World } from './world.ts'

/** What happened in many rounds. */
export interface Tally {
  rounds: number
  succeeded: number
  /** Operations that succeeded although something was wrong meanwhile. */
  overcame: number
  readonly failed: Map<string, number>
  readonly faults: Map<string, number>
}

export function emptyTally(): Tally {
  return { rounds: 0, succeeded: 0, overcame: 0, failed: new Map(), faults: new Map() }
}

/** One line about many rounds. */
export function describeTally({ rounds, succeeded, overcame, failed, faults }: Tally): string {
  const list = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')
  return `${rounds} rounds, ${succeeded} operations succeeded (${overcame} under faults); failed: ${list(failed)}; faults: ${list(faults)}`
}

/** How a round goes. */
export interface RoundOptions {
  /** Names the repositories, and with the seed everything that is drawn. */
  readonly name: string
  readonly seed: number
  readonly steps: number
  readonly behind: readonly [Behind, Behind]
  /** Where a redirect may lead. */
  readonly elsewhere: readonly string[]
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

/** Looks at the places, of which the others are as they were. */
async function lookAround(
  world: World,
  places: Iterable<Place> = world.places,
  others: ReadonlyMap<Place, Snapshot> = new Map(),
): Promise<Map<Place, Snapshot>> {
  const snapshots = new Map(others)
  for (const place of new Set(places)) snapshots.set(place, await lookAt(place, world))
  return snapshots
}

/** Before the operations run: what they may do counts as possible from now on. */
function foresee(world: World, history: ReadonlyMap<Place, History>, operations: readonly Operation[]): void {
  for (const operation of operations) {
    const known = history.get(operation.place)
    if ('record' in operation) known?.attempted.add(sha256(operation.record.bytes))
    // A copy may bring everything that anybody attached at any time.
    if (operation.kind === 'copy')
      for (const { bytes } of world.recordsToWrite) known?.attempted.add(sha256(bytes))
    if (operation.kind === 'putManifest' && operation.tag !== undefined)
      known?.tags.get(operation.tag)?.add(operation.manifest.digest)
  }
}

function remember(step: Step): void {
  for (const { operation, outcome } of step.done) {
    if (errorOf(outcome) !== undefined) continue
    const known = step.history.get(operation.place)
    if (operation.kind === 'copy' && !hasDoubtfulLists(step, operation.from))
      for (const digest of step.history.get(operation.from)?.attached ?? []) known?.attached.add(digest)
  }
  // Only now: whether a copy saw what was attached at the same time is left to chance.
  for (const { operation, outcome } of step.done) {
    if (operation.kind === 'attach' && errorOf(outcome) === undefined)
      step.history.get(operation.place)?.attached.add(sha256(operation.record.bytes))
  }
  for (const [place, { tags }] of step.after) {
    for (const [tag, { digest }] of tags) step.history.get(place)?.tags.get(tag)?.add(digest)
  }
}

function summarize(tally: Tally, step: Step): void {
  for (const { outcome } of step.done) {
    const failed = errorOf(outcome)
    if (failed === undefined) {
      tally.succeeded += 1
      if (step.injected.length > 0) tally.overcame += 1
    } else if (failed.error instanceof BuildOnceError) count(tally.failed, failed.error.code)
  }
  for (const { fault } of step.injected) count(tally.faults, fault.kind)
}

function describeStep({ done, injected, before, after }: Step): string[] {
  const tags = (snapshots: ReadonlyMap<Place, Snapshot>): string[] =>
    [...snapshots].flatMap(([place, snapshot]) =>
      [...snapshot.tags].map(([tag, { digest }]) => `${place.repository.path}:${tag} ${digest.slice(0, 15)}`),
    )
  return [
    ...done.map(({ operation, outcome }, index) => {
      const failed = errorOf(outcome)
      const end = failed === undefined ? 'success' : String(failed.error)
      return `  operation ${index}: ${describeOperation(operation)} → ${end}`
    }),
    ...injected.map((one) => `  fault ${describeInjected(one)}`),
    `  tags before: ${tags(before).join(', ')}`,
    `  tags after: ${tags(after).join(', ')}`,
  ]
}

class Round {
  readonly #world: World
  readonly #options: RoundOptions
  readonly #history: ReadonlyMap<Place, History>
  readonly #told: string[] = []
  #before: ReadonlyMap<Place, Snapshot>

  constructor(world: World, options: RoundOptions, before: ReadonlyMap<Place, Snapshot>) {
    this.#world = world
    this.#options = options
    this.#before = before
    this.#history = new Map(world.places.map((place) => [place, emptyHistory()]))
  }

  /** Runs operations at once and looks at what they did. */
  async step(operations: readonly Operation[]): Promise<Step> {
    const world = this.#world
    const seen = world.proxies.map(({ injected }) => injected.length)
    foresee(world, this.#history, operations)
    const outcomes = await Promise.all(
      operations.map(async (operation) => await runOperation(world, operation)),
    )
    for (const proxy of world.proxies) await proxy.idle()
    const touched = operations.map(({ place }) => place)
    const after = await lookAround(world, touched, this.#before)
    const step: Step = {
      world,
      done: outcomes.map((outcome, index) => ({ operation: operations[index] as Operation, outcome })),
      before: this.#before,
      after,
      history: this.#history,
      injected: world.proxies.flatMap(({ injected }, index) => injected.slice(seen[index])),
    }
    const wrong = verify(step)
    this.#told.push(`step ${this.#told.length}:\n${describeStep(step).join('\n')}`)
    if (wrong.length > 0) throw new Error(this.report(wrong))
    remember(step)
    this.#before = after
    return step
  }

  /** What is wrong, how to see it again, and all that happened. */
  report(wrong: readonly string[]): string {
    const { seed } = this.#options
    const again = `repeat this round with BUILD_ONCE_SEED=${seed} BUILD_ONCE_ROUNDS=1`
    return [`Under faults · ${wrong.join('\n')}`, again, ...this.#told].join('\n')
  }
}

/**
 * HTTP/1.1 has no names for answers: bytes that come once the next request is on its way are taken for its answer
 * by every client there is. Behind a large body they may be that late.
 */
function isFair({ kind }: Fault, { path }: Subject): boolean {
  return !((kind === 'extra-bytes' || kind === 'answer-twice') && path.includes('/blobs/'))
}

/** Faults after which everything looks well: only who compares and hashes notices. */
const SLY = [
  'page',
  'stale',
  'corrupt-body',
  'corrupt-header',
  'repeat-header',
  'repeat-chunk',
  'swap-chunks',
] as const

const MOODS = [
  { probability: 0.15, connectionProbability: 0.02 },
  { probability: 0.4, connectionProbability: 0.1 },
  { probability: 0.3, connectionProbability: 0, kinds: SLY },
] as const

function lotteryFor(random: Random, { name, seed, elsewhere }: RoundOptions): FaultLottery {
  return { seed: `${name} ${seed}`, elsewhere, longestMs: 30, permits: isFair, ...random.pick(MOODS) }
}

/** Random operations under random faults, and then the same client in fair weather. */
async function playIn(round: Round, world: World, random: Random, options: RoundOptions, tally: Tally) {
  const draw = (most: number): Operation[] =>
    Array.from({ length: 1 + random.below(most) }, () => drawOperation(random, world))
  world.follow(lotteryFor(random, options))
  for (let step = 0; step < options.steps; step += 1) summarize(tally, await round.step(draw(3)))
  // Nothing that went wrong may stay: connections, tokens and what was learned must still serve.
  world.follow(undefined)
  const hanging = world.openUploads()
  for (let step = 0; step < 4; step += 1) summarize(tally, await round.step(draw(2)))
  const more = world.openUploads() - hanging
  if (more > 0) throw new Error(round.report([`${more} uploads were left open without need`]))
  tally.rounds += 1
}

/** One round in a fresh world. */
export async function playRound(options: RoundOptions, tally: Tally): Promise<void> {
  const { name, seed, behind } = options
  const random = createRandom(`${name} ${seed}`)
  const world = await createWorld(`${name}-${seed}`, random, behind)
  const round = new Round(world, options, await lookAround(world))
  let left = 0
  try {
    await playIn(round, world, random, options, tally)
  } finally {
    left = await world.close()
  }
  if (left > 0) throw new Error(round.report([`${left} connections were left open`]))
}
