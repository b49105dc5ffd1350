/** How the charts of a page are told apart: by a dimension, or not at all. */
import type { WritableComputedRef } from 'vue'
import type { QueryValues } from '@/api/client'
import { choiceParameter, useUrlParam } from '@/composables/urlParams'
import type { Split } from './pageContext'

export const SPLITS = [
  { value: 'none', label: 'Total' },
  { value: 'platform', label: 'By platform' },
  { value: 'version', label: 'By version' },
  { value: 'country', label: 'By country' },
] as const

export const SPLIT = choiceParameter('split', ['none', 'platform', 'version', 'country'], 'none')

export const useSplit = (): WritableComputedRef<Split> => useUrlParam(SPLIT)

/** As a metric takes it. */
export const splitBy = (split: Split): QueryValues => ({ splitBy: split === 'none' ? undefined : split })
