/** A line of an action's log as the demo shows it. */
export interface ShownLine {
  readonly text: string
  readonly level: 'plain' | 'warning' | 'error'
}

/** What @actions/artifact says about its own work; the log files have it. */
const CHATTER = [
  'Artifact name is valid',
  'Root directory input is valid',
  'Uploading artifact:',
  'Beginning upload of artifact',
  'Uploaded bytes',
  'Finished uploading artifact',
  'SHA256 digest of uploaded artifact',
  'SHA256 digest of downloaded artifact',
  'Finalizing artifact upload',
  'Redirecting to blob download',
  'Starting download of artifact',
  'Downloading raw file',
  'Artifact download completed',
]

/** More of that; ends of groups, and titles that the heading has; and what the `running` script says to deploy. */
const NOISE =
  /^(?:Artifact .+ successfully finalized\.|Found \d+ artifact|##\[endgroup\]$|##\[group\]Deploy$|sha256:[0-9a-f]{64}$)/

const LEVELS = [
  ['##[error]', 'error'],
  ['##[warning]', 'warning'],
  ['##[notice]', 'warning'],
] as const

const AGREEMENT = 'The witnesses agree:'

/**
 * Makes a filter for one log after the other: the runner's marks go, groups become their titles, hashes are
 * shortened, and the list of inputs is left out. When witnesses agree, their table is shown the first time only.
 */
export function createLogFilter(): (line: string) => ShownLine | undefined {
  let isInputs = false
  let isKnownTable = false
  let hasShownTable = false
  return (line) => {
    if (line.startsWith('##[group]Run ')) isInputs = true
    if (!line.startsWith('  ')) isKnownTable = line === AGREEMENT && hasShownTable
    hasShownTable ||= line === AGREEMENT
    const isTold = isKnownTable && line !== AGREEMENT
    const isHidden = isInputs || isTold || line.trim() === '' || isChatter(line)
    if (line === '##[endgroup]') isInputs = false
    if (isHidden) return undefined
    if (isKnownTable) return { text: AGREEMENT.replace(':', ''), level: 'plain' }
    const [mark, level] = LEVELS.find(([prefix]) => line.startsWith(prefix)) ?? ['', 'plain']
    return { text: shortenHashes(line.slice(mark.length).replace(/^##\[group\]/, '')), level }
  }
}

function isChatter(line: string): boolean {
  return CHATTER.some((start) => line.startsWith(start)) || NOISE.test(line)
}

/** In a table the room that digests no longer need goes too. */
function shortenHashes(line: string): string {
  return line
    .replaceAll(/\b(?<start>[0-9a-f]{12})(?:[0-9a-f]{52}|[0-9a-f]{28})\b/g, '$<start>…')
    .replace(/ {52,}/, (room) => room.slice(51))
}
