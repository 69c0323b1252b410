import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type {
  ResultsFault,
  ResultsRequest,
  RuntimeIdentity,
  SandboxResults,
} from '../../sandbox/results/server.ts'
import { startResults } from '../../sandbox/results/server.ts'
import { runToolkit } from './toolkit-client.ts'

const job: RuntimeIdentity = { workflowRunId: '71', jobId: 'build', attempt: 1 }
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

let folder: string
let results: SandboxResults
let fault: ((request: ResultsRequest) => ResultsFault | undefined) | undefined
let seen: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'results-test-'))
  seen = []
  fault = undefined
  results = await startResults({
    directory: join(folder, 'archive'),
    onRequest(request) {
      seen.push(request.method)
      return fault?.(request)
    },
  })
  await mkdir(join(folder, 'workspace'))
})

afterEach(async () => {
  await results.close()
  await rm(folder, { recursive: true, force: true })
})

const environment = (identity = job): Record<string, string> => ({
  ...results.environment(identity),
  GITHUB_WORKSPACE: join(folder, 'workspace'),
  RUNNER_TEMP: folder,
  FOLDER: folder,
})

async function upload(name: string, content: string | Buffer, identity = job): Promise<unknown> {
  await writeFile(join(folder, name), content)
  const run = await runToolkit(
    { ...environment(identity), NAME: name },
    `const file = process.env.FOLDER + '/' + process.env.NAME
     return artifact.uploadArtifact('', [file], process.env.FOLDER, { skipArchive: true })`,
  )
  if (run.error !== undefined) throw new Error(run.error)
  return run.value
}

/** A Twirp call without the client, for what the client would never send. */
async function call(
  method: string,
  message: unknown,
  token?: string,
): Promise<{ status: number; body: unknown }> {
  const service = method.includes('Cache') ? 'CacheService' : 'ArtifactService'
  const response = await fetch(`${results.url}twirp/github.actions.results.api.v1.${service}/${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token ?? results.environment(job)['ACTIONS_RUNTIME_TOKEN']}`,
    },
    body: JSON.stringify(message),
  })
  return { status: response.status, body: await response.json() }
}

function idsOf(identity: RuntimeIdentity): Record<string, string> {
  const token = results.environment(identity)['ACTIONS_RUNTIME_TOKEN'] ?? ''
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { scp: string }
  const [run = '', own = ''] = (/Actions\.Results:(\S+):(\S+)/.exec(claims.scp) ?? []).slice(1)
  return { workflow_run_backend_id: run, workflow_job_run_backend_id: own }
}

async function createRaw(name: string): Promise<URL> {
  const { body } = await call('CreateArtifact', { ...idsOf(job), name, version: 7, mime_type: 'text/plain' })
  return new URL((body as { signed_upload_url: string }).signed_upload_url)
}

/** The calls of an upload without the client: quicker where the upload itself is not what is tested. */
async function uploadDirectly(name: string, content: string): Promise<void> {
  await put(await createRaw(name), content, { 'x-ms-blob-content-type': 'application/json' })
  const size = String(Buffer.byteLength(content))
  expect((await call('FinalizeArtifact', { ...idsOf(job), name, size })).status).toBe(200)
}

async function put(url: URL, body: string | Buffer, headers: Record<string, string> = {}): Promise<number> {
  const init = {
    method: 'PUT',
    headers: { 'x-ms-blob-type': 'BlockBlob', ...headers },
    body: new Uint8Array(Buffer.from(body)),
  }
  return (await fetch(url, init)).status
}

