/** Rows of an answer, as they are. */
import type { RouteLocationRaw } from 'vue-router'

export type Cell = string | { text: string; to?: RouteLocationRaw; mood?: 'good' | 'bad' | 'soft' }

export interface TableDrawing {
  /** What it comes to, in a sentence. */
  words?: string
  columns: string[]
  /** How many of the columns, from the first one on, are words and no figures; one, unless it is said. */
  texts?: number
  rows: Cell[][]
}
