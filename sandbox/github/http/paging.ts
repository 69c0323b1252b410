import type { Answer } from './answer.ts'
import { ok } from './answer.ts'
import type { Json } from '../description/extract.ts'
import type { Exchange } from './exchange.ts'

const DEFAULT_SIZE = 30
const MAX_SIZE = 100

/** One page of a list. */
export interface Page<T> {
  readonly entries: readonly T[]
  readonly headers: Readonly<Record<string, string>>
}

/** GitHub answers a number it cannot read as if none had been given, and cuts one that is too big. */
function readCount(text: string | null, fallback: number, most: number): number {
  if (text === null || !/^\d+$/u.test(text) || Number(text) < 1) return fallback
  return Math.min(Number(text), most)
}

function linkHeader(exchange: Exchange, page: number, last: number): Readonly<Record<string, string>> {
  const link = (rel: string, to: number): string => {
    const query = new URLSearchParams(exchange.query)
    query.set('page', String(to))
    return `<${exchange.pageUrl}?${query.toString()}>; rel="${rel}"`
  }
  const links = [
    ...(page > 1 ? [link('prev', Math.min(page - 1, last))] : []),
    ...(page < last ? [link('next', page + 1), link('last', last)] : []),
    ...(page > 1 ? [link('first', 1)] : []),
  ]
  return links.length === 0 ? {} : { Link: links.join(', ') }
}

/** Cuts the page that a request asks for. */
export function cutPage<T>(exchange: Exchange, entries: readonly T[]): Page<T> {
  const size = readCount(exchange.query.get('per_page'), DEFAULT_SIZE, MAX_SIZE)
  const page = readCount(exchange.query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const last = Math.max(1, Math.ceil(entries.length / size))
  return {
    entries: entries.slice((page - 1) * size, page * size),
    headers: linkHeader(exchange, page, last),
  }
}

/** A page as a plain list. */
export function answerList<T>(exchange: Exchange, all: readonly T[], present: (entry: T) => Json): Answer {
  const { entries, headers } = cutPage(exchange, all)
  return ok(entries.map(present), headers)
}

/** A page with the number of all entries. */
export function answerCountedList<T>(
  exchange: Exchange,
  name: string,
  all: readonly T[],
  present: (entry: T) => Json,
): Answer {
  const { entries, headers } = cutPage(exchange, all)
  return ok({ total_count: all.length, [name]: entries.map(present) }, headers)
}
