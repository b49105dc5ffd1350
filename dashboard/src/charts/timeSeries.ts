/** A time series as a chart: from the API's answer to lines or bars, unfinished buckets set apart. */
import type { Interval, TimePoint } from '@/api/types'
import { formatDay, formatDayTime, formatTime, formatWeekday, type Formatter } from '@/format'
import type { BarSeriesOption, ChartOption, LineSeriesOption } from './echarts'
import { baseOption, OTHER_KEY, readColor, tooltipElement, type SeriesColor } from './look'

export interface NamedSeries {
  key: string
  label: string
  series: SeriesColor
  points: TimePoint[]
}

const DWARFING_TIMES = 2

const highest = ({ points }: NamedSeries): number => Math.max(0, ...points.map(({ value }) => value ?? 0))

/** `(other)`, where beside it all that is told apart would be a line at the bottom. */
export function dwarfing(all: NamedSeries[]): string[] {
  const other = all.find(({ key }) => key === OTHER_KEY)
  const named = Math.max(0, ...all.filter((one) => one !== other).map(highest))
  return other && named > 0 && highest(other) > DWARFING_TIMES * named ? [OTHER_KEY] : []
}

export type Shape = 'line' | 'bars'

export interface TimeSeriesLook {
  shape: Shape
  interval: Interval
  timeZone: string
  format: Formatter
  formatAxis: Formatter
}

export const UNFINISHED = 'not finished yet'

export const bucketLabel = (time: string, interval: Interval, timeZone: string): string =>
  interval === 'day' || interval === 'week' ? formatDay(time, timeZone) : formatDayTime(time, timeZone)

export function timeSeriesOption(all: NamedSeries[], look: TimeSeriesLook): ChartOption {
  const times = all[0]?.points ?? []
  const single = all.length === 1
  const byHour = look.interval === 'hour' || look.interval === 'minute'
  const axisLabels = times.map(({ time }, index) => {
    if (!byHour) return formatDay(time, look.timeZone)
    const clock = formatTime(time, look.timeZone)
    return clock === '00:00' || index === 0 ? formatDay(time, look.timeZone) : clock
  })
  const option = baseOption(axisLabels, (value) => look.formatAxis(value))
  // What is counted comes in whole numbers, and so does its axis.
  ;(option.yAxis as { minInterval: number }).minInterval = 1
  option.series = all.flatMap<LineSeriesOption | BarSeriesOption>((one) => (look.shape === 'bars' ? [bars(one)] : lines(one, single)))
  if (look.shape === 'bars') (option.tooltip as { axisPointer: { type?: string } }).axisPointer.type = 'shadow'
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[] | { dataIndex: number }) => {
    const index = (Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0
    const point = times[index]
    if (!point) return ''
    const title = byHour ? formatDayTime(point.time, look.timeZone) : formatWeekday(point.time, look.timeZone)
    return tooltipElement(
      look.interval === 'week' ? `Week of ${title}` : title,
      point.complete ? null : UNFINISHED,
      all.map(({ label, series, points }) => ({ label, series: single ? undefined : series, value: look.format(points[index]?.value) })),
    )
  }
  return option
}

function lines(one: NamedSeries, single: boolean): LineSeriesOption[] {
  const color = readColor(`series-${one.series}`)
  const firstOpen = one.points.findIndex(({ complete }) => !complete)
  const solid = one.points.map(({ value, complete }) => (complete ? value : null))
  // The dotted end starts at the last finished point, so that the line does not tear.
  const dotted = one.points.map(({ value }, index) => (firstOpen >= 0 && index >= firstOpen - 1 && index <= firstOpen ? value : null))
  const shared: LineSeriesOption = {
    type: 'line',
    name: one.key,
    symbol: 'circle',
    symbolSize: 5,
    showSymbol: one.points.length === 1,
    connectNulls: false,
    itemStyle: { color },
    emphasis: { disabled: true },
  }
  return [
    {
      ...shared,
      data: solid,
      lineStyle: { width: 1.8, color },
      areaStyle: single ? { color, opacity: 0.09 } : undefined,
    },
    { ...shared, data: dotted, lineStyle: { width: 1.6, color, type: [2, 3] } },
  ]
}

function bars(one: NamedSeries): BarSeriesOption {
  const color = readColor(`series-${one.series}`)
  const decal = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4, color: readColor('surface') }
  return {
    type: 'bar',
    name: one.key,
    stack: 'all',
    barCategoryGap: '24%',
    barMaxWidth: 22,
    itemStyle: { color },
    emphasis: { disabled: true },
    data: one.points.map(({ value, complete }) => ({ value: value ?? 0, itemStyle: complete ? { color } : { color, decal } })),
  }
}
