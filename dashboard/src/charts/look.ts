/** What all charts look like. Colours are read from the style sheet: there they are written once. */
import type { ChartOption } from './echarts'

/** As many as the values that a split tells apart. */
const SERIES_COLORS = 10
export const OTHER_COLOR = 'other'
/** A series' colour: a number from 1 on, or that of what is left over. */
export type SeriesColor = number | typeof OTHER_COLOR
/** What the server calls the values beyond the largest ones. */
export const OTHER_KEY = '(other)'

/**
 * A colour for each series of a chart, no two the same. A value that is among the first of `known` has the same one in
 * every chart; the rest take what is free.
 */
export function seriesColors(keys: string[], known: string[]): Map<string, SeriesColor> {
  const colors = new Map<string, SeriesColor>()
  const free = new Set(Array.from({ length: SERIES_COLORS }, (_, index) => index + 1))
  const named = keys.filter((key) => key !== OTHER_KEY)
  for (const key of named) {
    const place = known.indexOf(key) + 1
    if (free.delete(place)) colors.set(key, place)
  }
  for (const key of named) {
    const [next] = free
    if (colors.has(key) || next === undefined) continue
    free.delete(next)
    colors.set(key, next)
  }
  return colors
}

export function readColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

export interface TooltipLine {
  label: string
  value: string
  series?: SeriesColor
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

const DURATION_STEPS = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]
const LINES_MAX = 4

/** The distance of an axis' lines, where they are seconds: even minutes and hours, and not 1,000 s. */
export const durationSteps = (values: (number | null | undefined)[]): { interval?: number; max?: number } => {
  const highest = Math.max(1, ...values.map((value) => value ?? 0))
  const interval = DURATION_STEPS.find((step) => highest / step <= LINES_MAX)
  return interval ? { interval, max: Math.ceil(highest / interval) * interval } : {}
}

const SHARE_STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]

/** An axis from all of it downwards, as far as these shares reach: an axis of its own choice would go beyond all. */
export const shareSteps = (shares: (number | null | undefined)[]): { min: number; max: number; interval: number } => {
  const missing = Math.max(0.001, ...shares.map((share) => 1 - (share ?? 1)))
  const interval = SHARE_STEPS.find((step) => missing / step <= LINES_MAX) ?? 0.2
  return { min: Math.max(0, Number((1 - Math.ceil(missing / interval) * interval).toFixed(3))), max: 1, interval }
}

/** So many points are drawn anew with each move of the pointer; more would make it stutter. */
const MARKED_POINTS_MAX = 1000

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
      // On a layer of its own, so that what lies below stays as it is; the dot on the line cannot be had so.
      axisPointer: { zlevel: 1, triggerEmphasis: labels.length <= MARKED_POINTS_MAX },
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