describe('artifacts with the unmodified client', () => {
  test('a zipped artifact round-trips: upload, list, get, download, delete', async () => {
    const big = randomBytes(9 * 1024 * 1024)
    await writeFile(join(folder, 'big.bin'), big)
    await writeFile(join(folder, 'small.txt'), 'hello')
    const run = await runToolkit(
      environment(),
      `const folder = process.env.FOLDER
       const uploaded = await artifact.uploadArtifact('pair', [folder + '/big.bin', folder + '/small.txt'], folder)
       const listed = await artifact.listArtifacts()
       const got = await artifact.getArtifact('pair')
       const expectedHash = got.artifact.digest
       const down = await artifact.downloadArtifact(uploaded.id, { path: folder + '/out', expectedHash })
       const kept = await artifact.downloadArtifact(uploaded.id, { path: folder + '/zip', skipDecompress: true })
       return { uploaded, listed, got, down, kept }`,
    )
    expect(run.error).toBeUndefined()
    const [artifact] = results.artifacts('71')
    expect(run.value).toMatchObject({
      uploaded: { id: artifact?.id, size: artifact?.size, digest: artifact?.digest.slice('sha256:'.length) },
      listed: { artifacts: [{ name: 'pair', id: artifact?.id, digest: artifact?.digest }] },
      got: { artifact: { name: 'pair', createdAt: artifact?.createdAt.toISOString() } },
      down: { digestMismatch: false },
    })
    expect(await readFile(join(folder, 'out/big.bin'))).toEqual(big)
    expect(await readFile(join(folder, 'out/small.txt'), 'utf8')).toBe('hello')
    expect(await readdir(join(folder, 'zip'))).toEqual(['pair.zip'])
    expect(sha256(artifact?.bytes() ?? '')).toBe(artifact?.digest.slice('sha256:'.length))
    // More than one block, so the block list really puts them together.
    expect(seen.filter((method) => method === 'PUT block').length).toBeGreaterThan(1)

    const deleted = await runToolkit(environment(), `return artifact.deleteArtifact('pair')`)
    expect(deleted.value).toEqual({ id: artifact?.id })
    expect(results.artifacts('71')).toEqual([])
  })

  test('a raw artifact keeps its bytes, its digest and its file name', async () => {
    const text = '{"digest":"sha256:…"}\n'
    expect(await upload('record.json', text)).toMatchObject({
      digest: sha256(text),
      size: Buffer.byteLength(text),
    })
    const [artifact] = results.artifacts('71')
    expect(artifact).toMatchObject({
      name: 'record.json',
      mimeType: 'application/json',
      attempt: 1,
      jobId: 'build',
    })
    const run = await runToolkit(
      environment({ ...job, jobId: 'deploy' }),
      `const { artifact: found } = await artifact.getArtifact('record.json')
       return artifact.downloadArtifact(found.id, { path: process.env.FOLDER + '/out', expectedHash: found.digest })`,
    )
    expect(run.value).toMatchObject({ digestMismatch: false })
    expect(await readFile(join(folder, 'out/record.json'), 'utf8')).toBe(text)
    const archived = join(folder, 'archive/artifacts/71/1')
    expect(await readFile(join(archived, 'record.json'), 'utf8')).toBe(text)
    expect(await readFile(join(archived, 'record.json.description.json'), 'utf8')).toContain(sha256(text))
  })

  test('a name is unique in a run attempt, and free again in the next attempt or after a deletion', async () => {
    await upload('record.json', 'one')
    await expect(upload('record.json', 'two')).rejects.toThrow(
      'Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: ' +
        'an artifact with this name already exists on the workflow run',
    )
    await expect(upload('record.json', 'two', { ...job, jobId: 'other' })).rejects.toThrow('(409)')
    await upload('record.json', 'two', { ...job, attempt: 2 })
    expect(results.artifacts('71').map((one) => [one.attempt, one.bytes().toString()])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ])
    expect(await results.removeArtifact(results.artifacts('71')[0]?.id ?? 0)).toBe(true)
    await upload('record.json', 'three')
    expect(await results.removeArtifact(4711)).toBe(false)
  })

  test.each([
    { reader: { ...job, workflowRunId: '72' }, names: [] },
    { reader: { ...job, attempt: 2 }, names: [] },
    { reader: { ...job, attempt: 2, rerun: 'failed-jobs' as const }, names: ['record.json'] },
    { reader: { ...job, jobId: 'deploy' }, names: ['record.json'] },
  ])('$reader sees $names', async ({ reader, names }) => {
    await uploadDirectly('record.json', 'one')
    const run = await runToolkit(
      environment(reader),
      `const { artifacts } = await artifact.listArtifacts()
       const out = process.env.FOLDER + '/out'
       for (const { id } of artifacts) await artifact.downloadArtifact(id, { path: out })
       const gone = await artifact.getArtifact('record.json').then(() => 'found', (error) => error.name)
       return { names: artifacts.map(({ name }) => name), gone }`,
    )
    expect(run.value).toEqual({ names, gone: names.length === 0 ? 'ArtifactNotFoundError' : 'found' })
    expect(results.artifacts('72')).toEqual([])
    expect(results.artifacts()).toHaveLength(1)
  })

  test('a fault can take the place of an answer', async () => {
    fault = ({ method }) =>
      method === 'CreateArtifact' ? { status: 403, body: { msg: 'storage is off' } } : undefined
    await expect(upload('record.json', 'one')).rejects.toThrow('(403) Forbidden: storage is off')
    expect(seen).toEqual(['CreateArtifact'])
  })

  test('a connection can break after the call took effect', async () => {
    fault = ({ method }) => (method === 'CreateArtifact' ? { disconnect: 'after' } : undefined)
    await expect(upload('record.json', 'one')).rejects.toThrow('Unable to make request: ECONNRESET')
    fault = undefined
    await expect(upload('record.json', 'one')).rejects.toThrow('(409)')
  })

  test('a connection can break before the call is handled', async () => {
    fault = ({ method }) => (method === 'CreateArtifact' ? { disconnect: 'before' } : undefined)
    await expect(upload('record.json', 'one')).rejects.toThrow('Unable to make request: ECONNRESET')
    fault = undefined
    await upload('record.json', 'one')
    expect(results.artifacts('71')).toHaveLength(1)
  })

  test('a download address serves the REST API redirect', async () => {
    await uploadDirectly('record.json', 'one')
    const address = results.downloadUrl(results.artifacts('71')[0]?.id ?? 0) ?? ''
    const response = await fetch(address)
    expect(await response.text()).toBe('one')
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('content-disposition')).toContain('filename="record.json"')
    expect(results.downloadUrl(4711)).toBeUndefined()
  })
})

