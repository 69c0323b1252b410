import { expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { sealedDigest } from './act/outcome.ts'
import { dockerApplication } from './act/repository.ts'
import { DOCKER_ACTIONS, installGo, publishBase } from './act/stand-ins.ts'
import { startWorld } from './act/world.ts'

const SITE = {
  'package.json': JSON.stringify({
    name: 'site',
    version: '1.0.0',
    scripts: { build: 'mkdir -p dist && echo "console.log(1)" >dist/server.mjs' },
  }),
  'package-lock.json': JSON.stringify({ name: 'site', version: '1.0.0', lockfileVersion: 3, packages: {} }),
}

test('layers: built for two platforms on a base from Docker Hub, without Docker', async () => {
  const hub = await startRegistry()
  onTestFinished(async () => await hub.close())
  await publishBase(hub.host)
  const world = await startWorld(['layers.yml'], SITE, { hosts: { 'registry-1.docker.io': hub.host } })
  await world.install('ssh', 'echo "ssh $*" >>"$CLUSTER/history"')
  const run = await world.run('layers.yml')
  expect(run.exitCode, run.log).toBe(0)
  const reference = `ghcr.io/owner/app@${await sealedDigest(world)}`
  expect(await world.cluster.history()).toEqual([
    `ssh deploy@app.example.com podman pull ${reference} && systemctl --user restart app`,
  ])
  const index = JSON.parse(await world.crane('manifest', reference))
  expect(index.manifests).toMatchObject([
    { platform: { os: 'linux', architecture: 'amd64' } },
    { platform: { os: 'linux', architecture: 'arm64' } },
  ])
  const platform = ['--platform', 'linux/arm64'] as const
  const config = JSON.parse(await world.crane('config', ...platform, reference))
  expect(config).toMatchObject({
    architecture: 'arm64',
    config: { Entrypoint: ['node', 'server.mjs'], WorkingDir: '/app' },
  })
  expect(config.rootfs.diff_ids).toHaveLength(2)
})

test("command: the user's own builder pushes, and its digest is deployed", async () => {
  const world = await startWorld(['command.yml'], { 'cmd/app/main.go': 'package main\n' })
  await installGo(world)
  const run = await world.run('command.yml')
  expect(run.exitCode, run.log).toBe(0)
  const reference = `ghcr.io/owner/app@${await sealedDigest(world)}`
  expect(await world.cluster.history()).toEqual([`set production/app ${reference}`])
})

test('existing: what build-push-action pushed is sealed, and found by the next run', async () => {
  const actions = { actions: DOCKER_ACTIONS }
  const world = await startWorld(['existing.yml'], dockerApplication('hello\n'), actions)
  const first = await world.run('existing.yml')
  expect(first.exitCode, first.log).toBe(0)
  expect(first.log).toContain('::set-output:: built=true')
  const deployed = `set production/app ghcr.io/owner/app@${await sealedDigest(world)}`
  const second = await world.run('existing.yml')
  expect(second.exitCode, second.log).toBe(0)
  expect(second.log).toContain('::set-output:: built=false')
  expect(second.log).not.toContain('docker build')
  expect(await world.cluster.history()).toEqual([deployed, deployed])
})
