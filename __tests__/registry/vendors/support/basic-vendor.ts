import type { Script } from '../../support/scripted-server.ts'
import { type Asked, createDistribution, type Quirks } from './distribution.ts'
import { login, type Vendor } from './scenario.ts'
import type { Shelf } from './shelf.ts'
import { basicUser, unauthorized } from './tokens.ts'

/** A registry that asks for Basic. */
export interface BasicSettings {
  readonly image: string
  readonly challenge: string
  readonly users: Readonly<Record<string, string>>
  readonly shelf: Shelf
  readonly quirks?: Quirks
  /** Looked at once the user is known. */
  readonly first?: (asked: Asked, user: string) => Script | undefined
}

export function basicVendor({ image, challenge, users, shelf, quirks, first }: BasicSettings): Vendor {
  const host = image.slice(0, image.indexOf('/'))
  const core = createDistribution(shelf, quirks)
  const [username = '', password = ''] = Object.entries(users)[0] ?? []
  return {
    hosts: [host],
    image,
    credentials: login(image, username, password),
    answer(asked) {
      const user = basicUser(asked, users)
      if (user === undefined || user === false) return unauthorized(challenge)
      return first?.(asked, user) ?? core(asked)
    },
  }
}
