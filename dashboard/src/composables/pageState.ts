/** What every page of the dashboard shares: which game, which days, which players. All of it is in the URL. */
import { computed, type ComputedRef } from 'vue'
import { useRoute, type LocationQuery } from 'vue-router'
import type { QueryValues } from '@/api/client'
import type { Interval } from '@/api/types'
import { useGame } from './games'
import { useNow } from './now'
import { listParameter, textParameter, useUrlParam, type Parameter } from './urlParams'
import { formatCount } from '@/format'
import { daysBetween, instantOf, isDay, isLocal, isTimeZone, plainDay, shiftDay, startOfDay } from '@/timeRanges'

export const SHARED = ['game', 'range', 'from', 'to', 'tz', 'compare', 'env', 'platform', 'version', 'country'] as const

export interface RangePreset {
  key: string
  /** On its button, and where it is chosen. */
  label: string
  chosen: string
  /** Within a sentence. */
  words: string
  /** Which days these are: both belong to them. */
  span: (today: string) => { from: string; to: string }
}

const lastDays = (key: string, days: number): RangePreset => ({ key, label: `${days} days`, chosen: `Last ${days} days`, words: `the last ${days} days`, span: (today) => ({ from: shiftDay(today, 1 - days), to: today }) })
const named = (key: string, label: string, span: RangePreset['span']): RangePreset => ({ key, label, chosen: label, words: label.toLowerCase(), span })
const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`

export const PRESETS: readonly RangePreset[] = [
  named('today', 'Today', (today) => ({ from: today, to: today })),
  named('yesterday', 'Yesterday', (today) => ({ from: shiftDay(today, -1), to: shiftDay(today, -1) })),
  lastDays('7d', 7),
  lastDays('30d', 30),
  lastDays('60d', 60),
  lastDays('90d', 90),
  named('month', 'This month', (today) => ({ from: firstOfMonth(today), to: today })),
  named('last-month', 'Last month', (today) => ({ from: firstOfMonth(shiftDay(firstOfMonth(today), -1)), to: shiftDay(firstOfMonth(today), -1) })),
]
/** Of pages that name no other in `pages.ts`. */
const DEFAULT_PRESET = '30d'
const CUSTOM = 'custom'
/** As many as a question may have. */
export const DAYS_MAX = 3_700
/** Whether there are such days, in this order, and not too many of them. */
export const isRange = (from: string, to: string): boolean => isDay(from) && isDay(to) && from <= to && daysBetween(from, to) < DAYS_MAX
/** The same of moments within days, as somebody drags them out of a chart: up to and without the second. */
const isPartOfDays = (from: string, to: string): boolean => isLocal(from) && isLocal(to) && from < to && isRange(from.slice(0, 10), to.slice(0, 10))

const compareText = textParameter('compare', 'none')
/** Which other days a page is compared with: those `before`, behind its lines too, or as many from a day on; `none` where nobody chose. */
export const COMPARE: Parameter<string> = {
  ...compareText,
  parse: (raw) => {
    const chosen = compareText.parse(raw)
    return chosen === 'before' || isDay(chosen) ? chosen : 'none'
  },
}

const parameters = {
  game: textParameter('game'),
  range: textParameter('range'),
  from: textParameter('from'),
  to: textParameter('to'),
  timeZone: textParameter('tz'),
  platforms: listParameter('platform'),
  versions: listParameter('version'),
  countries: listParameter('country'),
}

/** How fine so many days are told. */
export function intervalOf(days: number): Interval {
  if (days <= 4) return 'hour'
  return days <= 120 ? 'day' : 'week'
}

export function usePageState() {
  const { game, gameId, env } = useGame()
  const rangeKey = useUrlParam(parameters.range)
  const customFrom = useUrlParam(parameters.from)
  const customTo = useUrlParam(parameters.to)
  const chosenTimeZone = useUrlParam(parameters.timeZone)
  const compare = useUrlParam(COMPARE)
  const chosenCompare = useUrlParam(compareText)
  const platforms = useUrlParam(parameters.platforms)
  const versions = useUrlParam(parameters.versions)
  const countries = useUrlParam(parameters.countries)
  const route = useRoute()
  const now = useNow()

  const timeZone = computed(() => route.meta.timeZone ?? (isTimeZone(chosenTimeZone.value) ? chosenTimeZone.value : game.value?.timeZone || 'UTC'))
  const asksForDays = computed(() => rangeKey.value === CUSTOM || customFrom.value !== '' || customTo.value !== '')
  const preset = computed(() => {
    if (asksForDays.value && (isRange(customFrom.value, customTo.value) || isPartOfDays(customFrom.value, customTo.value))) return null
    return PRESETS.find(({ key }) => key === rangeKey.value) ?? PRESETS.find(({ key }) => key === (route.meta.range ?? DEFAULT_PRESET)) ?? null
  })
  const today = computed(() => plainDay(now.value, timeZone.value))
  /** Plain days of the time zone; both are part of the range. */
  const span = computed(() => preset.value?.span(today.value) ?? { from: customFrom.value.slice(0, 10), to: customTo.value.slice(0, 10) })
  /** What is shown of these days, where that is not all of them: instants. */
  const part = computed(() => {
    const [first, last] = [customFrom.value, customTo.value]
    if (preset.value || !isPartOfDays(first, last)) return null
    return { from: instantOf(first, timeZone.value), to: instantOf(last, timeZone.value) }
  })
  const from = computed(() => span.value.from)
  const to = computed(() => span.value.to)
  const days = computed(() => daysBetween(from.value, to.value) + 1)

  const interval: ComputedRef<Interval> = computed(() => intervalOf(days.value))

  /** The parameters that every metric takes. */
  const metricValues: ComputedRef<QueryValues> = computed(() => ({
    gameId: gameId.value,
    from: part.value?.from ?? from.value,
    to: part.value?.to ?? to.value,
    timeZone: timeZone.value,
    env: env.value,
    platform: platforms.value,
    version: versions.value,
    country: countries.value,
  }))
  /** The range as instants, for what knows no time zone: from the first one up to and without the second. */
  const instants = computed(() => ({
    from: part.value?.from ?? startOfDay(from.value, timeZone.value),
    to: part.value?.to ?? startOfDay(shiftDay(to.value, 1), timeZone.value),
  }))
  /** What the address asks for and cannot have. It is shown with what stands in for it, which is said too. */
  const addressFaults = computed(() => {
    const faults: string[] = []
    const instead = preset.value ? `Shown instead: ${preset.value.words}.` : ''
    if (preset.value && asksForDays.value) {
      const [first, last] = [customFrom.value, customTo.value]
      if (isDay(first) && isDay(last)) faults.push(`The address asks for days from ${first} to ${last}, ${first > last ? 'which begin after they end' : `and there may be at most ${formatCount(DAYS_MAX)}`}. ${instead}`)
      else faults.push(`The address asks for days from “${first}” to “${last}”: both must be days such as ${today.value}. ${instead}`)
    } else if (preset.value && rangeKey.value !== '' && preset.value.key !== rangeKey.value) {
      faults.push(`The address asks for the range “${rangeKey.value}”, which there is not. ${instead}`)
    }
    if (chosenTimeZone.value !== '' && !route.meta.timeZone && !isTimeZone(chosenTimeZone.value)) {
      faults.push(`The address names the time zone “${chosenTimeZone.value}”, which there is not. Shown instead: ${timeZone.value}.`)
    }
    if (chosenCompare.value !== compare.value) {
      faults.push(`The address compares with “${chosenCompare.value}”, which is no day such as ${today.value}, nor “before”. Shown instead: changes from the days before.`)
    }
    return faults
  })
  const filtered = computed(() => platforms.value.length + versions.value.length + countries.value.length > 0)

  return {
    game, gameId, rangeKey, preset, from, to, part, days, today, chosenTimeZone, timeZone, compare,
    env, platforms, versions, countries, filtered, addressFaults, interval, instants, metricValues,
  }
}

/** The shared part of the current query: links between pages carry it along. */
export function useSharedQuery(): ComputedRef<LocationQuery> {
  const route = useRoute()
  return computed(() => Object.fromEntries(Object.entries(route.query).filter(([name]) => (SHARED as readonly string[]).includes(name))))
}
