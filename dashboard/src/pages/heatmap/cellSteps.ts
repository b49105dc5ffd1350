/** Going from cell to cell by keyboard. */
import type { PlacedCell } from './heatGrid'

/** The nearest cell in a direction. Maps have holes; what lies straight ahead is preferred to what lies beside. */
export function nextCell(cells: PlacedCell[], { cell }: PlacedCell, [right, up]: [number, number]): PlacedCell | null {
  const ASIDE_WEIGHT = 3
  let best: PlacedCell | null = null
  let bestDistance = Infinity
  for (const one of cells) {
    const across = one.cell.cx - cell.cx
    const above = one.cell.cy - cell.cy
    const ahead = across * right + above * up
    if (ahead <= 0) continue
    const distance = ahead + ASIDE_WEIGHT * Math.abs(right ? above : across)
    if (distance < bestDistance) {
      best = one
      bestDistance = distance
    }
  }
  return best
}

export const hottest = (cells: PlacedCell[]): PlacedCell | null => cells.reduce<PlacedCell | null>((best, one) => ((one.value ?? -1) > (best?.value ?? -1) ? one : best), null)
