/** What was counted by name, the largest first, each with its part as a bar behind it. */
import type { RouteLocationRaw } from 'vue-router'

export interface Rank {
  key: string
  label: string
  /** How long its bar is. */
  size: number
  /** What is said of it, in the order of `columns`. */
  values: string[]
  /** Where it leads to. */
  to?: RouteLocationRaw
}

export interface RankedDrawing {
  /** The heads of the table: what the names are, and what is said of them. */
  first: string
  columns: string[]
  ranks: Rank[]
}
