/** How many come how far: a bar for each step. */
import type { RouteLocationRaw } from 'vue-router'

export interface FunnelStep {
  label: string
  reached: number
  /** Of those who reached the first step. */
  overallRate: number | null
  /** Of those who reached the step before. */
  stepRate: number | null
  low: number | null
  high: number | null
  medianSeconds: number | null
  p90Seconds: number | null
  inProgress: number
  /** Leads to who went no further. */
  dropped?: RouteLocationRaw
}

export interface FunnelDrawing {
  /** Whose steps they are: players, sessions, matches. */
  units: string
  steps: FunnelStep[]
}
