import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The application that is built: as many files, and bytes in them altogether. */
export const APPLICATION = { files: 2000, bytes: 20_000_000 } as const

const FOLDERS = 50
const WORDS =
  'the quick brown function returns const value import from async await build once deploy digest'.split(' ')

/**
 * Writes the application into `FOLDER/app`, half of it text and half of it bytes that cannot be compressed,
 * and beside it a Dockerfile that copies it. It is the same every time.
 */
export async function writeApplication(folder: string): Promise<void> {
  const random = randomNumbers(20_260_101)
  const average = APPLICATION.bytes / APPLICATION.files
  for (let index = 0; index < APPLICATION.files; index += 1) {
    const directory = join(folder, 'app', `module-${index % FOLDERS}`)
    if (index < FOLDERS) await mkdir(directory, { recursive: true })
    // Two files are always twice the average, so that the sum is known.
    const spread = Math.floor((Math.floor(index / 2) % 100) * (average / 110))
    const size = average + (index % 2 === 0 ? spread : -spread)
    const isText = Math.floor(index / 2) % 2 === 0
    const content = isText ? text(size, random) : bytes(size, random)
    await writeFile(join(directory, `file-${index}.${isText ? 'js' : 'bin'}`), content)
  }
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY app /\n')
}

function text(size: number, random: () => number): Buffer {
  let content = ''
  while (content.length < size) {
    content += `${WORDS[random() % WORDS.length]}${random() % 8 === 0 ? `(${random() % 1000})\n` : ' '}`
  }
  return Buffer.from(content.slice(0, size))
}

function bytes(size: number, random: () => number): Buffer {
  const content = Buffer.alloc(size)
  for (let at = 0; at < size; at += 1) content[at] = random()
  return content
}

/** Numbers of 32 bits (xorshift), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}
