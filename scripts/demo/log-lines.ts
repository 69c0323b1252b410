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
  'Found 1 artifact',
  'Redirecting to blob download',
  'Starting download of artifact',
  'Downloading raw file',
  'Artifact download completed',
]

const LEVELS = [
  ['##[error]', 'error'],
  ['##[warning]', 'warning'],
  ['##[notice]', 'warning'],
] as const

/**
 * Makes a filter for one log after the other: the runner's marks go, groups become their titles, hashes are
 * shortened, and the list of inputs is left out.
 */
export function createLogFilter(): (line: string) => ShownLine | undefined {
  let isInputs = false
  return (line) => {
    if (line.startsWith('##[group]Run ')) isInputs = true
    const isHidden = isInputs || line === '##[endgroup]' || line.trim() === '' || isChatter(line)
    if (line === '##[endgroup]') isInputs = false
    if (isHidden) return undefined
    const [mark, level] = LEVELS.find(([prefix]) => line.startsWith(prefix)) ?? ['', 'plain']
    return { text: shortenHashes(line.slice(mark.length).replace(/^##\[group\]/, '')), level }
  }
}

function isChatter(line: string): boolean {
  return CHATTER.some((start) => line.startsWith(start)) || /^Artifact .+ successfully finalized\./.test(line)
}

/** In a table the room that digests no longer need goes too. */
function shortenHashes(line: string): string {
  return line
    .replaceAll(/\b(?<start>[0-9a-f]{12})(?:[0-9a-f]{52}|[0-9a-f]{28})\b/g, '$<start>…')
    .replace(/ {52,}/, (room) => room.slice(51))
}
