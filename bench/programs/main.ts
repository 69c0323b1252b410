import { interpretSchemas } from '../../src/main/schemas.ts'
import type { Task } from './tasks.ts'

// Started with a task as JSON, its only argument. Like the actions it loads the code of one verb only.

interpretSchemas()
const task = JSON.parse(process.argv[2] ?? '') as Task
if (task.verb === 'tag') await (await import('./tag.ts')).tagImages(task.images)
else await (await import('./copy.ts')).copyImage(task)