describe('artifact rules below the client', () => {
  test('an upload is invisible until it is finalized, and closed afterwards', async () => {
    const address = await createRaw('a.txt')
    expect(await put(address, 'abc', { 'x-ms-blob-content-type': 'text/plain' })).toBe(201)
    expect((await call('ListArtifacts', idsOf(job))).body).toEqual({ artifacts: [] })
    expect(results.artifacts('71')).toEqual([])
    const finalize = { ...idsOf(job), name: 'a.txt', size: '3', hash: `sha256:${sha256('abc')}` }
    expect((await call('FinalizeArtifact', finalize)).status).toBe(200)
    expect(await put(address, 'xyz')).toBe(409)
    expect(results.artifacts('71')[0]?.bytes().toString()).toBe('abc')
  })

  test.each([
    { fault: 'a wrong size', message: { size: '4' }, status: 400 },
    { fault: 'a wrong hash', message: { size: '3', hash: `sha256:${sha256('xyz')}` }, status: 400 },
    { fault: 'an unknown name', message: { size: '3', name: 'b.txt' }, status: 404 },
    { fault: 'an unknown field', message: { size: '3', extra: true }, status: 400 },
    { fault: 'a size that is a number', message: { size: 3 }, status: 400 },
  ])('finalize refuses $fault', async ({ message, status }) => {
    await put(await createRaw('a.txt'), 'abc')
    expect((await call('FinalizeArtifact', { ...idsOf(job), name: 'a.txt', ...message })).status).toBe(status)
    expect(results.artifacts('71')).toEqual([])
  })

  test('finalize refuses an artifact of which nothing was uploaded', async () => {
    await createRaw('a.txt')
    expect(await call('FinalizeArtifact', { ...idsOf(job), name: 'a.txt', size: '0' })).toMatchObject({
      status: 412,
      body: { code: 'failed_precondition' },
    })
  })

  test.each(['', '..', 'a/b', 'a\\b', 'sha256:1', 'a\nb'])('the name %j is refused', async (name) => {
    const { status } = await call('CreateArtifact', { ...idsOf(job), name, version: 7 })
    expect(status).toBe(400)
  })

  test('the ids of a message must be those of the token', async () => {
    const other = idsOf({ ...job, workflowRunId: '72' })
    expect((await call('CreateArtifact', { ...other, name: 'a', version: 7 })).status).toBe(403)
    expect((await call('ListArtifacts', other)).status).toBe(403)
    expect((await call('GetSignedArtifactURL', { ...other, name: 'a' })).status).toBe(403)
    expect((await call('DeleteArtifact', { ...other, name: 'a' })).status).toBe(403)
  })

  test.each([
    { description: 'none', change: () => '' },
    { description: 'a changed one', change: (token: string) => token.replace(/\.[^.]{4}/, '.AAAA') },
    {
      description: 'a changed signature',
      change: (token: string) => token.replace(/\.[^.]{4}([^.]*)$/, '.AAAA$1'),
    },
    { description: 'no signature', change: (token: string) => token.slice(0, token.lastIndexOf('.') + 1) },
  ])('token: $description is refused', async ({ change }) => {
    const token = change(results.environment(job)['ACTIONS_RUNTIME_TOKEN'] ?? '')
    for (const method of ['ListArtifacts', 'GetCacheEntryDownloadURL']) {
      expect(await call(method, {}, token)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    }
  })

  test('a token of another service instance is refused', async () => {
    const other = await startResults()
    const token = other.environment(job)['ACTIONS_RUNTIME_TOKEN'] ?? ''
    await other.close()
    expect((await call('ListArtifacts', idsOf(job), token)).status).toBe(401)
  })

  test('identities are checked', () => {
    expect(() => results.environment({ ...job, workflowRunId: '../1' })).toThrow('workflowRunId')
    expect(() => results.environment({ ...job, attempt: 0 })).toThrow('attempt')
    expect(() => results.environment({ ...job, jobId: '' })).toThrow('jobId')
  })

  test('unknown methods and other content types are refused', async () => {
    expect((await call('Unknown', {})).status).toBe(404)
    const address = `${results.url}twirp/github.actions.results.api.v1.ArtifactService/ListArtifacts`
    const headers = { authorization: `Bearer ${results.environment(job)['ACTIONS_RUNTIME_TOKEN']}` }
    expect((await fetch(address, { headers })).status).toBe(404)
    const protobuf = { ...headers, 'content-type': 'application/protobuf' }
    expect((await fetch(address, { method: 'POST', headers: protobuf, body: 'x' })).status).toBe(404)
    const json = { ...headers, 'content-type': 'application/json' }
    expect((await fetch(address, { method: 'POST', headers: json, body: '{' })).status).toBe(400)
  })
})

const blockList = (...ids: string[]): string =>
  `<?xml version="1.0"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join('')}</BlockList>`

describe('blobs', () => {
  test('an address works only with its own signature, blob and permission', async () => {
    const address = await createRaw('a.txt')
    const wrong = (change: (url: URL) => void): URL => {
      const url = new URL(address)
      change(url)
      return url
    }
    expect(
      await put(
        wrong((url) => url.searchParams.delete('sig')),
        'abc',
      ),
    ).toBe(403)
    expect(
      await put(
        wrong((url) => url.searchParams.set('sig', 'A'.repeat(43))),
        'abc',
      ),
    ).toBe(403)
    const other = await createRaw('b.txt')
    expect(
      await put(
        wrong((url) => (url.pathname = other.pathname)),
        'abc',
      ),
    ).toBe(403)
    // An upload address does not read.
    const response = await fetch(address)
    expect(response.status).toBe(403)
    expect(response.headers.get('x-ms-error-code')).toBe('AuthenticationFailed')
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(405)
  })

  test('a block list names uploaded blocks, in its own order', async () => {
    const address = await createRaw('a.txt')
    const part = (query: Record<string, string>): URL => {
      const url = new URL(address)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      return url
    }
    await put(part({ comp: 'block', blockid: 'MQ==' }), 'one')
    await put(part({ comp: 'block', blockid: 'Mg==' }), 'two')
    expect(await put(part({ comp: 'block' }), 'none')).toBe(400)
    expect(await put(part({ comp: 'blocklist' }), blockList('MQ==', 'Mw=='))).toBe(400)
    expect(await put(part({ comp: 'blocklist' }), blockList('Mg==', 'MQ=='))).toBe(201)
    await call('FinalizeArtifact', { ...idsOf(job), name: 'a.txt', size: '6' })
    expect(results.artifacts('71')[0]?.bytes().toString()).toBe('twoone')
  })

  test('a plain PUT says that it is a block blob', async () => {
    expect(await put(await createRaw('a.txt'), 'abc', { 'x-ms-blob-type': 'PageBlob' })).toBe(400)
  })

  test('ranges and HEAD', async () => {
    await uploadDirectly('record.json', '0123456789')
    const address = results.downloadUrl(results.artifacts('71')[0]?.id ?? 0) ?? ''
    const get = async (range: string): Promise<string[]> => {
      const response = await fetch(address, { headers: { range } })
      return [String(response.status), response.headers.get('content-range') ?? '', await response.text()]
    }
    expect(await get('bytes=2-4')).toEqual(['206', 'bytes 2-4/10', '234'])
    expect(await get('bytes=7-')).toEqual(['206', 'bytes 7-9/10', '789'])
    expect(await get('bytes=7-99')).toEqual(['206', 'bytes 7-9/10', '789'])
    expect((await get('bytes=10-'))[0]).toBe('416')
    const head = await fetch(address, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
  })
})

const saveKey = (key: string, content: string): Promise<{ value: unknown; stdout: string }> =>
  runToolkit(
    { ...environment(), KEY: key, CONTENT: content },
    `const { mkdirSync, writeFileSync } = await import('node:fs')
     process.chdir(process.env.GITHUB_WORKSPACE)
     mkdirSync('stuff', { recursive: true })
     writeFileSync('stuff/file', process.env.CONTENT)
     return cache.saveCache(['stuff'], process.env.KEY)`,
  )
const restoreKey = async (...keys: string[]): Promise<{ key: string | undefined; content: string }> => {
  await rm(join(folder, 'workspace/stuff'), { recursive: true, force: true })
  const run = await runToolkit(
    { ...environment({ ...job, workflowRunId: '72' }), KEYS: JSON.stringify(keys) },
    `const { readFileSync, existsSync } = await import('node:fs')
     process.chdir(process.env.GITHUB_WORKSPACE)
     const [first, ...others] = JSON.parse(process.env.KEYS)
     const key = await cache.restoreCache(['stuff'], first, others)
     return { key, content: existsSync('stuff/file') ? readFileSync('stuff/file', 'utf8') : '' }`,
  )
  expect(run.error).toBeUndefined()
  return run.value as { key: string | undefined; content: string }
}

describe('caches with the unmodified client', () => {
  test('save and restore: exact key, else the newest with the prefix, in the order of the keys', async () => {
    expect(await restoreKey('npm-linux-1')).toEqual({ content: '' })
    expect((await saveKey('npm-linux-1', 'first')).value).toBe(1)
    expect((await saveKey('npm-linux-2', 'second')).value).toBe(2)
    expect((await saveKey('yarn-1', 'third')).value).toBe(3)
    expect(await restoreKey('npm-linux-1')).toEqual({ key: 'npm-linux-1', content: 'first' })
    expect(await restoreKey('npm-')).toEqual({ key: 'npm-linux-2', content: 'second' })
    expect(await restoreKey('none', 'yarn-', 'npm-')).toEqual({ key: 'yarn-1', content: 'third' })
    expect(await restoreKey('none', 'nothing')).toEqual({ content: '' })
    expect(results.caches().map(({ key }) => key)).toEqual(['npm-linux-1', 'npm-linux-2', 'yarn-1'])
    expect(await readdir(join(folder, 'archive/caches'))).toContain('1')
  })

  test('an entry is immutable', async () => {
    await saveKey('key', 'first')
    const again = await saveKey('key', 'second')
    expect(again.value).toBe(-1)
    expect(again.stdout).toContain(
      'Unable to reserve cache with key key, another job may be creating this cache.',
    )
    expect(await restoreKey('key')).toEqual({ key: 'key', content: 'first' })
  })

  test('another version is another entry, and an unfinished one is not found', async () => {
    const reserve = { key: 'key', version: 'v1' }
    const { body } = await call('CreateCacheEntry', reserve)
    expect((await call('CreateCacheEntry', { ...reserve, version: 'v2' })).status).toBe(200)
    expect((await call('CreateCacheEntry', reserve)).status).toBe(409)
    expect((await call('GetCacheEntryDownloadURL', reserve)).body).toMatchObject({ ok: false })
    expect((await call('FinalizeCacheEntryUpload', { ...reserve, size_bytes: '3' })).status).toBe(412)
    await put(new URL((body as { signed_upload_url: string }).signed_upload_url), 'abc')
    expect((await call('FinalizeCacheEntryUpload', { ...reserve, size_bytes: '4' })).status).toBe(400)
    expect((await call('FinalizeCacheEntryUpload', { ...reserve, size_bytes: '3' })).status).toBe(200)
    expect((await call('FinalizeCacheEntryUpload', { ...reserve, size_bytes: '3' })).status).toBe(404)
    expect((await call('GetCacheEntryDownloadURL', reserve)).body).toMatchObject({
      ok: true,
      matched_key: 'key',
    })
    expect((await call('GetCacheEntryDownloadURL', { key: 'key', version: 'v2' })).body).toMatchObject({
      ok: false,
    })
  })
})
