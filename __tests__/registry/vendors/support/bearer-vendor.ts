import type { Script } from '../../support/scripted-server.ts'
import { type Asked, createDistribution, type Quirks } from './distribution.ts'
import { login, type Vendor } from './scenario.ts'
import type { Shelf } from './shelf.ts'
import {
  type Access,
  actionOf,
  basicUser,
  bearer,
  type Decide,
  json,
  TokenDesk,
  unauthorized,
} from './tokens.ts'

/** A registry with a token server. */
export interface BearerSettings {
  readonly image: string
  readonly apiHost: string
  readonly realm: string
  readonly service: string
  readonly users: Readonly<Record<string, string>>
  /** Who logs in; the first user unless said otherwise, nobody when null. */
  readonly as?: string | null
  readonly decide: Decide
  readonly shelf: Shelf
  readonly quirks?: Quirks
  /** The answer to a request that is not allowed. */
  readonly refuse?: (asked: Asked, access: Access | undefined) => Script
  /** The answer to an Authorization that is none of the tokens. */
  readonly refuseForeign?: (asked: Asked) => Script
  readonly refusePassword?: Script
  /** Looked at before everything else. */
  readonly first?: (asked: Asked) => Script | undefined
}

export function bearerVendor(settings: BearerSettings): Vendor {
  const { image, apiHost, service, users, shelf } = settings
  const realm = new URL(settings.realm)
  const desk = new TokenDesk()
  const core = createDistribution(shelf, settings.quirks)
  const refuse =
    settings.refuse ??
    ((asked, access) => {
      const error = access === undefined ? undefined : 'insufficient_scope'
      return unauthorized(bearer(settings.realm, service, asked, error))
    })
  const as = settings.as === undefined ? (Object.keys(users)[0] ?? '') : settings.as
  return {
    hosts: [...new Set([apiHost, realm.host])],
    image,
    credentials: as === null ? { find: async () => undefined } : login(image, as, users[as] ?? 'wrong'),
    answer(asked) {
      const early = settings.first?.(asked)
      if (early !== undefined) return early
      if (asked.host === realm.host && asked.path === realm.pathname) {
        const user = basicUser(asked, users)
        const wrong = settings.refusePassword ?? json(401, { details: 'incorrect username or password' })
        return user === false ? wrong : desk.issue(asked, user, settings.decide)
      }
      if (asked.host !== apiHost) return { status: 404, body: 'no such page' }
      const access = desk.read(asked)
      const isForeign = asked.headers.authorization !== undefined && access === undefined
      if (isForeign && settings.refuseForeign !== undefined) return settings.refuseForeign(asked)
      if (access === undefined) return refuse(asked, undefined)
      if (asked.kind === 'ping') return core(asked)
      return access.allows[asked.repository]?.includes(actionOf(asked)) === true
        ? core(asked)
        : refuse(asked, access)
    },
  }
}
