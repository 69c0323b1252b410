/** A media type without its parameters, in lower case (RFC 9110 section 8.3.1), or nothing when empty. */
export function bareMediaType(header: string | undefined): string | undefined {
  const type = header?.split(';')[0]?.trim().toLowerCase()
  return type === '' ? undefined : type
}

function isRefused(entry: string): boolean {
  return entry
    .split(';')
    .slice(1)
    .some((parameter) => /^q=0(?:\.0*)?$/u.test(parameter.trim()))
}

/**
 * Whether a client takes a stored media type. Like distribution this knows the exact type and the full
 * wildcard only: a client that does not list a type must be told that the manifest is unknown.
 */
export function isAcceptable(accept: string | undefined, mediaType: string): boolean {
  const entries = (accept ?? '').split(',').filter((entry) => entry.trim() !== '')
  if (entries.length === 0) return true
  return entries.some((entry) => {
    const type = bareMediaType(entry)
    return (type === '*/*' || type === mediaType.toLowerCase()) && !isRefused(entry)
  })
}
