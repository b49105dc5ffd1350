/** Bars beside each other, one for each of a few classes in an order of their own: hours, spans of time, levels. */
import type { ChartOption } from '@/charts/echarts'
import { baseOption, durationSteps, readColor, tooltipElement } from '@/charts/look'
import type { Scale } from '@/charts/scales'

export interface CategoryBar {
  label: string
  /** Below the axis, where the label is too long for it. */
  tick?: string
  value: number
  /** What the tooltip and the table say beside the value. */
  notes?: { label: string; value: string }[]
  /** Why it stands out: said in the tooltip and the table, and shown in another colour. */
  mark?: string
}

export interface BarsDrawing extends Scale {
  /** What the classes are, and what is counted: the heads of the table. */
  first: string
  counted: string
  bars: CategoryBar[]
}

const LABELS_MAX = 12

export function barsOption({ bars, counted, format, formatAxis, isDuration }: BarsDrawing): ChartOption {
  const option = baseOption(bars.map(({ label, tick }) => tick ?? label), (value) => formatAxis(value))
  if (bars.every(({ value }) => Number.isInteger(value))) (option.yAxis as { minInterval: number }).minInterval = 1
  if (isDuration) Object.assign(option.yAxis as object, durationSteps(bars.map(({ value }) => value)))
  // Left to itself the axis drops every second label where the longest one has no room twice.
  if (bars.length <= LABELS_MAX) (option.xAxis as { axisLabel: { interval?: number } }).axisLabel.interval = 0
  ;(option.tooltip as { axisPointer: { type?: string } }).axisPointer.type = 'shadow'
  const [usual, marked] = [readColor('series-1'), readColor('critical')]
  option.series = [
    {
      type: 'bar',
      barCategoryGap: '24%',
      barMaxWidth: 44,
      itemStyle: { color: usual },
      emphasis: { disabled: true },
      data: bars.map(({ value, mark }) => ({ value, itemStyle: { color: mark ? marked : usual } })),
    },
  ]
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[]) => {
    const bar = bars[items[0]?.dataIndex ?? 0]
    return bar ? tooltipElement(bar.label, bar.mark ?? null, [{ label: counted, value: format(bar.value) }, ...(bar.notes ?? [])]) : ''
  }
  return option
}
