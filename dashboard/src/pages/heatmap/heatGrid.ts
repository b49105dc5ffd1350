/** The cells of a heatmap, placed and coloured: y grows upwards, as on a map. */
import type { Heatmap, HeatmapCell } from '@/api/types'
import { heatScale, type HeatScale } from '@/charts/heatScale'

export type HeatView = 'raw' | 'rate'

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

/** With `outside`, what lies far off by itself is neither drawn nor coloured by. */
export function heatGrid(heatmap: Heatmap, view: HeatView, outside: readonly HeatmapCell[] = []): HeatGrid {
  const { cellSize, originX, originY } = heatmap
  const far = new Set(outside)
  const cells = heatmap.cells.filter((cell) => !far.has(cell))
  const answered = far.size ? null : heatmap.bounds
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
  const floor = (value: number, origin: number): number => origin + Math.floor((value - origin) / cellSize) * cellSize
  const right = Math.max(...placed.map(({ x }) => x + cellSize), answered?.maxX ?? -Infinity)
  const upper = Math.max(...placed.map(({ y }) => y + cellSize), answered?.maxY ?? -Infinity)
  return {
    cells: placed,
    scale,
    bounds: {
      minX: floor(Math.min(...placed.map(({ x }) => x), answered?.minX ?? Infinity), originX),
      minY: floor(Math.min(...placed.map(({ y }) => y), answered?.minY ?? Infinity), originY),
      maxX: right,
      maxY: upper,
    },
    find: (cx, cy) => byPlace.get(`${cx},${cy}`),
  }
}

const NICE = [1, 2, 2.5, 5, 10]

/** The nearest round number at or above. */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return (NICE.find((step) => step * power >= value - 1e-9) ?? 10) * power
}
