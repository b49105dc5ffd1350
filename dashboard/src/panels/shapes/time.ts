/** Series over time: lines or bars, unfinished buckets set apart. */
import type { Interval, TimePoint } from '@/api/types'
import type { BarSeriesOption, ChartOption, LineSeriesOption } from '@/charts/echarts'
import { baseOption, durationSteps, OTHER_COLOR, OTHER_KEY, readColor, seriesColors, shareSteps, tooltipElement, type SeriesColor } from '@/charts/look'
import type { Scale } from '@/charts/scales'
import type { Mark } from '@/composables/marks'
import { capitalised, formatCompact, formatDay, formatDayTime, formatDimension, formatTime, formatWeekday } from '@/format'
import type { PageContext, Split } from '../pageContext'
import type { Asked } from '../panel'

export interface NamedSeries {
  key: string
  label: string
  series: SeriesColor
  points: TimePoint[]
  /** Between which values it lies, at each point. */
  band?: Band[]
  /** The same of a time before, which lies behind the others. */
  isBefore?: boolean
}

interface Band {
  low: number | null
  high: number | null
}

export type Shape = 'line' | 'bars'

export interface TimeDrawing extends Scale {
  series: NamedSeries[]
  shape: Shape
  interval: Interval
  timeZone: string
  /** How to sum a series up in the legend; without it the legend has names only. */
  total?: (one: NamedSeries) => string
  /** Shares near to one would be a line at the top of an axis from zero on. */
  isNearlyAll?: boolean
}

interface Bucket {
  complete: boolean
  settled: boolean
}

/** A number for a chart, which cannot draw what is beyond 2^53 to the last digit. */
export const drawn = (value: number | null | undefined): number | null => (value === null || value === undefined ? null : Number(value))

/** A plain day belongs to no time zone: its series is told in that of UTC. */
export const startOf = (day: string): string => (day.length === 10 ? `${day}T00:00:00Z` : day)

export const pointsOf = <Row extends Bucket>(rows: Row[], timeOf: (row: Row) => string, valueOf: (row: Row) => number | null | undefined): TimePoint[] =>
  rows.map((row) => ({ time: startOf(timeOf(row)), value: drawn(valueOf(row)), complete: row.complete, settled: row.settled }))

/** A series for each value of a split, which has the colour that it has everywhere; or one for all. */
export function splitSeries(
  split: Split, all: { key: string; points: TimePoint[] }[] | null | undefined, whole: TimePoint[], page: PageContext, color = 1,
): NamedSeries[] {
  if (!all?.length || split === 'none') return [{ key: 'total', label: 'Total', series: color, points: whole }]
  const colors = seriesColors(all.map(({ key }) => key), page.known[split])
  return all.map(({ key, points }) => ({ key, label: formatDimension(split, key), series: colors.get(key) ?? OTHER_COLOR, points }))
}

/** Of other days, point by point behind those of the range. What is not over there either is not drawn. */
export function behind<Answer>([range, other]: Asked<Answer>[], of: (answer: Answer) => TimePoint[]): NamedSeries[] {
  if (!range || !other) return []
  const before = of(other.answer)
  const points = of(range.answer).map((point, index) => ({ ...point, value: before[index]?.complete ? before[index].value : null }))
  if (points.every(({ value }) => value === null)) return []
  return [{ key: 'before', label: capitalised(other.label ?? ''), series: OTHER_COLOR, isBefore: true, points }]
}

export const sumOf = ({ points }: NamedSeries): number => points.reduce((sum, { value }) => sum + (value ?? 0), 0)
/** For the legend, of what is counted. */
export const totalOf = (one: NamedSeries): string => formatCompact(sumOf(one))

/** Plain days belong to no time zone: what is told by them is told in that of UTC. */
export const BY_DAY = { interval: 'day', timeZone: 'UTC' } as const

