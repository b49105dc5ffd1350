/** Single figures, each with its change from other days where there is one. */
import { formatSpan } from '@/format'
import { comparedOf } from '../beside'
import type { PageContext } from '../pageContext'
import type { Asked } from '../panel'

export interface Tile {
  label: string
  text: string
  /** What it means, where the metric's own words of `field` are not enough. */
  definition?: string
  /** Where in the answer it stands: what the metric says of that field is its definition. */
  field?: string
  current?: number | null
  previous?: number | null
  note?: string
  isShare?: boolean
  higherIsBetter?: boolean
}

/** What a change is from, and of what where that is not the figure that is shown. */
export interface Compared {
  with: string
  of?: string
}

export interface TilesDrawing {
  tiles: Tile[]
  compared?: Compared
  /** Why there is no change, where somebody asked for one. */
  uncompared?: string
}

/** What every answer says of its time. */
interface OfTime {
  from: string
  to: string
  timeZone: string
}

const spanOf = ({ from, to, timeZone }: OfTime): string => formatSpan(from, to, timeZone)

/**
 * Tiles of a panel that asks `beside` for figures: `shown` is told, and `over` compared with `before`. The dates are
 * those of the answers, which may be of other days than the page asks for by now.
 */
export function comparedTiles<Answer extends OfTime>(
  page: PageContext, all: Asked<Answer>[], tilesOf: (shown: Answer, over: Answer, before: Answer | undefined) => Tile[],
): TilesDrawing | null {
  const [shown] = all
  if (!shown) return null
  const { over = shown, before } = comparedOf(all)
  const tiles = tilesOf(shown.answer, over.answer, before?.answer)
  const { chosen, fault } = page.other
  if (!before) return { tiles, uncompared: chosen === 'none' ? undefined : fault }
  const days = spanOf(before.answer)
  // There are points from a share of nothing, and no percentage of nothing.
  const isEmpty = tiles.every(({ previous, isShare }) => (isShare ? (previous ?? null) === null : !Number(previous ?? 0)))
  return {
    tiles,
    compared: { with: chosen === 'day' ? days : `${before.label}, ${days}`, of: over === shown ? undefined : `${over.label}, ${spanOf(over.answer)},` },
    uncompared: isEmpty && chosen !== 'none' ? `Nothing is compared: there are no figures of ${days}.` : undefined,
  }
}
