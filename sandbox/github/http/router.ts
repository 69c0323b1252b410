import type { Extract, Operation, Parameter } from '../description/extract.ts'
import { OPERATION_IDS, type OperationId } from '../operations.ts'

/** What a path names. */
export interface Route {
  readonly id: OperationId
  readonly parameters: Readonly<Record<string, string>>
}

/** Finds the operation of a request. */
export type Router = (method: string, path: string) => Route | undefined

/** Operations whose last parameter may be left empty. */
const OPEN_ENDED = new Set<OperationId>(['git/list-matching-refs'])

interface Pattern {
  readonly id: OperationId
  readonly operation: Operation
  readonly expression: RegExp
  readonly names: readonly string[]
}

function compile(id: OperationId, operation: Operation): Pattern {
  const names: string[] = []
  const source = operation.path.replace(/\{(?<name>[^}]+)\}|[.]/gu, (match, name: string | undefined) => {
    if (name === undefined) return `\\${match}`
    names.push(name)
    const isMulti = operation.parameters.some((one: Parameter) => one.name === name && one.multiSegment)
    if (!isMulti) return '([^/]+)'
    return OPEN_ENDED.has(id) ? '(.*)' : '(.+)'
  })
  return { id, operation, expression: new RegExp(`^${source}$`, 'u'), names }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function match({ id, expression, names }: Pattern, path: string): Route | undefined {
  const found = expression.exec(path)
  if (found === null) return undefined
  const values = found.slice(1).map(decode)
  if (values.includes(undefined)) return undefined
  return { id, parameters: Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])) }
}

/** Makes a router of everything a description has and the sandbox serves. */
export function createRouter(extract: Extract): Router {
  const patterns = OPERATION_IDS.flatMap((id) => {
    const operation = extract.operations[id]
    return operation === undefined ? [] : [compile(id, operation)]
  })
  // `commits/{ref}` takes slashes, so `commits/{ref}/status` must be tried before it.
  const ordered = patterns.toSorted((a, b) => b.operation.path.length - a.operation.path.length)
  return (method, path) => {
    for (const pattern of ordered) {
      const route = pattern.operation.method === method ? match(pattern, path) : undefined
      if (route !== undefined) return route
    }
    return undefined
  }
}