/** Null where all of the series have nothing. */
export const overTime = (series: NamedSeries[], look: Omit<TimeDrawing, 'series'>): TimeDrawing | null =>
  series.every(({ points }) => points.every(({ value }) => !value)) ? null : { ...look, series }

const DWARFING_TIMES = 2

const highest = ({ points }: NamedSeries): number => Math.max(0, ...points.map(({ value }) => value ?? 0))

/** `(other)`, where beside it all that is told apart would be a line at the bottom. */
export function dwarfing(all: NamedSeries[]): string[] {
  const other = all.find(({ key }) => key === OTHER_KEY)
  const named = Math.max(0, ...all.filter((one) => one !== other).map(highest))
  return other && named > 0 && highest(other) > DWARFING_TIMES * named ? [OTHER_KEY] : []
}

export const UNFINISHED = 'not finished yet'

export const bucketLabel = (time: string, interval: Interval, timeZone: string): string =>
  interval === 'day' || interval === 'week' ? formatDay(time, timeZone) : formatDayTime(time, timeZone)

/** As many labels as have room beside each other; the others are told where the pointer rests. */
const MARK_LABELS_MAX = 8
const MARK_LABEL_LENGTH_MAX = 16
const MARK_LABEL_PX = 14

const shortened = (text: string): string => (text.length > MARK_LABEL_LENGTH_MAX ? `${text.slice(0, MARK_LABEL_LENGTH_MAX - 1)}…` : text)

/** A line for each bucket in which something is marked. */
function markLine(marks: Map<number, Mark[]>, buckets: number): LineSeriesOption['markLine'] {
  let labelled = Number.NEGATIVE_INFINITY
  const data = [...marks].toSorted(([a], [b]) => a - b).map(([index, [first, ...others]]) => {
    const show = index - labelled > buckets / MARK_LABELS_MAX
    if (show) labelled = index
    const text = shortened(first?.text ?? '') + (others.length ? ` +${others.length}` : '')
    return { xAxis: index, lineStyle: { type: first?.kind === 'release' ? 'solid' : ([3, 3] as const) }, label: { show, formatter: () => text } }
  })
  return {
    silent: true,
    animation: false,
    symbol: 'none',
    lineStyle: { color: readColor('text-soft'), width: 1, opacity: 0.8 },
    label: { position: 'end', distance: 3, color: readColor('text-soft'), fontFamily: readColor('font'), fontSize: 10 },
    data: data as unknown as NonNullable<LineSeriesOption['markLine']>['data'],
  }
}

export const markWords = ({ kind, text }: Mark): string => (kind === 'release' ? `Release of ${text}` : text)

