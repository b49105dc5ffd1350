/** Where nearly everything of a heatmap lies: a stray position a million units away would else make the map a dot. */
import type { Heatmap, HeatmapCell } from '@/api/types'

interface Span {
  first: number
  last: number
}

/** What lies between is the middle from which the core grows: a tenth may stray to either side. */
const MIDDLE = { from: 0.1, to: 0.9 }
/** A gap of more than so many times the width of what was found so far ends the core. */
const GAP_TIMES = 2

/** The cells that lie far off, by themselves. */
export function farOff({ cells, total }: Heatmap): HeatmapCell[] {
  if (cells.length === 0) return []
  // Half of the weight is what happened, half is the time spent.
  const weightOf = (cell: HeatmapCell): number => cell.events / Math.max(1, total.events) + cell.seconds / Math.max(1, total.seconds)
  const x = coreOf(cells.map((cell) => [cell.cx, weightOf(cell)]))
  const y = coreOf(cells.map((cell) => [cell.cy, weightOf(cell)]))
  return cells.filter(({ cx, cy }) => cx < x.first || cx > x.last || cy < y.first || cy > y.last)
}

/** How many cells the longer side of the rest has. */
export function cellsAcross({ cells }: Heatmap, outside: HeatmapCell[]): number {
  const far = new Set(outside)
  const near = cells.filter((cell) => !far.has(cell))
  const side = (places: number[]): number => places.reduce((a, b) => Math.max(a, b), -Infinity) - places.reduce((a, b) => Math.min(a, b), Infinity) + 1
  return Math.max(side(near.map(({ cx }) => cx)), side(near.map(({ cy }) => cy)))
}

/** Along one side: the middle, and what is not apart from it. */
function coreOf(weighted: [place: number, weight: number][]): Span {
  const sorted = weighted.toSorted(([a], [b]) => a - b)
  const all = sorted.reduce((sum, [, weight]) => sum + weight, 0)
  const quantile = (share: number): number => {
    let sum = 0
    return sorted.findIndex(([, weight]) => (sum += weight) >= share * all)
  }
  // Rounding may leave the last place short of the whole sum; it is then the end.
  const placeAt = (index: number): number => sorted.at(index)?.[0] ?? 0
  let [from, to] = [quantile(MIDDLE.from), quantile(MIDDLE.to)].map((index) => (index < 0 ? sorted.length - 1 : index)) as [number, number]
  const gapMax = (): number => GAP_TIMES * (placeAt(to) - placeAt(from) + 1)
  let grows = true
  while (grows) {
    grows = false
    if (from > 0 && placeAt(from) - placeAt(from - 1) <= gapMax()) {
      from -= 1
      grows = true
    }
    if (to < sorted.length - 1 && placeAt(to + 1) - placeAt(to) <= gapMax()) {
      to += 1
      grows = true
    }
  }
  return { first: placeAt(from), last: placeAt(to) }
}
