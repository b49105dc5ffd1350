/** From node to node, column by column: a Sankey diagram. */
import { SankeyChart, type SankeySeriesOption } from 'echarts/charts'
import { use, type ComposeOption } from 'echarts/core'
import type { TooltipComponentOption } from 'echarts/components'
import { baseOption, readColor, seriesColors, tooltipElement, OTHER_COLOR } from '@/charts/look'
import type { ChartOption } from '@/charts/echarts'
import { formatCount, formatShare } from '@/format'

use([SankeyChart])

export interface FlowDrawing {
  /** What flows: sessions, players. */
  units: string
  nodes: { column: number; name: string; units: number; share: number | null }[]
  links: { column: number; source: string; target: string; units: number }[]
}

type FlowOption = ComposeOption<SankeySeriesOption | TooltipComponentOption>

const idOf = (column: number, name: string): string => `${column} ${name}`
const nameOf = (id: string): string => id.slice(id.indexOf(' ') + 1)

export function flowOption({ nodes, links, units }: FlowDrawing): ChartOption {
  const { tooltip } = baseOption([], String)
  const names = [...new Set(nodes.map(({ name }) => name))]
  const colors = seriesColors(names, [])
  const shares = new Map(nodes.map(({ column, name, share }) => [idOf(column, name), share]))
  const option: FlowOption = {
    animation: false,
    tooltip: {
      ...(tooltip as TooltipComponentOption),
      trigger: 'item',
      formatter: (items) => {
        const { dataType, data, value } = (Array.isArray(items) ? items[0] : items) as unknown as { dataType: string; data: { source: string; target: string; name: string }; value: number }
        if (dataType === 'edge') return tooltipElement(`${nameOf(data.source)} → ${nameOf(data.target)}`, null, [{ label: units, value: formatCount(value) }])
        return tooltipElement(nameOf(data.name), null, [{ label: units, value: formatCount(value) }, { label: 'Of all that come so far', value: formatShare(shares.get(data.name)) }])
      },
    },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 130,
        top: 8,
        bottom: 8,
        nodeWidth: 12,
        nodeGap: 8,
        draggable: false,
        layoutIterations: 24,
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'source', opacity: 0.28, curveness: 0.5 },
        label: { color: readColor('text'), fontFamily: readColor('font'), fontSize: 11, width: 118, overflow: 'truncate', formatter: ({ name }) => nameOf(name) },
        data: nodes.map(({ column, name }) => ({ name: idOf(column, name), depth: column - 1, itemStyle: { color: readColor(`series-${colors.get(name) ?? OTHER_COLOR}`), borderWidth: 0 } })),
        links: links.map(({ column, source, target, units: value }) => ({ source: idOf(column, source), target: idOf(column + 1, target), value })),
      },
    ],
  }
  return option as ChartOption
}
