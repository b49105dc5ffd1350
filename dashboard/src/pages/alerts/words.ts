/** Figures of rules and lengths of time, as people write them. */
import type { AlertRule, Incident } from '@/api/types'
import { formatCount, formatDecimal, formatShareFine, NONE, type Formatter } from '@/format'

const DAY = 1440
const HOUR = 60

export function minutesInWords(minutes: number): string {
  for (const [length, name] of [[DAY, 'day'], [HOUR, 'hour'], [1, 'minute']] as const) {
    if (minutes % length === 0) return `${formatCount(minutes / length)} ${name}${minutes === length ? '' : 's'}`
  }
  return `${formatDecimal(minutes)} minutes`
}

/** From one moment to another, or to now: as rough as it may be. */
export function lengthInWords(from: string, to: string | null): string {
  const minutes = Math.round((Date.parse(to ?? new Date().toISOString()) - Date.parse(from)) / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < HOUR) return `${minutes} min`
  if (minutes < 2 * DAY) return `${Math.floor(minutes / HOUR)} h${minutes % HOUR ? ` ${minutes % HOUR} min` : ''}`
  return `${formatCount(Math.round(minutes / DAY))} days`
}

const formatNumber: Formatter = (value) => (typeof value === 'number' && Number.isInteger(value) ? formatCount(value) : formatDecimal(value))

/** The figures of a rule are shares, or numbers. Of a rule that is gone it is not known: then a number below 1 stays as it is. */
export const formatterOf = (rule: Pick<AlertRule, 'kind'> | null): Formatter => (rule?.kind === 'ratio' || rule?.kind === 'refused' ? formatShareFine : formatNumber)

/** Between what a figure should be. */
export function boundsInWords(low: number | null | undefined, high: number | null | undefined, format: Formatter): string {
  if (typeof low === 'number' && typeof high === 'number') return `${format(low)} – ${format(high)}`
  if (typeof high === 'number') return `at most ${format(high)}`
  return typeof low === 'number' ? `at least ${format(low)}` : NONE
}

/** Which part of a game, of a rule that tells some apart. */
export const partInWords = ({ part }: Pick<Incident, 'part'>, rule: AlertRule | null): string => {
  const by = rule && 'groupBy' in rule ? rule.groupBy : null
  return part || by ? `${by ? `${by} ` : ''}${part || 'unknown'}` : ''
}
