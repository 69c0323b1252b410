import { ERROR_CODES } from '../../src/domain/error-codes.ts'

const INTRODUCTION = `# Error codes

Every failure names a code. Codes are public: scripts may match on them, so a code is never renamed or reused.
The message says what happened, what was expected and what was found; the hint below it says what to do.

An error is shown at the line of the step or input in your workflow file, where that line is certain: the file is checked
out at the commit that runs, and the step is in it, not in a called workflow or a composite action.

This page is generated from \`src/domain/error-codes.ts\` (\`npm run docs\`).`

/** The page that lists every code a user can meet. */
export function renderErrorCodes(): string {
  const index = Object.keys(ERROR_CODES).map((code) => `[\`${code}\`](#${code.toLowerCase()})`)
  const sections = Object.entries(ERROR_CODES).map(
    ([code, { means, next }]) => `## ${code}\n\n${means}\n\n**What to do:** ${next}`,
  )
  return `${[INTRODUCTION, index.join(' · '), ...sections].join('\n\n')}\n`
}
