import { findPeers } from '../../../sandbox/peers/tools.ts'
import { makeTar } from '../../fixtures/tar.ts'
import { open, repositoryAt } from '../../registry/support/access.ts'
import { makeImage, makeIndex, publish } from '../matrix/content.ts'
import type { World } from './world.ts'

/** What stands for Docker's actions in the example `existing.yml`: the same inputs and outputs, by the docker client. */
export const DOCKER_ACTIONS: Readonly<Record<string, string>> = {
  'docker/login-action@dbcb813823bdd20940b903addbd779551569679f': `name: Log in
inputs: { registry: { required: true }, username: { required: true }, password: { required: true } }
runs:
  using: composite
  steps:
    - shell: bash
      env:
        REGISTRY: \${{ inputs.registry }}
        LOGIN: \${{ inputs.username }}
        PASSWORD: \${{ inputs.password }}
      run: docker login --username "$LOGIN" --password-stdin "$REGISTRY" <<<"$PASSWORD"
`,
  'docker/setup-buildx-action@bb05f3f5519dd87d3ba754cc423b652a5edd6d2c': `name: Set up buildx
runs:
  using: composite
  steps:
    - { shell: bash, run: docker buildx version }
`,
  // The builder of this machine's daemon cannot push by digest, so a name goes first.
  'docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a': `name: Build and push
inputs: { context: { required: true }, outputs: { required: true } }
outputs: { digest: { value: '\${{ steps.push.outputs.digest }}' } }
runs:
  using: composite
  steps:
    - id: push
      shell: bash
      env:
        CONTEXT: \${{ inputs.context }}
        OUTPUTS: \${{ inputs.outputs }}
      run: |
        image="\${OUTPUTS#type=image,name=}"
        image="\${image%%,*}"
        docker build --tag "$image:pushed" "$CONTEXT"
        docker push "$image:pushed"
        pushed="$(docker image inspect --format '{{index .RepoDigests 0}}' "$image:pushed")"
        echo "digest=\${pushed##*@}" >>"$GITHUB_OUTPUT"
`,
}

/** What stands for Go, which installs what stands for ko: it pushes an image of one file and prints its reference. */
export async function installGo(world: World): Promise<void> {
  const { crane } = await findPeers()
  await world.install(
    'ko-without-go',
    `while (($#)); do
  if [[ $1 == --tags ]]; then tag="$2"; fi
  shift
done
work="$(mktemp -d)"
echo "hello from ko" >"$work/app"
tar --create --file "$work.tar" --directory "$work" app
'${crane}' append --new_layer "$work.tar" --new_tag "$KO_DOCKER_REPO:$tag"
rm -r "$work" "$work.tar"`,
  )
  await world.install(
    'go',
    `case "$1" in
  env) echo "$HOME/go" ;;
  install)
    mkdir -p "$HOME/go/bin"
    cp "$(command -v ko-without-go)" "$HOME/go/bin/ko"
    ;;
  *) exit 64 ;;
esac`,
  )
}

/** Publishes the base image of the example `layers.yml`, for both of its platforms. */
export async function publishBase(host: string): Promise<void> {
  const base = makeTar([{ name: 'etc/os-release', body: 'ID=example\n' }])
  const index = makeIndex({ amd64: makeImage(base, 'amd64'), arm64: makeImage(base, 'arm64') })
  await publish(open().registry, repositoryAt(host, 'library/node'), index, '24-slim')
}
