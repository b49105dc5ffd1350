/** The cells of a heatmap, placed and coloured. */
import type { Heatmap, HeatmapCell } from '@/api/types'
import type { Box } from '@/maps/placement'
import type { Layer } from './layers'
import { quantileScale, type QuantileScale } from './quantileScale'

export type HeatExtent = 'core' | 'all'

export interface PlacedCell {
  cell: HeatmapCell
  /** Left and lower edge, in the map's units. */
  x: number
  y: number
  /** Null where too little was seen to tell. */
  value: number | null
  step: number | undefined
}

export interface HeatGrid {
  cells: PlacedCell[]
  bounds: Box
  find: (cx: number, cy: number) => PlacedCell | undefined
}

const shownOf = (heatmap: Heatmap, extent: HeatExtent): HeatmapCell[] => (extent === 'all' ? heatmap.cells : heatmap.cells.filter((cell) => !isOutside(heatmap, cell)))

/** One for all that are side by side: what is left out is in no colour either. */
export const scaleOfAll = (heatmaps: Heatmap[], layer: Layer, extent: HeatExtent): QuantileScale =>
  quantileScale(heatmaps.flatMap((heatmap) => shownOf(heatmap, extent).flatMap((cell) => layer.valueOf(cell) ?? [])), layer.lowIsHot)

/** Of the map's core alone, or of all that there is. */
export function heatGrid(heatmap: Heatmap, layer: Layer, extent: HeatExtent, scale: QuantileScale): HeatGrid {
  const { cellSize, originX, originY } = heatmap
  const cells = shownOf(heatmap, extent).map((cell): PlacedCell => {
    const value = layer.valueOf(cell)
    return { cell, x: originX + cell.cx * cellSize, y: originY + cell.cy * cellSize, value, step: value === null || value === 0 ? undefined : scale.stepOf(value) }
  })
  const byPlace = new Map(cells.map((one) => [`${one.cell.cx},${one.cell.cy}`, one]))
  return { cells, bounds: boundsOf(heatmap, extent), find: (cx, cy) => byPlace.get(`${cx},${cy}`) }
}

/** Whole cells, however few of them there are something in. */
function boundsOf({ bounds, core, cellSize, originX, originY }: Heatmap, extent: HeatExtent): Box {
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
