import { waitUntilUp } from './running-app.ts'
import { variable } from './variables.ts'

// Waits until what a deploy script has started answers.

await waitUntilUp(Number(variable('PORT')))
