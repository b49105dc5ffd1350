/** The pooled curve of retention with its 95 % confidence band. */
import type { RetentionColumn, RetentionTotal } from '@/api/types'
import { formatCount, formatShare, formatShareRough } from '@/format'
import type { ChartOption } from '@/charts/echarts'
import { baseOption, readColor, tooltipElement } from '@/charts/look'

/** Every player is there on the first day, by definition. */
export const isFirstDay = ({ firstDay, lastDay }: RetentionColumn): boolean => firstDay === 0 && !lastDay

export interface CurvePoint extends RetentionTotal {
  label: string
  /** Where on the axis: days after the first, so that three weeks lie as far apart as they are; of spans their number. */
  place: number
}

/** Without the day of install, which is 100 % by definition, and without columns that no cohort has reached. */
export const curvePoints = (columns: RetentionColumn[], total: RetentionTotal[]): CurvePoint[] =>
  columns.flatMap((column, index) => {
    const one = total[index]
    const isSpan = column.lastDay !== null && column.lastDay !== column.firstDay
    const place = isSpan ? index : column.firstDay
    return one && one.share !== null && !isFirstDay(column) ? [{ ...one, label: column.label, place }] : []
  })

export function retentionCurveOption(points: CurvePoint[]): ChartOption {
  const color = readColor('series-1')
  const option = baseOption([], formatShareRough)
  const labels = new Map(points.map(({ place, label }) => [place, label]))
  const places = [...labels.keys()]
  Object.assign(option.xAxis as object, {
    type: 'value',
    data: undefined,
    min: Math.min(...places),
    max: Math.max(...places),
    splitLine: { show: false },
  })
  Object.assign(option.yAxis as object, { axisLine: { show: false } })
  Object.assign((option.xAxis as { axisLabel: object }).axisLabel, {
    customValues: places,
    formatter: (place: number) => labels.get(place) ?? '',
  })
  const invisible = { type: 'line', symbol: 'none', lineStyle: { opacity: 0 }, stack: 'band', silent: true } as const
  option.series = [
    { ...invisible, data: points.map(({ place, low }) => [place, low]) },
    {
      ...invisible,
      data: points.map(({ place, low, high }) => [place, (high ?? 0) - (low ?? 0)]),
      areaStyle: { color, opacity: 0.18 },
    },
    {
      type: 'line',
      symbol: 'circle',
      symbolSize: 5,
      data: points.map(({ place, share }) => [place, share]),
      lineStyle: { width: 2, color },
      itemStyle: { color },
      emphasis: { disabled: true },
    },
  ]
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[]) => {
    const point = points[items[0]?.dataIndex ?? 0]
    if (!point) return ''
    return tooltipElement(point.label, null, [
      { label: 'Retained', value: formatShare(point.share) },
      { label: '95 % sure', value: `${formatShare(point.low)} – ${formatShare(point.high)}` },
      { label: 'Players', value: `${formatCount(point.retained)} of ${formatCount(point.size)}` },
    ])
  }
  return option
}
