import { describe, expect, test } from 'vitest'
import { sealRef } from '../../../src/domain/git-seal.ts'
import type { Manifest } from '../../../src/domain/manifest.ts'
import { encodeRecord, RECORD_TYPES } from '../../../src/domain/record.ts'
import { InputError } from '../../../src/domain/error.ts'
import { parseDeployInputs } from '../../../src/verbs/deploy/inputs.ts'
import { RefusedEvidence, verify } from '../../../src/verbs/deploy/witnesses.ts'
import { CONTEXT, createWorld, type World } from '../../fixtures/build-world.ts'
import { createMemoryLog } from '../../fixtures/memory-log.ts'
import { amd64, arm64, buildRecord, commit, IMAGE, publish, repository } from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'
import { githubFailure, openApi } from '../../github/support/api.ts'
import { openGitHub } from '../../sandbox/github/support.ts'

const target = { repository, commit, environment: 'staging' }
const REF = sealRef(IMAGE, commit)

async function sealed(manifest: Manifest): Promise<World> {
  const world = createWorld()
  await publish(world.registry, manifest, commit)
  const bytes = encodeRecord(buildRecord({ digest: manifest.digest }))
  world.records.plant(repository, manifest.digest, RECORD_TYPES.build, bytes)
  return world
}

async function open(permissions?: { contents: 'read' }) {
  const github = await openGitHub()
  const writer = openApi(github).seals
  const token = permissions === undefined ? github.token : github.tokens.add({ permissions })
  const { seals } = openApi(github, { token })
  const seen = new RefusedEvidence()
  const check = async (world: World) => {
    const artifacts = { upload: async () => undefined, find: async () => [] }
    const { registry, records } = world
    const ports = { registry, records, artifacts, context: CONTEXT, log: createMemoryLog(), gitSeals: seals }
    return await verify('sealed', target, ports, seen)
  }
  return { github, writer, seen, check }
}

describe('with seals in git, deploy', () => {
  test('reads the git seal, for which reading is enough, and shows it among the witnesses', async () => {
    const { writer, check } = await open({ contents: 'read' })
    await writer.claim(buildRecord({ digest: amd64.digest }))
    const { agreement } = await check(await sealed(amd64))
    expect(agreement.digest).toBe(amd64.digest)
    expect(agreement.evidence).toContainEqual({ witness: 'git seal', digest: amd64.digest, where: REF })
  })

  test('refuses what is sealed in the registry only, and says how to backfill', async () => {
    const { check, seen } = await open()
    const { message, hint } = await expectCode(check(await sealed(amd64)), 'NOT_SEALED')
    expect(message).toContain(REF)
    expect(hint).toContain('backfill: true')
    expect(seen.agreement?.evidence).toContainEqual({
      witness: 'git seal',
      digest: null,
      where: REF,
      note: 'not there',
    })
  })

  test('refuses a tag that shows something else than was sealed', async () => {
    const { writer, check } = await open()
    await writer.claim(buildRecord({ digest: arm64.digest }))
    const { message } = await expectCode(check(await sealed(amd64)), 'TAG_MOVED')
    expect(message).toMatch(new RegExp(`git seal +${arm64.digest}`))
  })

  test('does not advise to believe the one that was moved: it may be the ref', async () => {
    const { github, writer, check } = await open()
    await writer.claim(buildRecord({ digest: amd64.digest }))
    const world = await sealed(amd64)
    await check(world)
    // Whoever has contents: write points the ref at another record, here that of a duplicate that lost.
    const { refs } = github.state.git
    refs.remove(REF)
    await writer.claim(buildRecord({ digest: arm64.digest }))
    const { hint } = await expectCode(check(world), 'TAG_MOVED')
    expect(hint).toContain('the SHA tag or the git ref')
    expect(hint).not.toContain('put the tag back')
  })

  test('fails where the git seal cannot be read', async () => {
    const { github, check } = await open()
    github.state.git.refs.place(REF, github.state.git.head())
    await expectCode(check(await sealed(amd64)), 'GIT_SEAL_INVALID')
    github.faults.add({ operation: 'git/get-ref', fault: { kind: 'reset' }, times: 3 })
    await githubFailure('GITHUB_UNAVAILABLE', check(await sealed(amd64)))
    github.tokens.grant(github.token, { metadata: 'read' })
    const error = await githubFailure('GITHUB_DENIED', check(await sealed(amd64)))
    expect(error).toMatchObject({ permission: 'contents: read' })
  })
})

describe('the inputs of deploy', () => {
  const given = { image: IMAGE, digest: 'sealed', environment: 'staging' }
  const parse = (more: Record<string, string>) =>
    parseDeployInputs(new Map(Object.entries({ ...given, ...more })))

  test('say where seals are decided', () => {
    expect(parse({})).toMatchObject({ seal: 'registry', token: undefined, rebuildInputs: [] })
    expect(parse({ seal: 'git', token: 'ghs_x' })).toMatchObject({ seal: 'git', rebuildInputs: [] })
  })

  test('need a token for seals in git, and take no backfill', async () => {
    expect(await expectCode(() => parse({ seal: 'git' }), 'INPUT_INVALID')).toBeInstanceOf(InputError)
    expect(parse({ backfill: 'true' }).rebuildInputs).toEqual(['backfill'])
  })
})
