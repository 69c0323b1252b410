import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import type { GuardLevel } from '../../src/domain/rebuild.ts'
import { exec, type ExecResult } from '../../src/platform/exec.ts'
import { runScript } from '../../src/platform/script.ts'
import { createGuard } from '../../src/targets/guard.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const GUARD = fileURLToPath(new URL('../../src/main/guard.ts', import.meta.url))

/** What the scripts need beside the builders. Everything else is not installed, whatever this machine has. */
const PROGRAMS = [
  'bash',
  'sh',
  'cat',
  'env',
  'head',
  'sleep',
  'printf',
  'grep',
  'mkdir',
  'rm',
  'od',
  'tr',
  'xargs',
]

/** A builder that only says what it was called with, and notes that it ran. */
const BUILDER = `#!/usr/bin/env bash
printf '%s' "$(basename_of "$0")" >> "$RAN"
printf ' %q' "$@" >> "$RAN"
printf '\\n' >> "$RAN"
case "\${1-}" in
  logs) while printf 'line\\n' 2>/dev/null; do :; done; exit 0;;
  stdin) cat;;
  env) env;;
  bytes) printf '%s' "$2" | od -An -tx1 | tr -d ' \\n';;
  wait) trap 'exit 42' TERM; : > "$2"; while :; do sleep 0.05; done;;
  signals) grep SigIgn /proc/self/status;;
  exit) exit "$2";;
esac
`.replace('$(basename_of "$0")', '${0##*/}')

/** A sudo with a PATH of its own, as those of most systems have. */
const SUDO = `#!/usr/bin/env bash
while [[ "\${1-}" == -* ]]; do shift; done
PATH="$SECURE_PATH" exec "$@"
`

interface Stage {
  readonly folder: string
  readonly tools: string
  readonly system: string
  readonly ran: string
  readonly entry: string
}

let stage: Stage

beforeEach(() => {
  const folder = join(temporaryFolder(), "it's a folder")
  const tools = join(folder, 'tools')
  const system = temporaryFolder()
  writeTree(folder, {
    'tools/docker': { run: BUILDER },
    'tools/npm': { run: BUILDER },
    'tools/kubectl': { run: BUILDER },
    'tools/sudo': { run: SUDO },
    'entry.ts': `import { main } from ${JSON.stringify(GUARD)}\nmain(process.argv.slice(2))\n`,
    ran: '',
    work: null,
  })
  for (const program of PROGRAMS) {
    const path = (process.env['PATH'] ?? '').split(':').find((place) => existsSync(join(place, program)))
    if (path !== undefined) symlinkSync(join(path, program), join(system, program))
  }
  stage = { folder, tools, system, ran: join(folder, 'ran'), entry: join(folder, 'entry.ts') }
})

interface Run extends ExecResult {
  readonly violations: readonly string[]
  /** The calls that reached a builder. */
  readonly ran: readonly string[]
}

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: `${stage.tools}:${stage.system}`,
    RAN: stage.ran,
    SECURE_PATH: `${stage.tools}:${stage.system}`,
  }
}

/** Runs a script as deploy does: behind a guard. */
async function guarded(
  script: string,
  level: GuardLevel = 'standard',
  more: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const program = { node: process.execPath, entry: stage.entry }
  const guard = await createGuard(stage.folder, level, program, { ...environment(), ...more })
  const result = await run(script, guard.environment)
  return { ...result, violations: await guard.violations(), ran: linesOf(stage.ran) }
}

async function run(script: string, scriptEnvironment: NodeJS.ProcessEnv): Promise<ExecResult> {
  const options = {
    exec,
    folder: join(stage.folder, 'scripts'),
    name: 'deploy',
    cwd: join(stage.folder, 'work'),
  }
  return await runScript(script, { ...options, environment: scriptEnvironment, timeoutMs: 50_000 })
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}

