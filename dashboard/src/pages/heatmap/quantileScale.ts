/** From values to the nine steps of the heat ramp, by how many cells there are of each. */
import { HEAT_STEPS } from '@/charts/heatScale'
import { countUpTo } from '@/sorted'

export interface QuantileScale {
  /** Where each step that has a value begins, the lowest first. */
  steps: { step: number; from: number }[]
  stepOf: (value: number) => number
}

/**
 * By quantiles: each step has about as many cells, so that few extreme ones leave the rest their colours. Where low values
 * are what is looked for, they are the hot ones.
 */
export function quantileScale(values: number[], lowIsHot = false): QuantileScale {
  const sorted = values.filter((value) => value > 0).sort((a, b) => a - b)
  const stepOf = (value: number): number => {
    // Equal values have one colour: that of the last of them.
    const step = Math.min(HEAT_STEPS, Math.max(1, Math.ceil((countUpTo(sorted, value, Number) / sorted.length) * HEAT_STEPS)))
    return lowIsHot ? HEAT_STEPS + 1 - step : step
  }
  const steps: QuantileScale['steps'] = []
  for (const value of sorted) {
    const step = stepOf(value)
    if (steps.at(-1)?.step !== step) steps.push({ step, from: value })
  }
  return { steps, stepOf }
}
