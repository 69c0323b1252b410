import { run } from '../index.js'

await run('guard', import.meta.dirname)
