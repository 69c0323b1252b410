/** The actions of this repository, and the guard that stands in front of builders while deploy runs a script. */
export type Verb = 'build' | 'deploy' | 'guard'

/**
 * Runs a verb. Each is a chunk of its own, so that no verb loads another's code.
 * @param home the folder of the verb's entry file; its siblings are the other entries.
 */
export async function run(verb: Verb, home: string): Promise<void> {
  if (verb !== 'guard') (await import('./schemas.ts')).interpretSchemas()
  switch (verb) {
    case 'build':
      return await (await import('./build.ts')).main()
    case 'deploy':
      return await (await import('./deploy.ts')).main(home)
    case 'guard':
      return (await import('./guard.ts')).main(process.argv.slice(2))
  }
}
