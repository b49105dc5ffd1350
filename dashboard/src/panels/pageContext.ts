/** What the panels of a page are asked and drawn with: the state that all pages share, read once. */
import { computed, type ComputedRef } from 'vue'
import type { QueryValues } from '@/api/client'
import type { Interval } from '@/api/types'
import { useDimensions } from '@/composables/games'
import { intervalOf, usePageState } from '@/composables/pageState'
import type { Dimensions } from '@/api/types'
import { UNKNOWN, type Dimension } from '@/format'
import { daysBetween, shiftDay } from '@/timeRanges'

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

interface Days {
  from: string
  to: string
  today: string
  /** The instants of what is asked of them, where that is not all. */
  part?: { from: string; to: string } | null
}

/** As long, directly before. */
function directlyBefore({ from, to }: { from: string; to: string }): { from: string; to: string } {
  return { from: new Date(2 * Date.parse(from) - Date.parse(to)).toISOString(), to: from }
}

/** Of questions about these days; `values` are those that every one of them has beside the days. */
export function contextOf(values: QueryValues, timeZone: string, { from, to, today, part }: Days, dimensions: Partial<Dimensions> = {}): PageContext {
  const { platforms = [], versions = [], countries = [] } = dimensions
  const named = (all: string[]): string[] => all.map((value) => value || UNKNOWN)
  const days = daysBetween(from, to) + 1
  const finished = Math.max(1, to >= today ? days - 1 : days)
  return {
    values: { ...values, from: part?.from ?? from, to: part?.to ?? to },
    timeZone,
    interval: intervalOf(days),
    days,
    known: { platform: named(platforms), version: named(versions), country: named(countries) },
    before: { ...values, ...(part ? directlyBefore(part) : { from: shiftDay(from, -finished), to: shiftDay(from, -1) }) },
  }
}

export function usePageContext(): ComputedRef<PageContext> {
  const { metricValues, timeZone, from, to, today, part } = usePageState()
  const dimensions = useDimensions()
  return computed(() => contextOf(metricValues.value, timeZone.value, { from: from.value, to: to.value, today: today.value, part: part.value }, dimensions.data.value))
}

/** As a metric takes it. */
export const splitBy = (split: Split): QueryValues => ({ splitBy: split === 'none' ? undefined : split })
