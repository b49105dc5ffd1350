/** The cells of a heatmap, placed and coloured: y grows upwards, as on a map. */
import type { Heatmap, HeatmapCell } from '@/api/types'
import { heatScale, type HeatScale } from '@/charts/heatScale'

export type HeatView = 'raw' | 'rate'
export type HeatExtent = 'core' | 'all'

export interface PlacedCell {
  cell: HeatmapCell
  /** Left and lower edge, in the map's units. */
  x: number
  y: number
  /** Null where too little was seen to tell a rate. */
  value: number | null
  step: number | undefined
}

export interface HeatGrid {
  cells: PlacedCell[]
  scale: HeatScale
  bounds: { minX: number; minY: number; maxX: number; maxY: number }
  find: (cx: number, cy: number) => PlacedCell | undefined
}

export const valueOf = (cell: HeatmapCell, view: HeatView): number | null => (view === 'raw' ? cell.events : cell.ratePerHour)

/** Of the map's core alone, or of all that there is: what is left out is in no colour either. */
export function heatGrid(heatmap: Heatmap, view: HeatView, extent: HeatExtent): HeatGrid {
  const { cellSize, originX, originY } = heatmap
  const cells = extent === 'all' ? heatmap.cells : heatmap.cells.filter((cell) => !isOutside(heatmap, cell))
  const scale = heatScale(cells.flatMap((cell) => valueOf(cell, view) ?? []))
  const placed = cells.map((cell): PlacedCell => {
    const value = valueOf(cell, view)
    return {
      cell,
      x: originX + cell.cx * cellSize,
      y: originY + cell.cy * cellSize,
      value,
      step: value === null || value === 0 ? undefined : scale.stepOf(value),
    }
  })
  const byPlace = new Map(placed.map((one) => [`${one.cell.cx},${one.cell.cy}`, one]))
  return {
    cells: placed,
    scale,
    bounds: boundsOf(heatmap, extent),
    find: (cx, cy) => byPlace.get(`${cx},${cy}`),
  }
}

/** Whole cells, however few of them there are something in. */
function boundsOf({ bounds, core, cellSize, originX, originY }: Heatmap, extent: HeatExtent): HeatGrid['bounds'] {
  if (bounds && (extent === 'all' || !core)) return bounds
  const lower = (value: number, origin: number): number => origin + Math.floor((value - origin) / cellSize) * cellSize
  const { minX, minY, maxX, maxY } = core ?? { minX: originX, minY: originY, maxX: originX, maxY: originY }
  return {
    minX: lower(minX, originX),
    minY: lower(minY, originY),
    maxX: lower(maxX, originX) + cellSize,
    maxY: lower(maxY, originY) + cellSize,
  }
}

/** Whether no part of a cell is in the map's core. */
export function isOutside({ core, cellSize, originX, originY }: Heatmap, { cx, cy }: HeatmapCell): boolean {
  if (!core) return false
  const left = originX + cx * cellSize
  const lower = originY + cy * cellSize
  return left > core.maxX || left + cellSize <= core.minX || lower > core.maxY || lower + cellSize <= core.minY
}

const NICE = [1, 2, 2.5, 5, 10]

/** The nearest round number at or above. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return (NICE.find((step) => step * power >= value - 1e-9) ?? 10) * power
}
