/** Numbers and times as people read them. Every number on the screen goes through here. */
import { plainDay, startOfDay } from './timeRanges'

const language = navigator.language

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
const one = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
const two = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
const compact = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
const percentRough = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 })
const percentFine = new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 })
const points = new Intl.NumberFormat(language, { maximumFractionDigits: 2, signDisplay: 'exceptZero' })
const change = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' })

export type Formatter = (value: number | null | undefined) => string

/** What stands for "no value": not zero, but nothing to say. */
export const NONE = '–'

const orNone =
  (format: (value: number) => string): Formatter =>
  (value) =>
    value === null || value === undefined || Number.isNaN(value) ? NONE : format(value)

export const formatCount = orNone((value) => whole.format(value))
/** Whole numbers to the last digit, however large. */
export const formatExact = (value: number | bigint | null | undefined): string => (value === null || value === undefined ? NONE : whole.format(value))
export const formatDecimal = orNone((value) => (Math.abs(value) < 10 ? two : one).format(value))
export const formatCompact = orNone((value) => (Math.abs(value) < 10_000 ? whole : compact).format(value))
/** For axes, where round values come as they are. */
export const formatShareRough = orNone((value) => percentRough.format(value))
export const formatShare = orNone((value) => percent.format(value))
export const formatShareFine = orNone((value) => percentFine.format(value))
export const formatChange = orNone((value) => change.format(value))
/** The difference of two shares: a percentage of a percentage misleads. */
export const formatPoints = orNone((value) => `${points.format(value * 100)} points`)

export const formatDuration = orNone((seconds) => {
  const total = Math.round(seconds)
  const hours = Math.floor(total / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  if (hours >= 48) return `${formatCount(hours)} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  if (minutes > 0) return `${minutes} min ${total % 60} s`
  return `${total} s`
})

/** For axes, whose lines lie at even seconds, minutes and hours. */
export const formatDurationRough = orNone((seconds) => {
  if (seconds < 60) return `${formatDecimal(seconds)} s`
  return seconds < 3600 ? `${formatDecimal(seconds / 60)} min` : `${formatDecimal(seconds / 3600)} h`
})

/** As long as a run of a program: from a part of a second to hours. */
export const formatMilliseconds = orNone((ms) => {
  if (ms < 1000) return `${formatCount(ms)} ms`
  return ms < 60_000 ? `${formatDecimal(ms / 1000)} s` : formatDuration(ms / 1000)
})

/** As disks are sold: in thousands. */
export const formatBytes = orNone((bytes) => {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3))
  return `${power ? formatDecimal(bytes / 1000 ** power) : formatCount(bytes)} ${['bytes', 'kB', 'MB', 'GB', 'TB'][power]}`
})

export const formatMoney = (micros: number | null | undefined, currency: string | null | undefined): string => {
  if (micros === null || micros === undefined) return NONE
  const units = Number(micros) / 1e6
  const digits = Math.abs(units) >= 1000 ? 0 : 2
  try {
    return new Intl.NumberFormat(language, {
      style: 'currency',
      currency: currency || 'USD',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(units)
  } catch {
    return `${two.format(units)} ${currency ?? ''}`
  }
}

/** An amount of something that is no money: millionths, such as of a game's own currency. */
export const formatAmount = orNone((micros) => formatCompact(Number(micros) / 1e6))

const dateFormats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = timeZone + JSON.stringify(options)
  let format = dateFormats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(language, { timeZone, ...options })
    dateFormats.set(key, format)
  }
  return format
}

const DAY = { month: 'short', day: 'numeric' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/** A day of another year than this says which. */
const dayOf = (instant: string | Date): Intl.DateTimeFormatOptions =>
  new Date(instant).getUTCFullYear() === new Date().getUTCFullYear() ? DAY : { ...DAY, year: 'numeric' }

export const formatDay = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, dayOf(instant)).format(new Date(instant))

export const formatWeekday = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, { weekday: 'short', ...dayOf(instant) }).format(new Date(instant))

export const formatTime = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, CLOCK).format(new Date(instant))

export const formatDayTime = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, { ...dayOf(instant), ...CLOCK }).format(new Date(instant))

/** A day and the time of day, to the second. */
export const formatMoment = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, { ...dayOf(instant), ...CLOCK, second: '2-digit' }).format(new Date(instant))

export const formatClock = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, { ...CLOCK, second: '2-digit' }).format(new Date(instant))

export const formatInstant = (instant: string | Date, timeZone: string): string =>
  dateFormat(timeZone, {
    year: 'numeric', ...DAY, ...CLOCK, second: '2-digit', fractionalSecondDigits: 3, timeZoneName: 'short',
  }).format(new Date(instant))

/** As a line or a heading begins. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** From an instant up to and without another: where both are where days begin these are days, of which a single one is told once. */
export function formatSpan(from: string, to: string, timeZone: string): string {
  const areDays = [from, to].every((instant) => Date.parse(startOfDay(plainDay(new Date(instant), timeZone), timeZone)) === Date.parse(instant))
  const [first, last] = areDays ? [formatDay(from, timeZone), formatDay(new Date(Date.parse(to) - 1), timeZone)] : [formatDayTime(from, timeZone), formatDayTime(to, timeZone)]
  return first === last ? first : `${first} – ${last}`
}

/** A plain day such as 2026-11-22, which belongs to no time zone. */
export const formatPlainDay = (day: string): string => formatDay(`${day}T00:00:00Z`, 'UTC')

// A Sunday, from which the days of a week are counted.
const SUNDAY_MS = Date.UTC(2023, 0, 1)

/** The short name of a day of the week; 0 is Sunday. */
export const formatDayOfWeek = (day: number): string => dateFormat('UTC', { weekday: 'short' }).format(new Date(SUNDAY_MS + day * 86_400_000))

const regions = new Intl.DisplayNames([language], { type: 'region', fallback: 'code' })

export const formatCountry = (code: string): string => {
  try {
    return regions.of(code.toUpperCase()) ?? code
  } catch {
    return code
  }
}

// A map and no object: a game may call its platform `constructor`.
const platformNames = new Map([
  ['windows', 'Windows'], ['macos', 'macOS'], ['linux', 'Linux'], ['ios', 'iOS'], ['android', 'Android'], ['web', 'Web'],
  ['ps4', 'PlayStation 4'], ['ps5', 'PlayStation 5'], ['xbox', 'Xbox'], ['switch', 'Switch'], ['steamdeck', 'Steam Deck'],
])

export const formatPlatform = (platform: string): string => platformNames.get(platform.toLowerCase()) ?? platform

/** As metrics call what was not sent; in their answers it is empty. */
export const UNKNOWN = 'unknown'
const dimensionFormats = { platform: formatPlatform, version: String, country: formatCountry }

export type Dimension = keyof typeof dimensionFormats

export const formatDimension = (dimension: Dimension, value: string): string =>
  value === '' || value === UNKNOWN ? '(unknown)' : dimensionFormats[dimension](value)
