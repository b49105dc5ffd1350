/** What is asked on the page Explore. All of it stands in the address. */
import { computed } from 'vue'
import { choiceParameter, listParameter, textParameter, useUrlParam } from '@/composables/urlParams'

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

export function useExploration() {
  const event = useUrlParam(textParameter('event'))
  const measure = useUrlParam(choiceParameter('measure', MEASURES.map(({ value }) => value), 'count'))
  const of = useUrlParam(textParameter('of', 'value'))
  const by = useUrlParam(textParameter('by'))
  const look = useUrlParam(choiceParameter('look', LOOKS.map(({ value }) => value), 'line'))
  const step = useUrlParam(choiceParameter('interval', STEPS.map(({ value }) => value), 'auto'))
  const filters = useUrlParam(listParameter('filter'))
  const segment = useUrlParam(textParameter('segment'))
  /** Means and percentiles of parts are no parts of a whole. */
  const looks = computed(() => LOOKS.filter(({ value }) => isAdditive(measure.value) || (value !== 'stacked' && value !== 'pie')))
  const exploration = computed<Exploration>(() => ({
    event: event.value,
    measure: measure.value,
    of: of.value,
    by: by.value,
    look: looks.value.some(({ value }) => value === look.value) ? look.value : 'line',
    step: step.value,
    filters: filters.value,
    segment: segment.value,
  }))
  return { event, measure, of, by, look, step, filters, segment, looks, exploration }
}
