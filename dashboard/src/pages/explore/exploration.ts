/** What is asked on the page Explore. All of it stands in the address. */
import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { choiceParameter, listParameter, textParameter, useUrlParam, type Parameter } from '@/composables/urlParams'

export const MEASURES = [
  { value: 'count', label: 'Events' },
  { value: 'players', label: 'Players' },
  { value: 'sum', label: 'Sum' },
  { value: 'mean', label: 'Mean' },
  { value: 'min', label: 'Least' },
  { value: 'max', label: 'Greatest' },
  { value: 'p50', label: 'Median' },
  { value: 'p90', label: '90th percentile' },
  { value: 'p95', label: '95th percentile' },
  { value: 'p99', label: '99th percentile' },
] as const
export type Measure = (typeof MEASURES)[number]['value']

export const LOOKS = [
  { value: 'line', label: 'Line' },
  { value: 'stacked', label: 'Stacked' },
  { value: 'bar', label: 'Bar' },
  { value: 'pie', label: 'Pie' },
  { value: 'table', label: 'Table' },
  { value: 'number', label: 'Number' },
] as const
export type Look = (typeof LOOKS)[number]['value']

export const STEPS = [
  { value: 'auto', label: 'Automatic' },
  { value: 'minute', label: 'Minutes' },
  { value: 'hour', label: 'Hours' },
  { value: 'day', label: 'Days' },
  { value: 'week', label: 'Weeks' },
] as const
export type Step = (typeof STEPS)[number]['value']

export interface Exploration {
  event: string
  measure: Measure
  /** The number that is measured. */
  of: string
  by: string
  look: Look
  step: Step
  filters: string[]
  segment: string
}

/** What can be added up can be stacked, and cut in slices. */
export const isAdditive = (measure: Measure): boolean => measure === 'count' || measure === 'sum'
export const isOfNumber = (measure: Measure): boolean => measure !== 'count' && measure !== 'players'

const EVENT = textParameter('event')
const MEASURE = choiceParameter('measure', MEASURES.map(({ value }) => value), 'count')
const OF = textParameter('of', 'value')
const BY = textParameter('by')
const LOOK = choiceParameter('look', LOOKS.map(({ value }) => value), 'line')
const STEP = choiceParameter('interval', STEPS.map(({ value }) => value), 'auto')
const FILTERS = listParameter('filter')
const SEGMENT = textParameter('segment')

/** Means and percentiles of parts are no parts of a whole. */
const looksOf = (measure: Measure) => LOOKS.filter(({ value }) => isAdditive(measure) || (value !== 'stacked' && value !== 'pie'))

export function explorationOf(read: <T>(parameter: Parameter<T>) => T): Exploration {
  const [measure, look] = [read(MEASURE), read(LOOK)]
  return {
    event: read(EVENT),
    measure,
    of: read(OF),
    by: read(BY),
    look: looksOf(measure).some(({ value }) => value === look) ? look : 'line',
    step: read(STEP),
    filters: read(FILTERS),
    segment: read(SEGMENT),
  }
}

export function useExploration() {
  const event = useUrlParam(EVENT)
  const measure = useUrlParam(MEASURE)
  const of = useUrlParam(OF)
  const by = useUrlParam(BY)
  const look = useUrlParam(LOOK)
  const step = useUrlParam(STEP)
  const filters = useUrlParam(FILTERS)
  const segment = useUrlParam(SEGMENT)
  const looks = computed(() => looksOf(measure.value))
  const route = useRoute()
  const exploration = computed(() => explorationOf((parameter) => parameter.parse(route.query[parameter.name])))
  return { event, measure, of, by, look, step, filters, segment, looks, exploration }
}
