/** How the charts of a page are told apart: by a dimension, or beside the days before. */
import { computed, type WritableComputedRef } from 'vue'
import type { QueryValues } from '@/api/client'
import { choiceParameter, useUrlParam } from '@/composables/urlParams'
import { BEFORE, type PageContext, type Split } from './pageContext'
import type { Question } from './panel'

export const SPLITS = [
  { value: 'none', label: 'Total' },
  { value: 'platform', label: 'By platform' },
  { value: 'version', label: 'By version' },
  { value: 'country', label: 'By country' },
] as const

export const SPLIT = choiceParameter('split', ['none', 'platform', 'version', 'country'], 'none')
export const COMPARE = choiceParameter('compare', ['none', 'before'], 'none')

export const useSplit = (): WritableComputedRef<Split> => useUrlParam(SPLIT)

export function useCompare(): WritableComputedRef<boolean> {
  const compare = useUrlParam(COMPARE)
  return computed({ get: () => compare.value === 'before', set: (isCompared) => (compare.value = isCompared ? 'before' : 'none') })
}

/** A question, and the same of the days before where they are compared. Parts are not: there would be twice as many lines. */
export const besideBefore = (page: PageContext, values: QueryValues = {}, isCompared = true, split: Split = 'none'): Question[] => [
  { values: { ...page.values, ...values } },
  ...(isCompared && split === 'none' ? [{ values: { ...page.before, ...values }, label: BEFORE }] : []),
]
