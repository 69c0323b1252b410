import { run } from '../index.js'

await run('build', import.meta.dirname)
