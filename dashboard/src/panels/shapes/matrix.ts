/** Cohorts by offset: a triangle, whose last cells are not finished. */
import { formatCount, formatPlainDay } from '@/format'
import { plainDay, shiftDay } from '@/timeRanges'

export interface MatrixCell {
  text: string
  /** What colours it; null for what says nothing by itself. */
  heat: number | null
  complete: boolean
  /** What stands behind it. */
  tip: string
}

export interface MatrixRow {
  key: string
  label: string
  size: string
  /** Null where there is nothing yet, not even a zero. */
  cells: (MatrixCell | null)[]
}

export interface MatrixDrawing {
  /** What the cells say, for who does not see them. */
  caption: string
  columns: string[]
  /** Of the cells that are finished. */
  total: { text: string; tip: string }[]
  rows: MatrixRow[]
}

interface Cohorts<Cell> {
  asOf: string
  timeZone: string
  cohorts: { cohort: string; size: number; cells: Cell[] }[]
}

/** A row for each cohort, whose cells begin so many days after it. Not the days before anybody was new: a young game would show little else. */
export function rowsOf<Cell>({ asOf, timeZone, cohorts }: Cohorts<Cell>, daysAfter: number[], cellOf: (cell: Cell, size: number, index: number) => MatrixCell | null): MatrixRow[] {
  const today = plainDay(new Date(asOf), timeZone)
  const first = cohorts.findIndex(({ size }) => size > 0)
  return cohorts.slice(first < 0 ? cohorts.length : first).map(({ cohort, size, cells }) => ({
    key: cohort,
    label: formatPlainDay(cohort),
    size: formatCount(size),
    // Where the time of a cell has not begun there is nothing to show, not even a zero.
    cells: cells.map((cell, index) => (shiftDay(cohort, daysAfter[index] ?? 0) > today ? null : cellOf(cell, size, index))),
  }))
}
