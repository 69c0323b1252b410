import { askDigest } from './running-app.ts'
import { variable } from './variables.ts'

// What the `running` input of deploy asks for: the digest that runs, from the one who knows.

console.log(await askDigest(Number(variable('PORT'))))
