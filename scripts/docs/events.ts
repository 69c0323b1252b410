import { EVENTS, type EventRule, OTHER_EVENTS } from '../../src/github/events.ts'

function row(event: string, { commit, note }: EventRule): string {
  return `| ${event} | ${commit} | ${note === '' ? '' : `${note[0]?.toUpperCase()}${note.slice(1)}`} |`
}

/** The table of events: which commit each is about, and what follows from it. */
export function renderEvents(): string {
  return [
    '| Event | Commit | Note |',
    '| --- | --- | --- |',
    ...[...EVENTS].map(([event, rule]) => row(`\`${event}\``, rule)),
    row('any other', OTHER_EVENTS),
  ].join('\n')
}
