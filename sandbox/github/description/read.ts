import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Extract } from './extract.ts'

/** The kinds of GitHub there are to emulate. */
export type Product = 'github.com' | 'ghes'

interface Description {
  /** The description's name in GitHub's own package of them. */
  readonly name: string
  /** The committed extract. */
  readonly path: string
}

/** Where each product's API is described. */
export const DESCRIPTIONS: Readonly<Record<Product, Description>> = {
  'github.com': {
    name: 'api.github.com',
    path: fileURLToPath(new URL('api.github.com.json', import.meta.url)),
  },
  ghes: { name: 'ghes-3.19', path: fileURLToPath(new URL('ghes-3.19.json', import.meta.url)) },
}

const read = new Map<Product, Extract>()

/** The extract of a product's description, read once. */
export function readDescription(product: Product): Extract {
  const known = read.get(product)
  if (known !== undefined) return known
  const extract: Extract = JSON.parse(readFileSync(DESCRIPTIONS[product].path, 'utf8'))
  read.set(product, extract)
  return extract
}
