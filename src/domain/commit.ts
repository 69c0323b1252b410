import { InputError } from './error.ts'

declare const commitBrand: unique symbol

/** A full commit id: 40 lower-case hexadecimal digits, or 64 in a sha256 repository. Never a branch or tag. */
export type Commit = string & { readonly [commitBrand]: true }

/** True for a full commit id. All zeros is git's name for nothing, as after the deletion of a branch. */
export function isCommit(value: unknown): value is Commit {
  return typeof value === 'string' && /^(?!0+$)(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
}

/** Why a text is not a full commit id, in words; undefined when it is one. */
export function commitFault(text: string): string | undefined {
  if (isCommit(text)) return undefined
  const shown = JSON.stringify(text.slice(0, 100))
  if (/^(?:0{40}|0{64})$/.test(text))
    return `${shown} names no commit · git writes it where a branch or tag was deleted`
  if (/^[0-9a-f]{4,63}$/.test(text)) {
    return `${shown} is a short commit id · expected 40 (or 64) hexadecimal digits, got ${text.length}`
  }
  if (/^[0-9a-fA-F]{40}$|^[0-9a-fA-F]{64}$/.test(text))
    return `${shown} has upper-case digits · write it in lower case`
  return `${shown} is not a commit id · expected 40 (or 64) hexadecimal digits, never a branch or tag name`
}

/**
 * Parses a full commit id.
 * @throws {InputError} for anything else.
 */
export function parseCommit(text: string): Commit {
  const fault = commitFault(text)
  if (fault !== undefined) {
    throw new InputError([`commit: ${fault}`], { hint: 'Use the full id, for example ${{ github.sha }}.' })
  }
  return text as Commit
}
