/** A figure as a rule judges it: between what it should be, what is usual, and when something was the matter. */
import type { JudgedPoint } from '@/api/types'
import type { ChartOption, LineSeriesOption } from '@/charts/echarts'
import { baseOption, readColor, tooltipElement } from '@/charts/look'
import { formatDay, formatDayTime, formatTime, type Formatter } from '@/format'
import { boundsInWords } from './words'

/** How long something was the matter; null: it still is. */
export interface Spell {
  from: string
  to: string | null
}

export interface JudgedLook {
  name: string
  timeZone: string
  format: Formatter
}

const CLOCK_DAYS_MAX = 3
const DAY_MS = 86_400_000
const MARKED_MAX = 400

const spanMs = (points: JudgedPoint[]): number => Date.parse(points.at(-1)?.at ?? '') - Date.parse(points[0]?.at ?? '')
const indexOf = (points: JudgedPoint[], at: string | null): number => (at === null ? -1 : points.findIndex((point) => Date.parse(point.at) >= Date.parse(at)))

export function judgedOption(points: JudgedPoint[], spells: Spell[], look: JudgedLook): ChartOption {
  const [color, critical, soft] = [readColor('series-1'), readColor('critical'), readColor('text-soft')]
  const byClock = spanMs(points) <= CLOCK_DAYS_MAX * DAY_MS
  const labels = points.map(({ at }, index) => {
    const clock = formatTime(at, look.timeZone)
    return byClock && clock !== '00:00' && index > 0 ? clock : formatDay(at, look.timeZone)
  })
  const option = baseOption(labels, look.format)
  const isBand = ({ low, high }: JudgedPoint): boolean => low !== null && high !== null
  const neverNegative = points.every(({ value }) => (value ?? 0) >= 0)
  const lowOf = ({ low }: JudgedPoint): number => (neverNegative ? Math.max(0, low ?? 0) : (low ?? 0))
  const during = points.map(({ at }) => (spells.some(({ from, to }) => from <= at && (to === null || at < to)) ? 1 : 0))
  const line = (data: (number | null)[], more: LineSeriesOption): LineSeriesOption => ({ type: 'line', symbol: 'none', silent: true, emphasis: { disabled: true }, data, ...more })
  const unseen = { lineStyle: { opacity: 0 }, stack: 'band', stackStrategy: 'all' } as const
  const marks = (indices: number[], symbol: string, size: number): LineSeriesOption =>
    line(points.map(({ value }, index) => (indices.includes(index) ? value : null)), { symbol, symbolSize: size, showSymbol: true, lineStyle: { opacity: 0 }, itemStyle: { color: critical }, z: 5 })

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
    marks(spells.map(({ from }) => indexOf(points, from)), 'diamond', 10),
    marks(spells.map(({ to }) => indexOf(points, to)), 'emptyCircle', 8),
  ]
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[]) => {
    const point = points[items[0]?.dataIndex ?? 0]
    if (!point) return ''
    return tooltipElement(formatDayTime(point.at, look.timeZone), point.isOver ? 'worth telling' : null, [
      { label: look.name, value: look.format(point.value) },
      { label: 'Usual', value: look.format(point.usual) },
      { label: 'Should be', value: boundsInWords(point.low, point.high, look.format) },
    ])
  }
  return option
}
