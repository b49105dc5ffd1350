/** Plain days such as `2026-11-22`: dates of a calendar, without a time zone. */

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

/** The day that an instant falls on in a time zone. */
export function plainDay(instant: Date, timeZone: string): string {
  let format = formats.get(timeZone)
  if (!format) {
    // Sweden writes dates as ISO does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
    formats.set(timeZone, format)
  }
  return format.format(instant)
}

export const shiftDay = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)

/** Whether a text is a day of the calendar: 2026-02-30 is not. */
export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && shiftDay(text, 0) === text

/** Whether a text is a moment on the clocks of a time zone, such as `2026-11-27T18:00`. */
export const isLocal = (text: string): boolean => /T([01]\d|2[0-3]):[0-5]\d$/.test(text) && isDay(text.slice(0, -6))

/** What is in the address bar may be anything, and dates cannot be shown in a zone that there is not. */
export const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The instant at which a day begins in a time zone, as RFC 3339. */
export const startOfDay = (day: string, timeZone: string): string => instantOf(`${day}T00:00`, timeZone)

/** The instant at which the clocks of a time zone show a day and a time, such as `2026-11-27T18:00`, as RFC 3339. */
export function instantOf(local: string, timeZone: string): string {
  const asIfUtc = Date.parse(`${local}:00Z`)
  // The offset is that of the instant looked for, so it is looked up once more at the first guess.
  const guess = asIfUtc - offsetMs(asIfUtc, timeZone)
  return new Date(asIfUtc - offsetMs(guess, timeZone)).toISOString()
}

/** What the clocks of a time zone show at an instant, as `instantOf` takes it. */
export const localOf = (instant: Date, timeZone: string): string => new Date(instant.getTime() + offsetMs(instant.getTime(), timeZone)).toISOString().slice(0, 16)

const clocks = new Map<string, Intl.DateTimeFormat>()

/** How far the clocks of a time zone are ahead of UTC at an instant. */
function offsetMs(instant: number, timeZone: string): number {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    })
    clocks.set(timeZone, clock)
  }
  const whole = Math.floor(instant / 1000) * 1000
  return Date.parse(`${clock.format(whole).replace(' ', 'T')}Z`) - whole
}
