import { run } from '../index.js'

await run('deploy', import.meta.dirname)
