import type { BuildahInputs } from './buildah.ts'
import type { CommandInputs } from './command.ts'
import type { DockerInputs } from './docker-arguments.ts'
import type { Engine, EngineTools } from './engine.ts'
import type { ExistingInputs } from './existing.ts'
import type { FilesInputs } from './files.ts'
import type { LayersInputs } from './layers.ts'

export type { BuildahInputs, CommandInputs, DockerInputs, ExistingInputs, FilesInputs, LayersInputs }
export type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'

/** The engines and what each is told. */
export interface EngineInputs {
  readonly docker: DockerInputs
  readonly buildah: BuildahInputs
  readonly layers: LayersInputs
  readonly files: FilesInputs
  readonly command: CommandInputs
  readonly existing: ExistingInputs
}

/** The name of an engine. */
export type EngineName = keyof EngineInputs

type Load<Name extends EngineName> = (inputs: EngineInputs[Name], tools: EngineTools) => Promise<Engine>

const ENGINES: { readonly [Name in EngineName]: Load<Name> } = {
  docker: async (inputs, tools) => (await import('./docker.ts')).createDockerEngine(inputs, tools),
  buildah: async (inputs, tools) => (await import('./buildah.ts')).createBuildahEngine(inputs, tools),
  layers: async (inputs, tools) => (await import('./layers.ts')).createLayersEngine(inputs, tools),
  files: async (inputs, tools) => (await import('./files.ts')).createFilesEngine(inputs, tools),
  command: async (inputs, tools) => (await import('./command.ts')).createCommandEngine(inputs, tools),
  existing: async (inputs, tools) => (await import('./existing.ts')).createExistingEngine(inputs, tools),
}

/** Makes an engine, loading only its own code: most workflow runs find the commit built and need none. */
export async function createEngine<Name extends EngineName>(
  name: Name,
  inputs: EngineInputs[Name],
  tools: EngineTools,
): Promise<Engine> {
  return await ENGINES[name](inputs, tools)
}