describe('a build is refused and noted', () => {
  test.each([
    { description: 'as it is', script: 'docker build .', exitCode: 97 },
    { description: 'when its exit code is ignored', script: 'docker build . || true', exitCode: 0 },
    {
      description: 'when errors are ignored altogether',
      script: 'set +e\ndocker build .\necho done',
      exitCode: 0,
    },
    { description: 'in a condition', script: 'if docker build .; then echo built; fi', exitCode: 0 },
    { description: 'in a subshell', script: '(cd / && docker build .) || true', exitCode: 0 },
    { description: 'in a substitution', script: 'echo "$(docker build .)"', exitCode: 0 },
    { description: 'in a pipe', script: 'docker build . | cat', exitCode: 97 },
    { description: 'in the background', script: 'docker build . &\nwait', exitCode: 0 },
    { description: 'without its output', script: 'docker build . >/dev/null 2>&1 || true', exitCode: 0 },
    { description: 'in sh -c', script: "sh -c 'docker build .' || true", exitCode: 0 },
    { description: 'in bash -c in sh -c', script: `sh -c 'bash -c "docker build ."'`, exitCode: 97 },
    { description: 'with command', script: 'command docker build .', exitCode: 97 },
    { description: 'with exec', script: 'exec docker build .', exitCode: 97 },
    { description: 'with env', script: 'env A=b docker build .', exitCode: 97 },
    { description: 'with xargs', script: 'echo . | xargs docker build || true', exitCode: 0 },
    { description: 'from a variable', script: 'tool=docker; $tool build .', exitCode: 97 },
    { description: 'from a function', script: 'release() { docker build .; }; release || true', exitCode: 0 },
    {
      description: 'from a script of its own, as a make target would run it',
      script: "printf '#!/usr/bin/env bash\\nset -e\\ndocker build .\\n' > x.sh; bash x.sh || true",
      exitCode: 0,
    },
    { description: 'behind global options', script: 'docker --host tcp://x build . || true', exitCode: 0 },
    { description: 'in a folder that has left PATH alone', script: 'cd / && docker build .', exitCode: 97 },
  ])('$description', async ({ script, exitCode }) => {
    const result = await guarded(script)
    expect(result).toMatchObject({ exitCode, violations: ['docker build'], ran: [] })
    expect(result.stdout).not.toContain('built')
  })

  test('with a message, and with nothing in the log but the kind of command', async () => {
    const result = await guarded('docker build --build-arg TOKEN=s3cr3t . || docker push s3cr3t || true')
    expect(result.violations).toEqual(['docker build', 'docker push'])
    expect(result.stderr).toContain('build-once: "docker build" was refused (REBUILD_REQUESTED)')
    expect(result.stderr).not.toContain('s3cr3t')
  })

  test('once for each kind, however often it was tried', async () => {
    const result = await guarded('for n in 1 2 3; do docker build . || true; done; docker tag a b || true')
    expect(result.violations).toEqual(['docker build', 'docker tag'])
  })

  test('behind sudo, which has a PATH of its own', async () => {
    const result = await guarded('sudo -n docker build . || true\nsudo docker ps')
    expect(result).toMatchObject({ exitCode: 0, violations: ['sudo docker build'], ran: ['docker ps'] })
  })
})

describe('a builder that is not installed', () => {
  test.each([
    { description: 'is noted', script: 'podman build . || true', exitCode: 0, violations: ['podman build'] },
    {
      description: 'is noted with the exit code of a refusal',
      script: 'podman build .',
      exitCode: 97,
      violations: ['podman build'],
    },
    {
      description: 'is noted in another bash',
      script: "bash -c 'kaniko --context .' || true",
      exitCode: 0,
      violations: ['kaniko'],
    },
    {
      description: 'is noted in a substitution',
      script: 'x=$(podman build .) || true',
      exitCode: 0,
      violations: ['podman build'],
    },
    {
      description: 'is not found when it does not build',
      script: 'podman ps',
      exitCode: 127,
      violations: [],
    },
    {
      description: 'is not installed for command -v',
      script: 'if command -v podman; then exit 1; fi',
      exitCode: 0,
      violations: [],
    },
    {
      description: 'is not installed for type',
      script: '! type podman 2>/dev/null',
      exitCode: 0,
      violations: [],
    },
    {
      description: 'is not installed for which tool is there',
      script: 'for t in podman docker; do command -v "$t" >/dev/null && { $t ps; break; }; done',
      exitCode: 0,
      violations: [],
    },
  ])('$description', async ({ script, exitCode, violations }) => {
    expect(await guarded(script)).toMatchObject({ exitCode, violations })
  })

  test('is not taken for installed because of a folder with its name', async () => {
    mkdirSync(join(stage.tools, 'podman'))
    expect(await guarded('! command -v podman')).toMatchObject({ exitCode: 0, violations: [] })
  })

  test('leaves other programs that are not there as they are', async () => {
    const result = await guarded('no-such-program x || echo "code $?"; \'a b\' || echo "code $?"')
    expect(result.stdout).toBe('code 127\ncode 127\n')
    expect(result.stderr).toContain('no-such-program: command not found')
  })

  test('may be installed by the script, and is found then', async () => {
    const script = `cat ${JSON.stringify(join(stage.tools, 'kubectl'))} > ../tools/podman; /bin/chmod +x ../tools/podman; podman ps`
    expect(await guarded(script)).toMatchObject({ exitCode: 0, ran: ['podman ps'] })
  })
})

