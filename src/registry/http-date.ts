const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const TIME = String.raw`(?<h>\d{2}):(?<m>\d{2}):(?<s>\d{2})`

/** The three forms of RFC 9110 §5.6.7; the first is the one in use. */
const FORMS = [
  new RegExp(String.raw`^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) ${TIME} GMT$`, 'i'),
  new RegExp(String.raw`^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) ${TIME} GMT$`, 'i'),
  new RegExp(String.raw`^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`, 'i'),
]

/** Reads an HTTP date as milliseconds since 1970; undefined for anything else, also for a day that does not exist. */
export function parseHttpDate(text: string, now: Date): number | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups
    if (groups === undefined) continue
    const month = MONTHS.indexOf((groups['month'] ?? '').toLowerCase())
    const [day, h, m, s] = [groups['day'], groups['h'], groups['m'], groups['s']].map(Number)
    const year = fullYear(groups['year'] ?? '', now)
    if (month < 0 || day === undefined || h === undefined || m === undefined || s === undefined)
      return undefined
    const time = Date.UTC(year, month, day, h, m, s)
    // A leap second is the next second; anything else that overflows is no date.
    const isDay = new Date(Date.UTC(year, month, day)).getUTCDate() === day
    return isDay && h < 24 && m < 60 && s <= 60 ? time : undefined
  }
  return undefined
}

/** Two digits mean the century in which the year is at most 50 years ahead. */
function fullYear(text: string, now: Date): number {
  if (text.length === 4) return Number(text)
  const century = Math.floor(now.getUTCFullYear() / 100) * 100
  const year = century + Number(text)
  return year > now.getUTCFullYear() + 50 ? year - 100 : year
}
