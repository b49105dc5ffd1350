/** What all charts look like. Colours are read from the style sheet: there they are written once. */
import type { ChartOption } from './echarts'

export const SERIES_COLORS = 8

/** The number of a series' colour, 1 to 8; the last is for what is left over. */
export const seriesNumber = (index: number, key: string): number =>
  key === '(other)' || index >= SERIES_COLORS - 1 ? SERIES_COLORS : index + 1

export function readColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

export interface TooltipLine {
  label: string
  value: string
  series?: number
}

/** Built as elements: markup with style attributes would be refused by the Content-Security-Policy. */
export function tooltipElement(title: string, note: string | null, lines: TooltipLine[]): HTMLElement {
  const box = document.createElement('div')
  box.className = 'chart-tooltip'
  const head = box.appendChild(document.createElement('div'))
  head.className = 'chart-tooltip-title'
  head.textContent = title
  if (note) {
    const text = box.appendChild(document.createElement('div'))
    text.className = 'chart-tooltip-note'
    text.textContent = note
  }
  const list = box.appendChild(document.createElement('dl'))
  for (const line of lines) {
    const term = list.appendChild(document.createElement('dt'))
    if (line.series !== undefined) {
      const swatch = term.appendChild(document.createElement('span'))
      swatch.className = 'swatch'
      swatch.dataset.series = String(line.series)
    }
    term.append(line.label)
    list.appendChild(document.createElement('dd')).textContent = line.value
  }
  return box
}

export function baseOption(labels: string[], formatAxis: (value: number) => string): ChartOption {
  const text = { color: readColor('text-soft'), fontFamily: readColor('font'), fontSize: 11 }
  return {
    animation: false,
    grid: { left: 4, right: 12, top: 12, bottom: 2, containLabel: true },
    xAxis: {
      type: 'category',
      data: labels,
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: readColor('line-strong') } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      axisLabel: { ...text, formatter: formatAxis },
      splitLine: { lineStyle: { color: readColor('line') } },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      padding: 0,
      borderWidth: 0,
      backgroundColor: 'transparent',
      extraCssText: 'box-shadow: none',
      transitionDuration: 0,
      axisPointer: { lineStyle: { color: readColor('line-strong'), type: 'solid' }, shadowStyle: { opacity: 0.12 } },
    },
  } as ChartOption
}
