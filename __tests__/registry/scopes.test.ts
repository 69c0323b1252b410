import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bounded,
  mergeScopes,
  pullScope,
  pushScope,
  requestedActions,
  scopeKey,
  withActions,
  withFirst,
} from '../../src/registry/scopes.ts'

describe('what a challenge asks for', () => {
  const wanted = [pushScope('owner/app'), pullScope('owner/base')]

  test.each([
    ['the repository of the request', 'repository:owner/app:pull', { 'owner/app': ['pull'] }],
    [
      'more than one action',
      'repository:owner/app:pull,push,delete',
      { 'owner/app': ['pull', 'push', 'delete'] },
    ],
    ['an action of one registry', 'repository:owner/app:metadata_read', { 'owner/app': ['metadata_read'] }],
    [
      'both repositories of a mount',
      'repository:owner/base:pull repository:owner/app:pull,push',
      { 'owner/base': ['pull'], 'owner/app': ['pull', 'push'] },
    ],
    [
      'one repository twice',
      'repository:owner/app:pull repository:owner/app:delete',
      { 'owner/app': ['pull', 'delete'] },
    ],
    ['one action twice', 'repository:owner/app:pull,pull', { 'owner/app': ['pull'] }],
  ])('%s', (_name, text, expected) => {
    expect(Object.fromEntries(requestedActions(text, wanted))).toEqual(expected)
  })

  test.each([
    ['nothing', ''],
    ['another repository', 'repository:owner/secret:pull'],
    ['a repository below', 'repository:owner/app/part:pull'],
    ['a repository above', 'repository:owner:pull'],
    ['a repository in capitals', 'repository:Owner/app:pull'],
    ['everything', '*'],
    ['all actions', 'repository:owner/app:*'],
    ['an action and all of them', 'repository:owner/app:pull,*'],
    ['all repositories', 'repository:*:pull'],
    ['the catalog', 'registry:catalog:*'],
    ['a plugin', 'repository(plugin):owner/app:pull'],
    ['no action', 'repository:owner/app:'],
    ['no repository', 'repository::pull'],
    ['actions in capitals', 'repository:owner/app:PULL'],
    ['an action with a space in it', 'repository:owner/app: pull'],
    ['a line break', 'repository:owner/app:pull\r\nX: y'],
    ['other text', 'owner/app pull'],
    ['an action without end', `repository:owner/app:${'x'.repeat(41)}`],
  ])('%s is not asked for', (_name, text) => {
    const asked = [...requestedActions(text, wanted).values()].flat()
    expect(asked).toEqual([])
  })

  test('a thousand scopes and actions are not', () => {
    const many = Array.from({ length: 1000 }, (_, n) => `repository:owner/app:a${'abcdefghij'[n % 10]}`).join(
      ' ',
    )
    expect(requestedActions(many, wanted).get('owner/app')?.length).toBeLessThanOrEqual(12)
    const actions = Array.from({ length: 26 }, (_, n) => String.fromCodePoint(97 + n)).join(',')
    expect(requestedActions(`repository:owner/app:${actions}`, wanted).get('owner/app')).toHaveLength(12)
    expect(bounded([...actions.split(','), ...actions.split(',')])).toHaveLength(12)
  })

  test('an entry that is cut off is not read as something else', () => {
    const filler = `repository:owner/else:${'x'.repeat(4052)}`
    const text = `${filler} repository:owner/app:pull,delete`
    expect(text.slice(0, 4096)).toMatch(/repository:owner\/[a-z:,]*$/)
    expect(requestedActions(text, wanted).size).toBe(0)
  })

  test('no text brings in another repository or a wildcard', () => {
    const piece = fc.constantFrom(
      'repository',
      ':',
      'owner/app',
      'owner/base',
      'x',
      ',',
      '*',
      'pull',
      'push',
      ' ',
      '/',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        for (const [path, actions] of requestedActions(pieces.join(''), wanted)) {
          expect(['owner/app', 'owner/base']).toContain(path)
          for (const action of actions) expect(action).toMatch(/^[a-z_]{1,40}$/)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('scopes', () => {
  test('of one repository become one', () => {
    const merged = mergeScopes(
      [pullScope('b'), pushScope('a'), pullScope('a')],
      new Map([
        ['b', ['metadata_read']],
        ['c', ['pull']],
      ]),
    )
    expect(merged.map(String)).toEqual(['repository:b:metadata_read,pull', 'repository:a:pull,push'])
  })

  test('are in the order in which some token servers need them', () => {
    const scopes = [pushScope('to'), pullScope('from')]
    expect(withFirst(scopes, new Set(['from'])).map(({ path }) => path)).toEqual(['from', 'to'])
    expect(withFirst(scopes, new Set()).map(({ path }) => path)).toEqual(['to', 'from'])
    expect(withFirst(scopes, new Set(['from', 'to'])).map(({ path }) => path)).toEqual(['to', 'from'])
  })

  test('are the same in any order', () => {
    expect(scopeKey([pullScope('a'), pushScope('b')])).toBe(scopeKey([pushScope('b'), pullScope('a')]))
    expect(String(withActions(pullScope('a'), ['push', 'pull']))).toBe(String(pushScope('a')))
  })
})
