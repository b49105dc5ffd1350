/** What the panels of a page are asked and drawn with: the state that all pages share, read once. */
import { computed, type ComputedRef } from 'vue'
import type { QueryValues } from '@/api/client'
import type { Interval } from '@/api/types'
import { useDimensions } from '@/composables/games'
import { usePageState } from '@/composables/pageState'
import { UNKNOWN, type Dimension } from '@/format'
import { shiftDay } from '@/timeRanges'

export type Split = 'none' | Dimension

export const BEFORE = 'the days before'

export interface PageContext {
  /** The parameters that every metric takes. */
  values: QueryValues
  timeZone: string
  interval: Interval
  days: number
  /** The values that the game's dimensions have, the commonest first: each has the same colour in every chart. */
  known: Record<Dimension, string[]>
  /** The same question about as many days before, all of which are over; today's are not compared with a whole day. */
  before: QueryValues
}

export function usePageContext(): ComputedRef<PageContext> {
  const { metricValues, timeZone, interval, from, to, days, today } = usePageState()
  const dimensions = useDimensions()
  return computed(() => {
    const { platforms = [], versions = [], countries = [] } = dimensions.data.value ?? {}
    const named = (values: string[]): string[] => values.map((value) => value || UNKNOWN)
    const finished = Math.max(1, to.value >= today.value ? days.value - 1 : days.value)
    return {
      values: metricValues.value,
      timeZone: timeZone.value,
      interval: interval.value,
      days: days.value,
      known: { platform: named(platforms), version: named(versions), country: named(countries) },
      before: { ...metricValues.value, from: shiftDay(from.value, -finished), to: shiftDay(from.value, -1) },
    }
  })
}

/** As a metric takes it. */
export const splitBy = (split: Split): QueryValues => ({ splitBy: split === 'none' ? undefined : split })
