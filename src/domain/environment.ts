/** GitHub does not tell the letters of an environment's name apart by their case, so nobody here does either. */
export function environmentIdentity(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/** Whether two names are of one environment. */
export function isSameEnvironment(one: string, other: string): boolean {
  return environmentIdentity(one) === environmentIdentity(other)
}
