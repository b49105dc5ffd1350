/** Curves over a number, such as days since the first, with the interval that each point lies in. */
import type { ChartOption, LineSeriesOption } from '@/charts/echarts'
import { baseOption, readColor, tooltipElement, type SeriesColor } from '@/charts/look'
import type { Scale } from '@/charts/scales'

export interface CurvePoint {
  /** Where on the axis: days after the first, so that three weeks lie as far apart as they are; of spans their number. */
  place: number
  label: string
  value: number | null
  low?: number | null
  high?: number | null
  /** What else the table says of it. */
  notes: { label: string; value: string }[]
}

export interface Curve {
  key: string
  label: string
  series: SeriesColor
  points: CurvePoint[]
}

export interface CurveDrawing extends Omit<Scale, 'isDuration'> {
  curves: Curve[]
  /** What is along the axis, and what the values are: the heads of the table. */
  along: string
  value: string
}

export function curveOption(curves: Curve[], look: CurveDrawing): ChartOption {
  const option = baseOption([], look.formatAxis)
  const labels = new Map(curves.flatMap(({ points }) => points.map(({ place, label }) => [place, label])))
  const places = [...labels.keys()].toSorted((a, b) => a - b)
  Object.assign(option.xAxis as object, {
    type: 'value',
    data: undefined,
    min: places[0],
    max: places.at(-1),
    splitLine: { show: false },
  })
  Object.assign(option.yAxis as object, { axisLine: { show: false } })
  Object.assign((option.xAxis as { axisLabel: object }).axisLabel, {
    customValues: places,
    formatter: (place: number) => labels.get(place) ?? '',
  })
  option.series = curves.flatMap((curve) => [...(curves.length === 1 ? band(curve) : []), line(curve)])
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { value: [number, number] }[]) => {
    const place = items[0]?.value[0]
    const at = curves.flatMap((curve) => curve.points.filter((point) => point.place === place).map((point) => ({ curve, point })))
    const [first] = at
    if (!first) return ''
    const single = curves.length === 1
    return tooltipElement(first.point.label, null, [
      ...at.map(({ curve, point }) => ({ label: single ? look.value : curve.label, value: look.format(point.value), series: single ? undefined : curve.series })),
      ...(single ? first.point.notes : []),
    ])
  }
  return option
}

function line({ label, series, points }: Curve): LineSeriesOption {
  const color = readColor(`series-${series}`)
  return {
    type: 'line',
    name: label,
    symbol: 'circle',
    symbolSize: 5,
    data: points.map(({ place, value }) => [place, value]),
    lineStyle: { width: 2, color },
    itemStyle: { color },
    emphasis: { disabled: true },
  }
}

function band({ points, series }: Curve): LineSeriesOption[] {
  if (points.every(({ low }) => low === undefined)) return []
  const unseen = { type: 'line', symbol: 'none', lineStyle: { opacity: 0 }, stack: 'band', silent: true } as const
  return [
    { ...unseen, data: points.map(({ place, low }) => [place, low ?? null]) },
    {
      ...unseen,
      data: points.map(({ place, low, high }) => [place, (high ?? 0) - (low ?? 0)]),
      areaStyle: { color: readColor(`series-${series}`), opacity: 0.18 },
    },
  ]
}
