/** Single figures, each with its change from the time before where there is one. */
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

export interface TilesDrawing {
  tiles: Tile[]
  /** The time is not over: it is compared with as much of the time before. */
  isRunning?: boolean
}
