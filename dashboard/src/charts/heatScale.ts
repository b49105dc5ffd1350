/** From values to the nine steps of the heat ramp. */

export const HEAT_STEPS = 9
const TOP_SHARE = 0.98

export interface HeatScale {
  /** Where the last step begins to hold everything above. */
  top: number
  stepOf: (value: number) => number
}

/** Linear from zero to the 98th percentile: one extreme cell does not wash out the rest of the map. */
export function heatScale(values: number[]): HeatScale {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b)
  const top = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * TOP_SHARE))] ?? 0
  return { top, stepOf: (value) => (top === 0 ? 1 : Math.min(HEAT_STEPS, Math.max(1, Math.ceil((value / top) * HEAT_STEPS)))) }
}
