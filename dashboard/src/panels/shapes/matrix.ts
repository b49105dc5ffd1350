/** Cohorts by offset: a triangle, whose last cells are not finished. */
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
