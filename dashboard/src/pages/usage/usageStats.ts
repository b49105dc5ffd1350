/** What users of a tool did with it, as its `jwc.v1` telemetry tells: the server's one document of it, by days of UTC. */
import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import type { RouteLocationRaw } from 'vue-router'
import { read, type QueryValues } from '@/api/client'
import type { UsageStats } from '@/api/types'
import { COUNTS } from '@/charts/scales'
import { formatCount, formatPlatform, formatShare } from '@/format'
import type { BarsDrawing, CategoryBar } from '@/panels/shapes/bars'
import type { RankedDrawing } from '@/panels/shapes/ranked'
import { BY_DAY, overTime, totalOf, type NamedSeries, type Shape, type TimeDrawing } from '@/panels/shapes/time'
import { OTHER_COLOR, OTHER_KEY, seriesColors } from '@/charts/look'

const LOOK_AGAIN_MS = 60_000

export const useUsageStats = (values: ComputedRef<QueryValues>) =>
  useQuery({
    queryKey: computed(() => ['usage', values.value]),
    queryFn: ({ signal }) => read<UsageStats>('../stats', values.value, signal),
    enabled: computed(() => Boolean(values.value.gameId)),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  })

/** A part of the document that counts by name: the most frequent first. Shares are of `whole`. */
export function ranked(
  first: string, counted: string, counts: Record<string, number>, whole: number, labelOf: (key: string) => string = String, linkOf?: (key: string) => RouteLocationRaw,
): RankedDrawing | null {
  const ranks = Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([key, count]) => ({ key, label: labelOf(key), size: count, values: [formatCount(count), formatShare(whole ? count / whole : 0)], to: linkOf?.(key) }))
  return ranks.length ? { first, columns: [counted, 'Share'], ranks } : null
}

/** Counts by classes that have an order of their own. */
export const byClass = (first: string, counted: string, bars: CategoryBar[]): BarsDrawing | null =>
  bars.every(({ value }) => value === 0) ? null : { first, counted, bars, ...COUNTS }

/** Counts by day of UTC, the last of which may not be over. People who are there on one day may be on the next: nothing adds up. */
export const byDay = (series: NamedSeries[], shape: Shape, isDistinct = false): TimeDrawing | null =>
  overTime(series, { shape, ...BY_DAY, ...COUNTS, total: isDistinct ? undefined : totalOf })

/** As the clients count them: a run that says nothing ended well. */
export const exitLabel = (code: string): string => (code === '0' ? '0 (success)' : code)

// As editors call them; a map and no object, because a tool may send any name.
const systemNames = new Map([['win32', 'Windows'], ['darwin', 'macOS']])

export const systemLabel = (system: string): string => systemNames.get(system) ?? formatPlatform(system)

/** How much a run wrote, as the tool calls it. */
export const outputLabel = (bucket: string): string => (bucket === '-' ? '(not said)' : bucket)

const SERIES_MAX = 10

/** Series by day from what has a number for each of `days`; those beyond the largest ten are told as one. */
export function dailySeries(days: string[], all: { key: string; label: string; data: number[] }[], today: string): NamedSeries[] {
  const sumUp = (data: number[]): number => data.reduce((sum, value) => sum + value, 0)
  const sorted = all.toSorted((a, b) => sumUp(b.data) - sumUp(a.data))
  const named = sorted.filter(({ key }) => key !== OTHER_KEY).slice(0, SERIES_MAX)
  const rest = sorted.filter((one) => !named.includes(one))
  const told = rest.length ? [...named, { key: OTHER_KEY, label: OTHER_KEY, data: days.map((_, index) => rest.reduce((sum, { data }) => sum + (data[index] ?? 0), 0)) }] : named
  const colors = seriesColors(told.map(({ key }) => key), [])
  return told.map(({ key, label, data }) => ({
    key,
    label,
    series: colors.get(key) ?? OTHER_COLOR,
    points: days.map((day, index) => ({ time: `${day}T00:00:00Z`, value: data[index] ?? 0, complete: day < today, settled: day < today })),
  }))
}

/** A span such as `500-1000ms` or `≥120000ms`, in the unit that suits it; and its end, for an axis. */
export function spanOf(text: string): { label: string; tick: string } {
  const [low = 0, high] = (text.match(/\d+/g) ?? []).map(Number)
  const [unit, ms] = UNITS.find(([, , upTo]) => (high ?? low) <= upTo) ?? ['ms', 1]
  if (high === undefined) return { label: `${low / ms} ${unit} or more`, tick: `≥ ${low / ms} ${unit}` }
  return { label: `${low / ms} – ${high / ms} ${unit}`, tick: `< ${high / ms} ${unit}` }
}

const UNITS: [name: string, ms: number, upTo: number][] = [['ms', 1, 999], ['s', 1000, 59_999], ['min', 60_000, Infinity]]
