import { join, normalize } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { unpackTar } from 'modern-tar/fs'
import { openRepository } from './registry-client.ts'

/** How the processes of an image are started. */
export interface ImageProgram {
  readonly argv: readonly string[]
  readonly workingFolder: string
  readonly environment: Readonly<Record<string, string>>
}

interface ImageManifest {
  readonly config?: { readonly digest: string }
  readonly layers?: readonly { readonly digest: string; readonly mediaType: string }[]
}

interface ImageConfig {
  readonly config?: {
    readonly Entrypoint?: readonly string[] | null
    readonly Cmd?: readonly string[] | null
    readonly WorkingDir?: string
    readonly Env?: readonly string[] | null
  }
}

/** Pulls an image by its digest, checks every hash on the way, and unpacks its layers into a folder. */
export async function unpackImage(image: string, digest: string, folder: string): Promise<ImageProgram> {
  const repository = openRepository(image)
  const { bytes } = await repository.readManifest(digest)
  const { config, layers = [] } = JSON.parse(bytes.toString()) as ImageManifest
  if (config === undefined) throw new Error(`${digest} is not an image for one platform`)
  for (const { digest: layer, mediaType } of layers) {
    const blob = Readable.from([await repository.readBlob(layer)])
    const target = unpackTar(folder)
    await (mediaType.endsWith('gzip') ? pipeline(blob, createGunzip(), target) : pipeline(blob, target))
  }
  return describeProgram(
    JSON.parse((await repository.readBlob(config.digest)).toString()) as ImageConfig,
    folder,
  )
}

function describeProgram({ config = {} }: ImageConfig, folder: string): ImageProgram {
  const { Entrypoint, Cmd, WorkingDir = '/', Env } = config
  const pairs = (Env ?? []).map((pair) => [
    pair.slice(0, pair.indexOf('=')),
    pair.slice(pair.indexOf('=') + 1),
  ])
  return {
    argv: [...(Entrypoint ?? []), ...(Cmd ?? [])],
    // Normalised as an absolute path, it cannot lead out of the folder.
    workingFolder: join(folder, normalize(`/${WorkingDir}`)),
    environment: Object.fromEntries(pairs) as Record<string, string>,
  }
}
