import { unprocessable } from '../http/answer.ts'

/** Characters `git check-ref-format` forbids anywhere: controls, space, and those that mean something to git. */
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/u

function isWellFormed(name: string): boolean {
  if (FORBIDDEN.test(name)) return false
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

/** Refuses a name that no ref can have: git's rules, and those GitHub adds. */
export function checkRefName(name: string): void {
  if (!name.startsWith('refs/')) throw unprocessable("Reference name must start with 'refs/'.")
  if (name.split('/').length < 3) {
    throw unprocessable('Reference name must contain at least three slash-separated components.')
  }
  if (!isWellFormed(name)) throw unprocessable(`'${name}' is not a valid ref name.`)
  // GitHub makes these itself, from pull requests.
  if (name.startsWith('refs/pull/')) throw unprocessable('Reference update failed')
}

/** Refuses what is not a whole object name. */
export function checkSha(sha: string): void {
  if (/^[0-9a-f]{40}$/u.test(sha)) return
  throw unprocessable('The sha parameter must be exactly 40 characters and contain only [0-9a-f].')
}
