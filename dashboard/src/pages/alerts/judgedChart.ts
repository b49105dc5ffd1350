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

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MINUTES = 1440
const CLOCK_DAYS_MAX = 3
const MARKED_MAX = 400
/** Minutes between labels by the clock: the first step of which there are not too many. */
const CLOCK_STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720]
const CLOCK_LABELS_MAX = 9
const VALUE = 'value'

const timeOf = ({ at }: JudgedPoint): number => Date.parse(at)
/** The first point that is not earlier; of what is later than all, the last. What was seen is kept by the second. */
function pointAt(points: JudgedPoint[], at: string): JudgedPoint | undefined {
  return points.find((point) => timeOf(point) > Date.parse(at) - SECOND_MS) ?? points.at(-1)
}

/** Where labels stand: at even times of the zone's clock, or where its days begin. */
function ticks(points: JudgedPoint[], first: number, last: number, timeZone: string): number[] {
  const minutes = (last - first) / MINUTE_MS
  if (minutes > CLOCK_DAYS_MAX * DAY_MINUTES) {
    return points.filter(({ at }, index) => index > 0 && formatDay(at, timeZone) !== formatDay(points[index - 1]?.at ?? at, timeZone)).map(timeOf)
  }
  const step = CLOCK_STEPS.find((one) => minutes / one <= CLOCK_LABELS_MAX) ?? DAY_MINUTES
  const [finest = 5] = CLOCK_STEPS
  const found: number[] = []
  for (let at = Math.ceil(first / finest / MINUTE_MS) * finest * MINUTE_MS; at <= last; at += finest * MINUTE_MS) {
    const [hour = 0, minute = 0] = formatTime(new Date(at).toISOString(), timeZone).split(':').map(Number)
    if ((hour * 60 + minute) % step === 0) found.push(at)
  }
  return found
}

export function judgedOption(points: JudgedPoint[], spells: Spell[], look: JudgedLook): ChartOption {
  const [color, critical, soft] = [readColor('series-1'), readColor('critical'), readColor('text-soft')]
  const [first, last] = [timeOf(points[0] as JudgedPoint), timeOf(points.at(-1) as JudgedPoint)]
  const option = baseOption([], look.figures.format)
  const labels = ticks(points, first, last, look.timeZone)
  const byClock = last - first <= CLOCK_DAYS_MAX * DAY_MINUTES * MINUTE_MS
  Object.assign(option.xAxis as object, { type: 'time', data: undefined, min: first, max: last, splitLine: { show: false } })
  Object.assign((option.xAxis as { axisLabel: object }).axisLabel, {
    customValues: labels,
    formatter: (time: number) => {
      const at = new Date(time).toISOString()
      const clock = formatTime(at, look.timeZone)
      return byClock && clock !== '00:00' ? clock : formatDay(at, look.timeZone)
    },
  })
  const isBand = ({ low, high }: JudgedPoint): boolean => low !== null && high !== null
  const neverNegative = points.every(({ value }) => (value ?? 0) >= 0)
  const lowOf = ({ low }: JudgedPoint): number => (neverNegative ? Math.max(0, low ?? 0) : (low ?? 0))
  const drawn = (data: (number | null)[][], more: LineSeriesOption): LineSeriesOption => ({ type: 'line', symbol: 'none', silent: true, emphasis: { disabled: true }, data, ...more })
  const line = (figureOf: (point: JudgedPoint) => number | null, more: LineSeriesOption): LineSeriesOption => drawn(points.map((point) => [timeOf(point), figureOf(point)]), more)
  const unseen = { lineStyle: { opacity: 0 }, stack: 'band', stackStrategy: 'all' } as const
  const marks = (marked: (JudgedPoint | undefined)[], symbol: string, size: number): LineSeriesOption =>
    drawn(marked.flatMap((point) => (point ? [[timeOf(point), point.value]] : [])), { symbol, symbolSize: size, showSymbol: true, showAllSymbol: true, lineStyle: { opacity: 0 }, itemStyle: { color: critical }, z: 5 })
  const within = (at: string | null): number => Math.min(Math.max(at === null ? last : Date.parse(at), first), last)
  const during = spells.flatMap(({ from, to }) => [[within(from), 0], [within(from), 1], [within(to), 1], [within(to), 0]])

  const over = points.filter(({ isOver }) => isOver)
  option.yAxis = [option.yAxis as object, { type: 'value', min: 0, max: 1, show: false }]
  option.series = [
    drawn(during, { yAxisIndex: 1, lineStyle: { opacity: 0 }, areaStyle: { color: critical, opacity: 0.13 } }),
    line((point) => (isBand(point) ? lowOf(point) : null), unseen),
    line((point) => (isBand(point) ? (point.high ?? 0) - lowOf(point) : null), { ...unseen, areaStyle: { color, opacity: 0.16 } }),
    line((point) => (isBand(point) ? null : (point.high ?? point.low)), { lineStyle: { width: 1.4, color: critical, type: [5, 4] } }),
    line(({ usual }) => usual, { lineStyle: { width: 1.4, color: soft, type: [2, 3] } }),
    line(({ value }) => value, { name: VALUE, lineStyle: { width: 1.8, color }, itemStyle: { color } }),
    ...(over.length <= MARKED_MAX ? [marks(over, 'circle', 4)] : []),
    marks(spells.map(({ from }) => pointAt(points, from)), 'diamond', 10),
    marks(spells.flatMap(({ to }) => (to === null ? [] : [pointAt(points, to)])), 'emptyCircle', 8),
  ]
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { seriesName: string; dataIndex: number }[]) => {
    const point = points[items.find(({ seriesName }) => seriesName === VALUE)?.dataIndex ?? -1]
    if (!point) return ''
    return tooltipElement(formatDayTime(point.at, look.timeZone), point.isOver ? 'worth telling' : null, [
      { label: look.name, value: look.figures.format(point.value) },
      { label: 'Usual', value: look.figures.format(point.usual) },
      { label: 'Should be', value: look.figures.bounds(point) },
    ])
  }
  return option
}
