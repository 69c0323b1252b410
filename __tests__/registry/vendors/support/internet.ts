import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { onTestFinished } from 'vitest'
import { handle, type Script, type Seen } from '../../support/scripted-server.ts'

/** What stands for the internet: every host is this machine, reached through a proxy, with a certificate. */
export interface Internet {
  /** The settings under which a client reaches it. */
  readonly environment: NodeJS.ProcessEnv
  readonly seen: readonly Seen[]
}

interface Identity {
  readonly key: Buffer
  readonly cert: Buffer
}

const identities = new Map<string, Identity>()

/** A certificate for some hosts that this process trusts from now on. */
function identityFor(hosts: readonly string[]): Identity {
  const names = hosts.map((host) => `DNS:${host}`).join(',')
  const known = identities.get(names)
  if (known !== undefined) return known
  const folder = mkdtempSync(join(tmpdir(), 'vendors-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const settings = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const subject = ['-subj', '/CN=vendors', '-addext', `subjectAltName=${names}`]
    execFileSync('openssl', ['req', '-x509', ...settings, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'pipe',
    })
    const identity = { key: readFileSync(key), cert: readFileSync(cert) }
    setDefaultCACertificates([...getCACertificates('default'), identity.cert.toString()])
    identities.set(names, identity)
    return identity
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Starts hosts for one test. A host that is not among them cannot be reached. */
export async function startInternet(
  hosts: readonly string[],
  answer: (seen: Seen) => Script | Promise<Script>,
): Promise<Internet> {
  const seen: Seen[] = []
  const sites = createSecureServer(identityFor(hosts), (request, response) => {
    handle(request, response, async (entry) => {
      seen.push(entry)
      return await answer(entry)
    })
  })
  const port = await listen(sites)
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    const [host = '', asked] = (request.url ?? '').split(':')
    if (!hosts.includes(host) || asked !== '443') {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const site = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      site.pipe(socket).pipe(site)
    })
    for (const [end, opposite] of [
      [site, socket],
      [socket, site],
    ] as const) {
      end.on('error', () => end.destroy())
      end.on('close', () => opposite.destroy())
    }
  })
  const proxyPort = await listen(proxy)
  onTestFinished(async () => {
    sites.closeAllConnections()
    await Promise.all([sites, proxy].map(async (server) => await new Promise((done) => server.close(done))))
  })
  return { environment: { HTTPS_PROXY: `http://127.0.0.1:${proxyPort}` }, seen }
}
