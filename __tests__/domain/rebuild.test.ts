import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildInputs, guardedPrograms, judgeCommand } from '../../src/domain/rebuild.ts'

/** Splits at spaces; a part in single quotes stays one argument. */
function split(line: string): { program: string; args: string[] } {
  const [program = '', ...args] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
  return { program, args }
}

function verdictOn(line: string, level: 'standard' | 'strict' = 'standard') {
  const { program, args } = split(line)
  return judgeCommand(program, args, level)
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

describe('refused at every level', () => {
  test.each(
    lines(`
      docker build .
      docker build -t app:latest --push .
      docker push ghcr.io/o/app:v1
      docker tag app app:v2
      docker commit web app:patched
      docker import rootfs.tar
      docker image build .
      docker image push app
      docker image tag a b
      docker image import x.tar
      docker container commit web
      docker builder build .
      docker buildx build .
      docker buildx b .
      docker buildx bake
      docker buildx f
      docker buildx imagetools create -t a b
      docker buildx --builder remote build .
      docker buildx --builder=remote b .
      docker buildx debug build .
      docker manifest create a b
      docker manifest push a
      docker stack build
      docker -H tcp://x:2376 --tls build .
      docker --host tcp://x --tlsverify --tlscacert ca.pem build .
      docker --tls build .
      docker -D build .
      docker -l debug build .
      docker --log-level=debug build .
      docker --config /tmp/x -c prod build .
      docker --context prod image build .
      docker image --unknown-option build .
      docker --option-of-tomorrow build .
      docker --option-of-tomorrow value build .
      docker -- build .
      docker compose build
      docker compose -f compose.yaml -p app --profile web build api
      docker compose --file=compose.yaml build
      docker compose --ansi never --parallel 4 build
      docker compose --project-directory /srv build
      docker compose push
      docker compose watch
      docker compose up --build
      docker compose up -d --build
      docker compose up --build=true
      docker compose up --build=1 -d
      docker compose up --watch
      docker compose up -w
      docker compose up --no-build=false
      docker compose up --no-build --build
      docker compose create --build
      docker compose run --build app
      docker compose run --rm --build app sh
      docker -c prod compose -f a.yaml up --build
      docker-compose build
      docker-compose -f a.yaml up --build
      docker-compose push
      podman build .
      podman --log-level debug --storage-opt a=b build .
      podman --events-backend file build .
      podman --remote build .
      podman image build .
      podman farm build .
      podman push app
      podman tag a b
      podman commit c
      podman compose up --build
      podman kube play --build pod.yaml
      podman play kube --build=true pod.yaml
      podman-compose build
      nerdctl -n k8s.io build .
      nerdctl --namespace k8s.io --address /run/x.sock build .
      nerdctl compose up --build
      finch build .
      buildah bud .
      buildah build .
      buildah build-using-dockerfile .
      buildah from scratch
      buildah copy c a /a
      buildah run c -- make
      buildah commit c app
      buildah --storage-driver vfs push app
      docker-buildx build .
      buildx bake
      buildctl build --frontend dockerfile.v0
      buildctl --addr tcp://buildkitd:1234 build --frontend dockerfile.v0
      buildctl --addr=tcp://x --tlsdir /certs --timeout 10 build
      skaffold run
      skaffold build
      skaffold -v info --default-repo ghcr.io/o build
      skaffold dev
      ko build ./cmd/app
      ko apply -f config/
      ko resolve -f config/
      pack build app
      pack -v build app
      pack buildpack package x
      kaniko --context .
      kaniko
      img build .
      s2i build . builder app
      s2i --loglevel 5 build . builder app
      earthly +image
      earthly
      depot build .
      depot --token x build .
      nixpacks build .
      werf converge
      tilt up
      tilt --context prod up
      crane append -f x.tar -t app
      crane mutate app --env A=b
      crane --platform linux/amd64 mutate app
      crane tag a b
      gcloud builds submit --tag app
      gcloud --project p -q builds submit
      gcloud --verbosity debug builds submit
      gcloud --impersonate-service-account x builds submit
      gcloud beta builds submit .
      gcloud run deploy app --source .
      gcloud run deploy app --source=.
      gcloud beta run deploy app --source .
      gcloud functions deploy f
      gcloud app deploy
      az acr build -r x .
      az -o json acr build -r x .
      az --only-show-errors acr build -r x .
      oc start-build app
      oc -n prod --token x start-build app
      oc --context prod new-build .
      oc new-app .
      heroku container:push web
      copilot svc deploy
      sam build
      vercel --token x build
      netlify --auth x build
      sudo docker build .
      sudo -E docker build .
      sudo -nE -u deployer docker build .
      sudo --user=deployer -- docker build .
      sudo DOCKER_BUILDKIT=1 docker build .
      sudo env DOCKER_BUILDKIT=1 docker build .
      sudo /usr/bin/docker compose up --build
      sudo kaniko
      doas -u root podman build .
    `).map((line) => ({ line })),
  )('$line', ({ line }) => {
    expect(verdictOn(line).allowed).toBe(false)
    expect(verdictOn(line, 'strict').allowed).toBe(false)
  })
})

describe('allowed at every level, unchanged', () => {
  test.each(
    lines(`
      docker
      docker --version
      docker version
      docker info
      docker ps -a
      docker run --rm ghcr.io/o/app build
      docker run -it --name build ghcr.io/o/app tag
      docker run app docker build .
      docker exec web make build
      docker pull ghcr.io/o/app@sha256:x
      docker login -u build ghcr.io
      docker logs build
      docker inspect tag
      docker image inspect build
      docker image ls
      docker image rm build
      docker images build
      docker service update --image app@sha256:x web
      docker stack deploy -c stack.yaml app
      docker --context build ps
      docker -H build ps
      docker --tls ps build
      docker container ls
      docker context use build
      docker network create build
      docker volume create push
      docker buildx ls
      docker buildx inspect --bootstrap
      docker buildx imagetools inspect app
      docker buildx --builder build ls
      docker manifest inspect app
      docker save app
      docker load
      docker compose pull
      docker compose ps
      docker compose down --remove-orphans
      docker compose logs build
      docker compose exec web build
      docker compose -p build ps
      docker compose run --rm app make --build
      docker compose run app npm run build --build
      docker compose up --no-build
      docker compose up -d --no-build web
      docker-compose pull
      docker-compose -f build.yaml config
      podman ps
      podman pull app
      podman kube play pod.yaml
      podman kube play --build=false pod.yaml
      nerdctl -n build ps
      buildah images
      buildah pull app
      buildctl --addr tcp://build:1 debug workers
      skaffold deploy --images app=app@sha256:x
      skaffold apply app.yaml
      ko version
      ko login ghcr.io
      pack config
      crane digest app
      crane manifest build
      crane export app
      gcloud run deploy app --image app@sha256:x
      gcloud run deploy app --image app --source=false
      gcloud deploy releases create r1 --source=. --images=app=app@sha256:x
      gcloud container clusters get-credentials build
      gcloud --project build run services list
      az acr login -n build
      az webapp config container set --docker-custom-image-name app
      az --subscription acr account show
      oc -n start-build get pods
      oc set image deployment/app app=app@sha256:x
      heroku container:release web
      heroku apps:info -a container:push
      copilot svc status
      vercel deploy --prebuilt
      netlify deploy --dir dist
      tilt version
      sudo
      sudo -l
      sudo systemctl restart build
      sudo docker ps
      sudo -u docker whoami
      sudo docker run app build
      sudo cp build /srv
      sudo env A=b ls
      kubectl apply -f build
      helm upgrade --install build chart
      terraform apply
      constructor build
      __proto__ build
      '' build
    `).map((line) => ({ line })),
  )('$line', ({ line }) => {
    const { args } = split(line)
    expect(verdictOn(line)).toEqual({ allowed: true, args })
    expect(verdictOn(line, 'strict')).toEqual({ allowed: true, args })
  })
})

describe('compose that would build what is missing goes on with --no-build', () => {
  test.each([
    { line: 'docker compose up', becomes: 'compose up --no-build' },
    { line: 'docker compose up -d web', becomes: 'compose up --no-build -d web' },
    { line: 'docker compose up --build=false', becomes: 'compose up --no-build --build=false' },
    { line: 'docker compose create', becomes: 'compose create --no-build' },
    {
      line: 'docker compose -f a.yaml --profile x up',
      becomes: 'compose -f a.yaml --profile x up --no-build',
    },
    { line: 'docker compose -p up up -d', becomes: 'compose -p up up --no-build -d' },
    { line: 'docker -c compose compose up', becomes: '-c compose compose up --no-build' },
    { line: 'docker -H ssh://up compose up', becomes: '-H ssh://up compose up --no-build' },
    { line: 'docker compose up build', becomes: 'compose up --no-build build' },
    { line: 'docker compose --verbose up build', becomes: 'compose --verbose up --no-build build' },
    { line: 'docker-compose up -d', becomes: 'up --no-build -d' },
    { line: 'docker-compose -f up up', becomes: '-f up up --no-build' },
    { line: 'podman compose up', becomes: 'compose up --no-build' },
    { line: 'podman-compose up', becomes: 'up --no-build' },
    { line: 'nerdctl -n up compose up', becomes: '-n up compose up --no-build' },
    { line: 'sudo docker compose up -d', becomes: 'docker compose up --no-build -d' },
    { line: 'sudo -u up docker compose up', becomes: '-u up docker compose up --no-build' },
    { line: 'sudo env A=b docker compose up', becomes: 'env A=b docker compose up --no-build' },
  ])('$line', ({ line, becomes }) => {
    expect(verdictOn(line)).toEqual({ allowed: true, args: becomes.split(' ') })
  })
})

describe('refused by the strict level only', () => {
  test.each(
    lines(`
      npm ci
      npm install
      npm i --omit=dev
      npm run build
      npm run-script build
      npm --prefix web run build
      npm -f ci
      npm -C web run build
      npm publish
      pnpm install --frozen-lockfile
      pnpm -r build
      pnpm --filter web run build
      yarn
      yarn --frozen-lockfile
      yarn --cwd web
      yarn --cwd web install
      yarn build
      bun install
      tsc
      tsc -p .
      webpack --mode production
      vite build
      next build
      mvn package
      mvn -q clean package
      mvn -C package
      mvn -f pom.xml -DskipTests verify
      mvn compile jib:build
      mvn spring-boot:build-image
      mvnw clean install
      gradle build
      gradle clean build
      gradle -a build
      gradle :app:build
      gradlew bootBuildImage
      gradlew -p app assemble
      go build ./...
      go -C app build .
      go run ./cmd/deploy
      cargo b --release
      dotnet publish -c Release
      pip install -r requirements.txt
      pip --no-cache-dir install x
      uv pip install x
      uv sync
      poetry build
      bundle install
      composer install
      make
      make -j4
      make -j 4
      make -C app
      make build
      make -s -C app build
      make clean build
      make VERSION=1 image
      cmake --build .
      ninja
      bazel run //app:push
      nix build
      nix-build
      swift build
      gcc main.c
      sudo npm ci
      sudo -H pip install x
    `).map((line) => ({ line })),
  )('$line', ({ line }) => {
    expect(verdictOn(line, 'strict').allowed).toBe(false)
    expect(verdictOn(line)).toEqual({ allowed: true, args: split(line).args })
  })

  test.each(
    lines(`
      npm start
      npm run deploy
      npm --prefix build run deploy
      npm test
      npm --version
      pnpm run deploy
      yarn deploy
      yarn --silent deploy
      yarn --version
      node dist/index.js
      mvn help:effective-pom
      mvn -P build dependency:tree
      mvn -pl package test
      gradle tasks
      gradle -p build tasks
      go version
      go env
      cargo --version
      pip list
      make deploy
      make -s deploy
      make -j deploy
      make -C build deploy
      make -n deploy
      make help
      sudo make deploy
    `).map((line) => ({ line })),
  )('but not $line', ({ line }) => {
    expect(verdictOn(line, 'strict')).toEqual({ allowed: true, args: split(line).args })
  })
})

describe('the words of the refusal', () => {
  test.each([
    { line: 'docker -H x --tls image build --secret id=a,src=b .', why: 'docker image build' },
    { line: 'docker buildx b --build-arg TOKEN=secret .', why: 'docker buildx b' },
    { line: 'docker compose up --build', why: 'docker compose up --build' },
    { line: 'docker-compose up --build', why: 'docker-compose up --build' },
    { line: 'kaniko --destination x', why: 'kaniko' },
    { line: 'yarn', why: 'yarn' },
    { line: 'gcloud run deploy --source .', why: 'gcloud run --source' },
    { line: 'sudo -u x docker push app', why: 'sudo docker push' },
    { line: 'podman play kube --build x', why: 'podman kube play --build' },
  ])('$line', ({ line, why }) => {
    expect(verdictOn(line, 'strict')).toEqual({ allowed: false, why })
  })
})

describe('for any command line', () => {
  const anything = fc.oneof(
    fc.constantFrom(
      'build',
      'compose',
      'up',
      '--build',
      '-f',
      '--',
      '-',
      '',
      'docker',
      '--x=y',
      '--x',
      'image',
    ),
    fc.string(),
  )
  const program = fc.oneof(fc.constantFrom(...guardedPrograms('strict')), fc.string())

  test('there is a verdict, and an allowed command loses no argument', () => {
    fc.assert(
      fc.property(program, fc.array(anything, { maxLength: 12 }), (name, args) => {
        const verdict = judgeCommand(name, args, 'strict')
        if (!verdict.allowed) {
          expect(verdict.why.startsWith(name)).toBe(true)
          return
        }
        const added = verdict.args.filter((argument) => argument === '--no-build').length
        const given = args.filter((argument) => argument === '--no-build').length
        expect(added - given).toBe(verdict.args.length - args.length)
        expect([0, 1]).toContain(added - given)
      }),
      { numRuns: 3000 },
    )
  })

  test('strict refuses whatever standard refuses', () => {
    fc.assert(
      fc.property(program, fc.array(anything, { maxLength: 8 }), (name, args) => {
        if (!judgeCommand(name, args, 'standard').allowed)
          expect(judgeCommand(name, args, 'strict').allowed).toBe(false)
      }),
    )
  })

  test('options of docker before build do not help', () => {
    const option = fc.constantFrom('-D', '--tls', '-H=x', '--host=x', '--new-flag', '--new=1', '--debug')
    fc.assert(
      fc.property(fc.array(option, { maxLength: 10 }), (options) => {
        expect(judgeCommand('docker', [...options, 'build', '.'], 'standard').allowed).toBe(false)
      }),
    )
  })

  test('many unknown options end at once', () => {
    const args = Array.from({ length: 20_000 }, (_, n) => (n % 2 === 0 ? '--unknown' : 'value'))
    expect(judgeCommand('docker', args, 'strict')).toEqual({ allowed: true, args })
    expect(judgeCommand('docker', [...args, 'build'], 'strict').allowed).toBe(false)
  })
})

test('guardedPrograms holds the builders, and at the strict level those of packages too', () => {
  expect(guardedPrograms('standard')).toEqual(expect.arrayContaining(['docker', 'podman', 'sudo']))
  expect(guardedPrograms('standard')).not.toContain('npm')
  expect(guardedPrograms('strict')).toEqual(expect.arrayContaining(['docker', 'npm', 'make']))
})

describe('buildInputs', () => {
  const known = new Set(['image', 'digest', 'run'])
  test.each([
    { description: 'inputs of deploy', given: { image: 'x', digest: 'y', run: 'z' }, asked: [] },
    { description: 'a context', given: { image: 'x', context: '.' }, asked: ['context'] },
    { description: 'underscores', given: { build_args: 'A=b' }, asked: ['build_args'] },
    { description: 'upper case', given: { 'BUILD-ARGS': 'A=b' }, asked: ['BUILD-ARGS'] },
    {
      description: 'several',
      given: { file: 'Dockerfile', rebuild: 'true', 'cache-from': 'x' },
      asked: ['file', 'rebuild', 'cache-from'],
    },
    { description: 'an empty input, which was not given', given: { context: '', file: '' }, asked: [] },
    { description: 'false, which was given', given: { push: 'false' }, asked: ['push'] },
    { description: 'inputs nobody knows', given: { colour: 'red' }, asked: [] },
  ])('$description', ({ given, asked }) => {
    expect(buildInputs(new Map(Object.entries(given)), known)).toEqual(asked)
  })

  test('a name that deploy declares itself is none', () => {
    expect(buildInputs(new Map([['tags', 'x']]), new Set(['tags']))).toEqual([])
  })
})
