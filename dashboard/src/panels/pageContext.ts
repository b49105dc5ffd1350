/** What the panels of a page are asked and drawn with: the state that all pages share, read once. */
import { computed, type ComputedRef } from 'vue'
import type { QueryValues } from '@/api/client'
import type { Dimensions, Interval } from '@/api/types'
import { useDimensions } from '@/composables/games'
import { useNow } from '@/composables/now'
import { intervalOf, usePageState } from '@/composables/pageState'
import { UNKNOWN, type Dimension } from '@/format'
import { daysBetween } from '@/timeRanges'
import { otherDaysOf, type Days, type OtherDays } from './otherDays'

export type Split = 'none' | Dimension

export interface PageContext {
  /** The parameters that every metric takes. */
  values: QueryValues
  timeZone: string
  interval: Interval
  days: number
  /** The values that the game's dimensions have, the commonest first: each has the same colour in every chart. */
  known: Record<Dimension, string[]>
  /** With which days these are compared. */
  other: OtherDays
}

/** What a panel that is kept on a board has of its own, in place of what the page says. */
export interface Kept {
  filters: QueryValues
  compare?: string
}

/** Of questions about these days; `values` are those that every one of them has beside the days. */
export function contextOf(values: QueryValues, timeZone: string, days: Days, compare = 'none', dimensions: Partial<Dimensions> = {}): PageContext {
  const { platforms = [], versions = [], countries = [] } = dimensions
  const named = (all: string[]): string[] => all.map((value) => value || UNKNOWN)
  const count = daysBetween(days.from, days.to) + 1
  return {
    values: { ...values, from: days.part?.from ?? days.from, to: days.part?.to ?? days.to },
    timeZone,
    interval: intervalOf(count),
    days: count,
    known: { platform: named(platforms), version: named(versions), country: named(countries) },
    other: otherDaysOf(values, timeZone, days, compare),
  }
}

export function usePageContext(kept: () => Kept | undefined): ComputedRef<PageContext> {
  const { metricValues, timeZone, from, to, today, part, compare } = usePageState()
  const dimensions = useDimensions()
  const now = useNow()
  return computed(() => {
    const days = { from: from.value, to: to.value, today: today.value, part: part.value && { ...part.value, now: now.value.toISOString() } }
    return contextOf({ ...metricValues.value, ...kept()?.filters }, timeZone.value, days, kept()?.compare ?? compare.value, dimensions.data.value)
  })
}
