/** By which dimension the charts of a page are told apart. */
import type { WritableComputedRef } from 'vue'
import { choiceParameter, useUrlParam } from '@/composables/urlParams'
import type { Split } from './pageContext'

export const SPLITS = [
  { value: 'none', label: 'Total' },
  { value: 'platform', label: 'By platform' },
  { value: 'version', label: 'By version' },
  { value: 'country', label: 'By country' },
] as const

export const useSplit = (): WritableComputedRef<Split> => useUrlParam(choiceParameter('split', ['none', 'platform', 'version', 'country'], 'none'))
