// A small web application without dependencies. One artifact for every environment: what differs between
// environments (greeting, theme) is read when the server starts, never when it is built.
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const home = import.meta.dirname
const THEMES = ['light', 'dark', 'contrast']

/** Configuration of this environment: CONFIG_FILE, then GREETING and THEME, then defaults. */
function readConfiguration(environment) {
  const file = environment.CONFIG_FILE
  const fromFile = file ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const configuration = {
    environment: environment.ENVIRONMENT ?? fromFile.environment ?? 'development',
    greeting: environment.GREETING ?? fromFile.greeting ?? 'Hello',
    theme: environment.THEME ?? fromFile.theme ?? 'light',
  }
  for (const [name, value] of Object.entries(configuration))
    if (typeof value !== 'string') throw new Error(`Configuration "${name}" must be a text`)
  if (!THEMES.includes(configuration.theme))
    throw new Error(`Configuration "theme" must be one of ${THEMES.join(', ')}, got "${configuration.theme}"`)
  return configuration
}

/** What was built, and what runs: the commit is part of the artifact where a build put it there. */
function readVersion(environment) {
  const file = join(home, 'commit.txt')
  const built = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
  return { commit: built ?? environment.COMMIT ?? 'unknown', digest: environment.DIGEST ?? 'unknown' }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text) {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character])
}

function fill(template, values) {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => escapeHtml(values[name] ?? ''))
}

const values = { ...readConfiguration(process.env), ...readVersion(process.env) }
const page = fill(readFileSync(join(home, 'public/index.html'), 'utf8'), values)
const style = readFileSync(join(home, 'public/style.css'))
const ROUTES = new Map([
  ['/', { type: 'text/html; charset=utf-8', body: page }],
  ['/style.css', { type: 'text/css; charset=utf-8', body: style }],
  ['/health', { type: 'application/json', body: JSON.stringify({ status: 'ok', ...values }) }],
])

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const route = ROUTES.get(pathname)
  const isReading = request.method === 'GET' || request.method === 'HEAD'
  if (route === undefined || !isReading) {
    response.writeHead(route === undefined ? 404 : 405, { 'content-type': 'text/plain' })
    response.end(route === undefined ? 'Not found\n' : 'Method not allowed\n')
    return
  }
  response.writeHead(200, {
    'content-type': route.type,
    'content-length': Buffer.byteLength(route.body),
    'content-security-policy': "default-src 'none'; style-src 'self'",
    'x-content-type-options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : route.body)
})

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : address
  console.log(`listening on http://127.0.0.1:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close(() => process.exit(0))
    server.closeAllConnections()
  })
}