export function timeSeriesOption(all: NamedSeries[], look: TimeDrawing, marks: Map<number, Mark[]> = new Map()): ChartOption {
  const times = all[0]?.points ?? []
  const single = all.filter(({ isBefore }) => !isBefore).length === 1
  const byHour = look.interval === 'hour' || look.interval === 'minute'
  const axisLabels = times.map(({ time }, index) => {
    if (!byHour) return formatDay(time, look.timeZone)
    const clock = formatTime(time, look.timeZone)
    return clock === '00:00' || index === 0 ? formatDay(time, look.timeZone) : clock
  })
  const option = baseOption(axisLabels, (value) => look.formatAxis(value))
  // What is counted comes in whole numbers, and so does its axis.
  const isCounted = all.every(({ points }) => points.every(({ value }) => value === null || Number.isInteger(value)))
  Object.assign(option.yAxis as object, isCounted ? { minInterval: 1 } : {}, look.isNearlyAll ? shareSteps(all.flatMap(({ points, band }) => [...points.map(({ value }) => value), ...(band ?? []).map(({ low }) => low)])) : {}, look.isDuration ? durationSteps(all.flatMap(({ points }) => points.map(({ value }) => value))) : {})
  option.series = all.flatMap<LineSeriesOption | BarSeriesOption>((one) => {
    if (one.isBefore) return [before(one, look.shape)]
    return look.shape === 'bars' ? [bars(one)] : [...(one.band ? bandOf(one, one.band) : []), ...lines(one, single && !one.band)]
  })
  if (marks.size && option.series[0]) {
    option.series[0].markLine = markLine(marks, times.length)
    Object.assign(option.grid as object, { top: MARK_LABEL_PX + 4 })
  }
  if (look.shape === 'bars') (option.tooltip as { axisPointer: { type?: string } }).axisPointer.type = 'shadow'
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[] | { dataIndex: number }) => {
    const index = (Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0
    const point = times[index]
    if (!point) return ''
    const title = byHour ? formatDayTime(point.time, look.timeZone) : formatWeekday(point.time, look.timeZone)
    return tooltipElement(
      look.interval === 'week' ? `Week of ${title}` : title,
      [...(point.complete ? [] : [UNFINISHED]), ...(marks.get(index) ?? []).map(markWords)].join('\n') || null,
      all.flatMap(({ label, series, points, band }) => {
        const between = band?.[index]
        const line = { label, series: all.length === 1 ? undefined : series, value: look.format(points[index]?.value) }
        return between && between.low !== null ? [line, { label: '95 % sure', value: `${look.format(between.low)} – ${look.format(between.high)}` }] : [line]
      }),
    )
  }
  return option
}

const shared = (one: NamedSeries, color: string): LineSeriesOption => ({
  type: 'line',
  name: one.label,
  symbol: 'circle',
  symbolSize: 5,
  showSymbol: one.points.length === 1,
  connectNulls: false,
  itemStyle: { color },
  emphasis: { disabled: true },
})

function lines(one: NamedSeries, isFilled: boolean): LineSeriesOption[] {
  const color = readColor(`series-${one.series}`)
  const firstOpen = one.points.findIndex(({ complete }) => !complete)
  const solid = one.points.map(({ value, complete }) => (complete ? value : null))
  // The dotted end starts at the last finished point, so that the line does not tear.
  const dotted = one.points.map(({ value }, index) => (firstOpen >= 0 && index >= firstOpen - 1 && index <= firstOpen ? value : null))
  return [
    {
      ...shared(one, color),
      data: solid,
      lineStyle: { width: 1.8, color },
      areaStyle: isFilled ? { color, opacity: 0.09 } : undefined,
    },
    { ...shared(one, color), data: dotted, lineStyle: { width: 1.6, color, type: [2, 3] } },
  ]
}

/** Behind lines, and over bars, which would hide it. */
function before(one: NamedSeries, shape: Shape): LineSeriesOption {
  const color = readColor('series-other')
  return { ...shared(one, color), data: one.points.map(({ value }) => value), lineStyle: { width: 1.4, color, type: [5, 4] }, z: shape === 'bars' ? 3 : 1 }
}

function bandOf(one: NamedSeries, band: Band[]): LineSeriesOption[] {
  const unseen = { type: 'line', symbol: 'none', lineStyle: { opacity: 0 }, stack: `band of ${one.key}`, stackStrategy: 'all', silent: true } as const
  const color = readColor(`series-${one.series}`)
  return [
    { ...unseen, data: band.map(({ low }) => low) },
    { ...unseen, data: band.map(({ low, high }) => (low === null || high === null ? null : high - low)), areaStyle: { color, opacity: 0.16 } },
  ]
}

function bars(one: NamedSeries): BarSeriesOption {
  const color = readColor(`series-${one.series}`)
  const decal = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4, color: readColor('surface') }
  return {
    type: 'bar',
    name: one.label,
    stack: 'all',
    barCategoryGap: '24%',
    barMaxWidth: 22,
    itemStyle: { color },
    emphasis: { disabled: true },
    data: one.points.map(({ value, complete }) => ({ value: value ?? 0, itemStyle: complete ? { color } : { color, decal } })),
  }
}
