import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { edgesOf, loadedWith, modulesIn, packageOf, ROOT } from './module-graph.ts'

const edges = modulesIn('src').flatMap(edgesOf)
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
}
const names = Object.keys(dependencies)

function packagesOf(paths: Iterable<string>): readonly string[] {
  return [...new Set([...paths].flatMap((path) => packageOf(path) ?? []))].toSorted()
}

test('what the actions import is what package.json says they need', () => {
  expect(packagesOf(edges.map(({ to }) => to))).toEqual(names.toSorted())
})

test('every dependency has one version, and a reason on the page about them', () => {
  expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  const page = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8')
  const reasons = [...page.matchAll(/^\| `(?<name>[^`]+)` \| (?<why>.+) \|$/gm)]
  expect(reasons.map(({ groups }) => groups?.['name'] ?? '').toSorted()).toEqual(names.toSorted())
  expect(reasons.filter(({ groups }) => (groups?.['why'] ?? '').length < 30)).toEqual([])
})

describe('what a step loads before it is needed', () => {
  test.each(['build', 'deploy'])('by %s is little', (verb) => {
    const loaded = loadedWith(`src/main/${verb}.ts`, edges)
    expect(loaded).toContain('src/registry/client.ts')
    expect(packagesOf(loaded)).toEqual(['@actions/core', 'zod'])
    // TLS takes longest to load, and one step uses one engine.
    const heavy =
      /^node:(?:https|tls)$|secure-agent|api-client|engines\/(?:docker|buildah|layers|files|command|existing)\.ts$/
    expect([...loaded].filter((path) => heavy.test(path))).toEqual([])
  })

  test('by the guard, which runs for every program of a script, is next to nothing', () => {
    expect(packagesOf(loadedWith('src/main/guard.ts', edges))).toEqual([])
    expect([...loadedWith('src/main/index.ts', edges)]).toEqual(['src/main/index.ts'])
  })

  test('never includes the other verb', () => {
    const other = { build: 'src/verbs/deploy/', deploy: 'src/verbs/build/' }
    for (const [verb, folder] of Object.entries(other)) {
      const loaded = [...loadedWith(`src/main/${verb}.ts`, edges)]
      expect(loaded.filter((path) => path.startsWith(folder))).toEqual([])
    }
  })
})
