/** An answer as a chart: its first column along the axis, its numbers drawn. */
import { COUNTS, type Scale } from '@/charts/scales'
import { formatCompact, formatDecimal } from '@/format'
import type { BarsDrawing } from '@/panels/shapes/bars'
import type { NamedSeries, TimeDrawing } from '@/panels/shapes/time'
import type { SqlAnswer, SqlValue } from './runSql'

const SERIES_MAX = 10
const BARS_MAX = 60
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const numberOf = (value: SqlValue | undefined): number | null => (typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null)
const momentOf = (value: SqlValue | undefined): string | null => {
  if (typeof value !== 'string') return null
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return `${value}T00:00:00Z`
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? value : null
}

export type SqlDrawing = { shape: 'time'; drawing: TimeDrawing } | { shape: 'bars'; drawing: BarsDrawing }

/** Null where it has no numbers, or nothing that they stand along. */
export function chartOf({ columns, rows }: SqlAnswer): SqlDrawing | null {
  const drawnColumns = columns.map((label, index) => ({ label, index })).filter(({ index }) => index > 0 && rows.some((row) => numberOf(row[index]) !== null)).slice(0, SERIES_MAX)
  const [first] = drawnColumns
  if (!first || !rows.length) return null
  const isWhole = drawnColumns.every(({ index }) => rows.every((row) => Number.isInteger(numberOf(row[index]) ?? 0)))
  const scale: Scale = isWhole ? COUNTS : { format: formatDecimal, formatAxis: formatCompact }
  const moments = rows.map((row) => momentOf(row[0]))
  if (rows.length > 1 && moments.every((moment) => moment !== null)) {
    const order = rows.map((_, index) => index).toSorted((a, b) => Date.parse(moments[a] ?? '') - Date.parse(moments[b] ?? ''))
    const steps = order.slice(1).map((place, index) => Date.parse(moments[place] ?? '') - Date.parse(moments[order[index] ?? 0] ?? '')).filter((step) => step > 0)
    const step = Math.min(...steps, DAY_MS)
    const series = drawnColumns.map(({ label, index }, place): NamedSeries => ({
      key: `${index}`, label, series: place + 1, points: order.map((row) => ({ time: moments[row] ?? '', value: numberOf(rows[row]?.[index]), complete: true, settled: true })),
    }))
    return { shape: 'time', drawing: { ...scale, series, shape: 'line', interval: step < HOUR_MS ? 'minute' : step < DAY_MS ? 'hour' : 'day', timeZone: 'UTC' } }
  }
  if (rows.length > BARS_MAX) return null
  const bars = rows.map((row) => ({ label: row[0] === null || row[0] === undefined ? 'NULL' : String(row[0]), value: numberOf(row[first.index]) ?? 0, notes: drawnColumns.slice(1).map(({ label, index }) => ({ label, value: scale.format(numberOf(row[index])) })) }))
  return { shape: 'bars', drawing: { ...scale, first: columns[0] ?? '', counted: first.label, bars } }
}