describe('a command that is allowed is as it would be without a guard', () => {
  test('with its arguments', async () => {
    const script = String.raw`docker run 'a b' '' $'x\ny' '*' "it's" '"q"' '$HOME' 'back\slash' -- --x=y`
    const result = await guarded(script)
    expect(result.exitCode).toBe(0)
    expect(result.ran).toEqual([
      String.raw`docker run a\ b '' $'x\ny' \* it\'s \"q\" \$HOME back\\slash -- --x=y`,
    ])
  })

  test('with arguments that are not UTF-8', async () => {
    expect((await guarded(String.raw`docker bytes $'\xff\xfe a'`)).stdout).toBe('fffe2061')
  })

  test('with many and long arguments', async () => {
    const result = await guarded(`x=$(printf '%050000d' 7); docker run "$x" "$x" $(printf '%s ' {1..2000})`)
    expect(result.exitCode).toBe(0)
    expect(result.ran[0]?.length).toBeGreaterThan(100_000)
  })

  test.each([0, 1, 42, 255])('with exit code %i', async (code) => {
    expect(await guarded(`docker exit ${code}`)).toMatchObject({ exitCode: code, violations: [] })
  })

  test('with its input', async () => {
    expect((await guarded("printf 'a\\nb' | docker stdin")).stdout).toBe('a\nb')
    expect((await guarded('docker stdin <<< "here"')).stdout).toBe('here\n')
    expect(
      (await guarded('printf "1\\n2\\n" | while read -r n; do docker exit 0 </dev/null; echo "$n"; done'))
        .stdout,
    ).toBe('1\n2\n')
  })

  test('with its environment, also names that no shell can spell', async () => {
    const more = { 'my.setting-1': 'x y', BASH_ENV: '/nonexistent', build_once_command: 'mine' }
    const { stdout } = await guarded('docker env', 'standard', more)
    for (const line of ['my.setting-1=x y', 'BASH_ENV=/nonexistent'])
      expect(stdout.split('\n')).toContain(line)
  })

  test('with the signals it ignores: none', async () => {
    const without = await run('docker signals', environment())
    expect((await guarded('docker signals')).stdout).toBe(without.stdout)
  })

  test('with the signal of a reader that went away', async () => {
    const script = 'set +o pipefail; docker logs app | head -1; echo "${PIPESTATUS[0]}"'
    const without = await run(script, environment())
    expect(await guarded(script)).toMatchObject({ exitCode: 0, stdout: without.stdout })
    expect(without.stdout).toBe('line\n141\n')
  })

  test('with the signals that are sent to it', async () => {
    const script =
      'docker wait ready & pid=$!; until [[ -e ready ]]; do sleep 0.05; done; kill -TERM $pid; wait $pid || echo "code $?"'
    expect((await guarded(script)).stdout).toBe('code 42\n')
  })

  test('but compose up builds nothing that is missing', async () => {
    const result = await guarded(
      "docker compose -f 'a b.yaml' up -d web\ndocker compose run --rm web make --build",
    )
    expect(result).toMatchObject({ exitCode: 0, violations: [] })
    expect(result.ran).toEqual([
      String.raw`docker compose -f a\ b.yaml up --no-build -d web`,
      'docker compose run --rm web make --build',
    ])
  })

  test('and programs that never build are not touched at all', async () => {
    const result = await guarded('command -v kubectl; kubectl apply -f build')
    expect(result.stdout).toBe(`${join(stage.tools, 'kubectl')}\n`)
    expect(result.ran).toEqual(['kubectl apply -f build'])
  })
})

describe('the level', () => {
  test.each([
    { level: 'standard', violations: [], ran: ['npm ci', 'npm start'] },
    { level: 'strict', violations: ['npm ci'], ran: ['npm start'] },
  ] as const)('$level', async ({ level, violations, ran }) => {
    expect(await guarded('npm ci || true; npm start', level)).toMatchObject({ exitCode: 0, violations, ran })
  })

  test('strict notes package builders that are not installed', async () => {
    const result = await guarded(
      'make || true; mvn -q package || true; make deploy || echo "code $?"',
      'strict',
    )
    expect(result).toMatchObject({ stdout: 'code 127\n', violations: ['make', 'mvn package'] })
  })
})

describe('the limits', () => {
  test('a builder called by its path, or with another PATH, is not met', async () => {
    const result = await guarded(
      '"$SECURE_PATH_TOOLS/docker" build .; PATH="$SECURE_PATH" docker build .',
      'standard',
      {
        SECURE_PATH_TOOLS: stage.tools,
      },
    )
    expect(result).toMatchObject({ exitCode: 0, violations: [], ran: ['docker build .', 'docker build .'] })
  })

  test('a script that removes the log of the guard fails', async () => {
    const program = { node: process.execPath, entry: stage.entry }
    const guard = await createGuard(stage.folder, 'standard', program, environment())
    rmSync(join(stage.folder, 'guard.log'))
    const error = await expectCode(guard.violations(), 'REBUILD_REQUESTED')
    expect(error.message).toContain('removed the guard')
  })

  test('no more than 50 kinds of builds are listed', async () => {
    const program = { node: process.execPath, entry: stage.entry }
    const guard = await createGuard(stage.folder, 'standard', program, environment())
    writeFileSync(
      join(stage.folder, 'guard.log'),
      Array.from({ length: 80 }, (_, n) => `tool${n} build\n`).join(''),
    )
    expect(await guard.violations()).toHaveLength(50)
  })
})

test('the environment that was handed in is not changed', async () => {
  const program = { node: process.execPath, entry: stage.entry }
  const given = environment()
  const guard = await createGuard(stage.folder, 'standard', program, given)
  expect(given).toEqual(environment())
  expect(guard.environment['PATH']).toBe(`${join(stage.folder, 'guard')}:${given['PATH'] ?? ''}`)
})
