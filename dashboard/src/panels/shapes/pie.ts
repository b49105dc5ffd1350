/** Parts of a whole, each as a slice: of what can be added up, and is not negative. */
import { PieChart, type PieSeriesOption } from 'echarts/charts'
import { use, type ComposeOption } from 'echarts/core'
import type { TooltipComponentOption } from 'echarts/components'
import type { ChartOption } from '@/charts/echarts'
import { baseOption, readColor, tooltipElement, type SeriesColor } from '@/charts/look'
import type { Scale } from '@/charts/scales'
import { formatShare } from '@/format'

use([PieChart])

export interface Slice {
  key: string
  label: string
  series: SeriesColor
  value: number
  share: number | null
}

export interface PieDrawing extends Scale {
  /** What the slices are, and what is counted: the heads of the table. */
  first: string
  counted: string
  slices: Slice[]
}

type PieOption = ComposeOption<PieSeriesOption | TooltipComponentOption>

export function pieOption(slices: Slice[], { counted, format }: PieDrawing): ChartOption {
  const { tooltip } = baseOption([], String)
  const option: PieOption = {
    animation: false,
    tooltip: {
      ...(tooltip as TooltipComponentOption),
      trigger: 'item',
      formatter: (items) => {
        const slice = slices[(Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0]
        return slice ? tooltipElement(slice.label, null, [{ label: counted, value: format(slice.value) }, { label: 'Share', value: formatShare(slice.share) }]) : ''
      },
    },
    series: [
      {
        type: 'pie',
        radius: ['42%', '78%'],
        emphasis: { scale: false },
        itemStyle: { borderColor: readColor('surface'), borderWidth: 2 },
        label: { color: readColor('text'), fontFamily: readColor('font'), fontSize: 11, width: 120, overflow: 'truncate', formatter: ({ dataIndex }) => slices[dataIndex]?.label ?? '' },
        labelLine: { lineStyle: { color: readColor('line-strong') } },
        data: slices.map(({ label, series, value }) => ({ name: label, value, itemStyle: { color: readColor(`series-${series}`) } })),
      },
    ],
  }
  return option as ChartOption
}
