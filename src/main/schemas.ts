import { config } from 'zod'

/**
 * Lets zod interpret schemas instead of compiling each to JavaScript first, which pays only for a schema that
 * is used many times; a step uses each once. To be called before the first schema is made.
 */
export function interpretSchemas(): void {
  config({ jitless: true })
}
