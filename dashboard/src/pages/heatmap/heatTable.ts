/** A heatmap in words and figures. */
import type { Heatmap } from '@/api/types'
import { formatCount, formatDecimal, formatDuration } from '@/format'
import { isOutside, type HeatGrid } from './heatGrid'

export const cellColumns = ['x, y', 'Events', 'Time spent', 'Per hour', 'Against the map']

/** The highest first. */
export const cellRows = ({ cells }: HeatGrid, rowsMax: number): string[][] =>
  cells
    .toSorted((a, b) => (b.value ?? -1) - (a.value ?? -1))
    .slice(0, rowsMax)
    .map(({ x, y, cell }) => [`${formatDecimal(x)}, ${formatDecimal(y)}`, formatCount(cell.events), formatDuration(cell.seconds), formatDecimal(cell.ratePerHour), formatDecimal(cell.relativeRisk)])

/** What lies outside of the map's core, and is not drawn; null where nothing does. */
export function farOff(heatmap: Heatmap): string | null {
  const { cellSize, originX, originY, outsideEvents: events } = heatmap
  const places = heatmap.cells.filter((cell) => isOutside(heatmap, cell)).map(({ cx, cy }) => [originX + cx * cellSize, originY + cy * cellSize] as const)
  const [first] = places
  if (!first) return null
  const where = places.length === 1 ? `near x ${formatDecimal(first[0])}, y ${formatDecimal(first[1])}` : `in ${formatCount(places.length)} cells far off`
  const what = events ? `${formatCount(events)} ${events === 1 ? 'event' : 'events'}` : 'Some time spent'
  return `${what} ${where}: not drawn, and in no colour.`
}
