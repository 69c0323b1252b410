import { parseArgs } from 'node:util'
import { runServer, untilTold, UsageError } from '../command-line.ts'
import { FAULT_KINDS } from './draw.ts'
import type { FaultKind } from './faults.ts'
import { createFaultProxy, type FaultProxyOptions } from './proxy.ts'

const USAGE = `usage: node sandbox/faults/main.ts --target http://HOST:PORT [--seed TEXT] [--probability 0.1]
  [--connections 0.02] [--kinds KIND,KIND…] [--host HOST] [--port N]
kinds: ${FAULT_KINDS.join(' ')}`

function parseNumber(option: string, text: string | undefined, ifAbsent: number, max: number): number {
  const number = text === undefined ? ifAbsent : Number(text)
  if (text === '' || !(number >= 0 && number <= max))
    throw new UsageError(`${option}: expected 0 to ${max}, got "${text}"`)
  return number
}

function parseKinds(text: string | undefined): readonly FaultKind[] {
  if (text === undefined) return FAULT_KINDS
  const names = text.split(',')
  const unknown = names.filter((name) => !(FAULT_KINDS as readonly string[]).includes(name))
  if (unknown.length > 0) throw new UsageError(`--kinds: there is no fault "${unknown[0]}"`)
  return names as FaultKind[]
}

function parseOptions(args: string[]): FaultProxyOptions & { readonly seed: string } {
  const text = { type: 'string' } as const
  const options = { target: text, seed: text, probability: text, connections: text, kinds: text }
  const { values } = parseArgs({ args, options: { ...options, host: text, port: text } })
  const { target, host } = values
  if (target === undefined || !/^http:\/\/[^/]+\/?$/u.test(target) || !URL.canParse(target))
    throw new UsageError('--target: expected http://HOST:PORT')
  const seed = values.seed ?? String(Math.floor(Math.random() * 1e9))
  return {
    target,
    seed,
    lottery: {
      seed,
      probability: parseNumber('--probability', values.probability, 0.1, 1),
      connectionProbability: parseNumber('--connections', values.connections, 0.02, 1),
      kinds: parseKinds(values.kinds),
      longestMs: 2_000,
    },
    port: parseNumber('--port', values.port, 0, 65_535),
    ...(host === undefined ? {} : { host }),
  }
}

async function serve(args: string[]): Promise<void> {
  const options = parseOptions(args)
  const proxy = await createFaultProxy({ ...options, log: (line) => console.log(line) })
  const told = untilTold()
  console.log(`fault proxy listening on ${proxy.host}, seed ${options.seed}`)
  await told
  await proxy.close()
}

await runServer(USAGE, serve)
