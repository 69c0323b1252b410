type Users = Readonly<Record<string, string>>

/** Whether a user exists and has that password. */
export function isUser(users: Users, user: string, password: string): boolean {
  return Object.hasOwn(users, user) && users[user] === password
}

/** The user of a Basic header with the right password (RFC 7617), or nothing for any other header. */
export function basicUser(header: string | undefined, users: Users): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/iu.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const credentials = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = credentials.indexOf(':')
  if (colon < 0) return undefined
  const user = credentials.slice(0, colon)
  return isUser(users, user, credentials.slice(colon + 1)) ? user : undefined
}
