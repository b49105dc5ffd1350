/** What every page of the dashboard shares: which game, which days, which players. All of it is in the URL. */
import { computed, type ComputedRef } from 'vue'
import { useRoute, type LocationQuery } from 'vue-router'
import type { QueryValues } from '@/api/client'
import type { Interval } from '@/api/types'
import { useGame } from './games'
import { useNow } from './now'
import { listParameter, textParameter, useUrlParam } from './urlParams'
import { daysBetween, plainDay, shiftDay, startOfDay } from '@/timeRanges'

export const SHARED = ['game', 'range', 'from', 'to', 'tz', 'env', 'platform', 'version', 'country'] as const

export interface RangePreset {
  key: string
  label: string
  days: number
}

export const PRESETS: readonly RangePreset[] = [
  { key: 'today', label: 'Today', days: 1 },
  { key: '7d', label: '7 days', days: 7 },
  { key: '30d', label: '30 days', days: 30 },
  { key: '90d', label: '90 days', days: 90 },
]
export const DEFAULT_PRESET = '30d'
const CUSTOM = 'custom'

const parameters = {
  game: textParameter('game'),
  range: textParameter('range', DEFAULT_PRESET),
  from: textParameter('from'),
  to: textParameter('to'),
  timeZone: textParameter('tz'),
  platforms: listParameter('platform'),
  versions: listParameter('version'),
  countries: listParameter('country'),
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** What is in the address bar may be anything, and dates cannot be shown in a zone that there is not. */
function isTimeZone(name: string): boolean {
  try {
    return name !== '' && Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

export function usePageState() {
  const { game, gameId, env } = useGame()
  const rangeKey = useUrlParam(parameters.range)
  const customFrom = useUrlParam(parameters.from)
  const customTo = useUrlParam(parameters.to)
  const chosenTimeZone = useUrlParam(parameters.timeZone)
  const platforms = useUrlParam(parameters.platforms)
  const versions = useUrlParam(parameters.versions)
  const countries = useUrlParam(parameters.countries)
  const now = useNow()

  const timeZone = computed(() => (isTimeZone(chosenTimeZone.value) ? chosenTimeZone.value : game.value?.timeZone || 'UTC'))
  const preset = computed(() => {
    if (rangeKey.value === CUSTOM && isDay(customFrom.value) && isDay(customTo.value)) return null
    return PRESETS.find(({ key }) => key === rangeKey.value) ?? PRESETS.find(({ key }) => key === DEFAULT_PRESET) ?? null
  })
  const today = computed(() => plainDay(now.value, timeZone.value))
  /** Plain days of the time zone; both are part of the range. */
  const from = computed(() => (preset.value ? shiftDay(today.value, 1 - preset.value.days) : customFrom.value))
  const to = computed(() => (preset.value ? today.value : customTo.value))
  const days = computed(() => daysBetween(from.value, to.value) + 1)

  const interval: ComputedRef<Interval> = computed(() => {
    if (days.value <= 4) return 'hour'
    return days.value <= 120 ? 'day' : 'week'
  })

  /** The parameters that every metric takes. */
  const metricValues: ComputedRef<QueryValues> = computed(() => ({
    gameId: gameId.value,
    from: from.value,
    to: to.value,
    timeZone: timeZone.value,
    env: env.value,
    platform: platforms.value,
    version: versions.value,
    country: countries.value,
  }))
  /** The range as instants, for what knows no time zone: from the first one up to and without the second. */
  const instants = computed(() => ({
    from: startOfDay(from.value, timeZone.value),
    to: startOfDay(shiftDay(to.value, 1), timeZone.value),
  }))
  const filtered = computed(() => platforms.value.length + versions.value.length + countries.value.length > 0)

  return {
    game, gameId, rangeKey, preset, from, to, days, today, chosenTimeZone, timeZone,
    env, platforms, versions, countries, filtered, interval, instants, metricValues,
  }
}

/** The shared part of the current query: links between pages carry it along. */
export function useSharedQuery(): ComputedRef<LocationQuery> {
  const route = useRoute()
  return computed(() => Object.fromEntries(Object.entries(route.query).filter(([name]) => (SHARED as readonly string[]).includes(name))))
}
