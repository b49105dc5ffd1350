/** Bars beside each other, one for each of a few classes in an order of their own: hours, weekdays, spans of time. */
import type { Formatter } from '@/format'
import type { ChartOption } from './echarts'
import { baseOption, readColor, tooltipElement } from './look'

export interface CategoryBar {
  label: string
  /** Below the axis, where the label is too long for it. */
  tick?: string
  value: number
  /** What the tooltip says beside the value. */
  notes?: { label: string; value: string }[]
}

const LABELS_MAX = 12

export function categoryBarsOption(bars: CategoryBar[], valueLabel: string, format: Formatter, formatAxis: Formatter): ChartOption {
  const option = baseOption(bars.map(({ label, tick }) => tick ?? label), (value) => formatAxis(value))
  ;(option.yAxis as { minInterval: number }).minInterval = 1
  // Left to itself the axis drops every second label where the longest one has no room twice.
  if (bars.length <= LABELS_MAX) (option.xAxis as { axisLabel: { interval?: number } }).axisLabel.interval = 0
  ;(option.tooltip as { axisPointer: { type?: string } }).axisPointer.type = 'shadow'
  option.series = [
    {
      type: 'bar',
      barCategoryGap: '24%',
      barMaxWidth: 44,
      itemStyle: { color: readColor('series-1') },
      emphasis: { disabled: true },
      data: bars.map(({ value }) => value),
    },
  ]
  ;(option.tooltip as { formatter: unknown }).formatter = (items: { dataIndex: number }[]) => {
    const bar = bars[items[0]?.dataIndex ?? 0]
    return bar ? tooltipElement(bar.label, null, [{ label: valueLabel, value: format(bar.value) }, ...(bar.notes ?? [])]) : ''
  }
  return option
}
