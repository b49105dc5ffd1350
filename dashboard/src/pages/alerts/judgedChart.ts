/** A figure as a rule judges it: between what it should be, what is usual, and when something was the matter. */
import type { JudgedPoint } from '@/api/types'
import type { ChartOption, LineSeriesOption } from '@/charts/echarts'
import { baseOption, readColor, tooltipElement } from '@/charts/look'
import { formatDay, formatDayTime, formatTime } from '@/format'
import type { Figures } from './words'

/** How long something was the matter; null: it still is. */
export interface Spell {
  from: string
  to: string | null
}

export interface JudgedLook {
  name: string
  timeZone: string
  figures: Figures
}

const CLOCK_DAYS_MAX = 3
const DAY_MS = 86_400_000
const MARKED_MAX = 400
const LABEL_HOURS = 3

const spanMs = (points: JudgedPoint[]): number => Date.parse(points.at(-1)?.at ?? '') - Date.parse(points[0]?.at ?? '')
/** Where on the axis a moment lies: what is later than all of it is at its end. */
function indexOf(points: JudgedPoint[], at: string | null): number {
  if (at === null) return -1
  const found = points.findIndex((point) => Date.parse(point.at) >= Date.parse(at))
  return found < 0 ? points.length - 1 : found
}

/** Days where they begin; by the clock every few hours. */
function isLabelled(points: JudgedPoint[], index: number, byClock: boolean, timeZone: string): boolean {
  const [point, before] = [points[index], points[index - 1]]
  if (!point || !before) return false
  if (!byClock) return formatDay(point.at, timeZone) !== formatDay(before.at, timeZone)
  const [hour, minute] = formatTime(point.at, timeZone).split(':').map(Number)
  return minute === 0 && (hour ?? 0) % LABEL_HOURS === 0
}

export function judgedOption(points: JudgedPoint[], spells: Spell[], look: JudgedLook): ChartOption {
  const [color, critical, soft] = [readColor('series-1'), readColor('critical'), readColor('text-soft')]
  const byClock = spanMs(points) <= CLOCK_DAYS_MAX * DAY_MS
  const labels = points.map(({ at }, index) => {
    const clock = formatTime(at, look.timeZone)
    return byClock && clock !== '00:00' && index > 0 ? clock : formatDay(at, look.timeZone)
  })
  const option = baseOption(labels, look.figures.format)
  ;(option.xAxis as { axisLabel: { interval: unknown } }).axisLabel.interval = (index: number) => isLabelled(points, index, byClock, look.timeZone)
  const isBand = ({ low, high }: JudgedPoint): boolean => low !== null && high !== null
  const neverNegative = points.every(({ value }) => (value ?? 0) >= 0)
  const lowOf = ({ low }: JudgedPoint): number => (neverNegative ? Math.max(0, low ?? 0) : (low ?? 0))
  const ranges = spells.map(({ from, to }) => [indexOf(points, from), to === null ? points.length - 1 : indexOf(points, to)] as const)
  const during = points.map((_, index) => (ranges.some(([first, last]) => first <= index && index <= last) ? 1 : 0))
  const line = (data: (number | null)[], more: LineSeriesOption): LineSeriesOption => ({ type: 'line', symbol: 'none', silent: true, emphasis: { disabled: true }, data, ...more })
  const unseen = { lineStyle: { opacity: 0 }, stack: 'band', stackStrategy: 'all' } as const
  const marks = (indices: number[], symbol: string, size: number): LineSeriesOption =>
    line(points.map(({ value }, index) => (indices.includes(index) ? value : null)), { symbol, symbolSize: size, showSymbol: true, showAllSymbol: true, lineStyle: { opacity: 0 }, itemStyle: { color: critical }, z: 5 })

  const over = points.flatMap(({ isOver }, index) => (isOver ? [index] : []))
  option.yAxis = [option.yAxis as object, { type: 'value', min: 0, max: 1, show: false }]
  option.series = [
    line(during, { yAxisIndex: 1, step: 'middle', lineStyle: { opacity: 0 }, areaStyle: { color: critical, opacity: 0.13 } }),
    line(points.map((point) => (isBand(point) ? lowOf(point) : null)), unseen),
    line(points.map((point) => (isBand(point) ? (point.high ?? 0) - lowOf(point) : null)), { ...unseen, areaStyle: { color, opacity: 0.16 } }),
    line(points.map((point) => (isBand(point) ? null : (point.high ?? point.low))), { lineStyle: { width: 1.4, color: critical, type: [5, 4] } }),
    line(points.map(({ usual }) => usual), { lineStyle: { width: 1.4, color: soft, type: [2, 3] } }),
    line(points.map(({ value }) => value), { lineStyle: { width: 1.8, color }, itemStyle: { color } }),
    ...(over.length <= MARKED_MAX ? [marks(over, 'circle', 4)] : []),
    marks(ranges.map(([first]) => first), 'diamond', 10),
    marks(spells.map(({ to }) => indexOf(points, to)), 'emptyCircle', 8),
  ]
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[]) => {
    const point = points[items[0]?.dataIndex ?? 0]
    if (!point) return ''
    return tooltipElement(formatDayTime(point.at, look.timeZone), point.isOver ? 'worth telling' : null, [
      { label: look.name, value: look.figures.format(point.value) },
      { label: 'Usual', value: look.figures.format(point.usual) },
      { label: 'Should be', value: look.figures.bounds(point) },
    ])
  }
  return option
}
