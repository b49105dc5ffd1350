/** Which other days a page is compared with: those directly before its own, or as many from a chosen day on. */
import type { QueryValues } from '@/api/client'
import { formatPlainDay } from '@/format'
import { daysBetween, instantOf, isDay, localOf, shiftDay } from '@/timeRanges'

export interface Days {
  from: string
  to: string
  today: string
  /** The instants of what is asked of them, where that is not all. */
  part?: { from: string; to: string; now: string } | null
}

export interface OtherDays {
  /** What they are called where their dates stand beside it, or need not. */
  name: string
  /** What somebody chose: a `day` on which they begin stays where it is, whatever today is. */
  chosen: 'none' | 'before' | 'day'
  /** For figures: whole days that are over, as many as of the range. Null where there are none; then `fault` says why. */
  figures: QueryValues | null
  /** The days of the range that these are as many as, where that is not all of it. */
  over: QueryValues | null
  /** For lines: as many days as the range has. Null where none are to be laid behind them. */
  lines: QueryValues | null
  fault?: string
}

const chosenOf = (compare: string): OtherDays['chosen'] => (isDay(compare) ? 'day' : compare === 'before' ? 'before' : 'none')

/** What is asked is `values`, and the days of each question. */
export function otherDaysOf(values: QueryValues, timeZone: string, days: Days, compare: string): OtherDays {
  const start = isDay(compare) ? compare : null
  return days.part ? ofPart(values, timeZone, days.part, start, compare) : ofDays(values, days, start, compare)
}

function ofDays(values: QueryValues, { from, to, today }: Days, start: string | null, compare: string): OtherDays {
  const count = daysBetween(from, to) + 1
  const over = Math.min(count, Math.max(0, daysBetween(from, today)))
  const span = (first: string, length: number): QueryValues => ({ ...values, from: first, to: shiftDay(first, length - 1) })
  const first = start ?? shiftDay(from, -over)
  const firstOfLine = start ?? shiftDay(from, -count)
  const hasCome = shiftDay(first, over - 1) < today
  return {
    name: start ? `as many days from ${formatPlainDay(start)} on` : 'the days before',
    chosen: chosenOf(compare),
    figures: over > 0 && hasCome ? span(first, over) : null,
    over: over < count ? span(from, over) : null,
    lines: compare !== 'none' && firstOfLine <= today ? span(firstOfLine, count) : null,
    fault: over === 0 ? 'Nothing is compared: no day of these is over yet.' : hasCome ? undefined : `Nothing is compared: from ${formatPlainDay(first)} on there are not yet as many days that are over.`,
  }
}

/** Some hours: the same hours from another day on, or as long directly before. */
function ofPart(values: QueryValues, timeZone: string, { from, to, now }: NonNullable<Days['part']>, start: string | null, compare: string): OtherDays {
  const other = start ? sameHours(from, to, timeZone, start) : { from: new Date(2 * Date.parse(from) - Date.parse(to)).toISOString(), to: from }
  const areOver = to <= now && other.to <= now
  return {
    name: start ? `the same hours from ${formatPlainDay(start)} on` : 'the time before',
    chosen: chosenOf(compare),
    figures: areOver ? { ...values, ...other } : null,
    over: null,
    lines: compare === 'none' ? null : { ...values, ...other },
    fault: areOver ? undefined : 'Nothing is compared: these hours, or those beside them, are not over yet.',
  }
}

function sameHours(from: string, to: string, timeZone: string, start: string): { from: string; to: string } {
  const days = daysBetween(localOf(new Date(from), timeZone).slice(0, 10), start)
  const shifted = (instant: string): string => {
    const local = localOf(new Date(instant), timeZone)
    return instantOf(`${shiftDay(local.slice(0, 10), days)}${local.slice(10)}`, timeZone)
  }
  return { from: shifted(from), to: shifted(to) }
}
