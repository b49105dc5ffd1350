/** How the charts of a page are told apart: by a dimension, or beside the days before. */
import type { WritableComputedRef } from 'vue'
import type { QueryValues } from '@/api/client'
import { choiceParameter, textParameter, useUrlParam, type Parameter } from '@/composables/urlParams'
import { formatPlainDay } from '@/format'
import { isDay, shiftDay } from '@/timeRanges'
import { BEFORE, type PageContext, type Split } from './pageContext'
import type { Question } from './panel'

export const SPLITS = [
  { value: 'none', label: 'Total' },
  { value: 'platform', label: 'By platform' },
  { value: 'version', label: 'By version' },
  { value: 'country', label: 'By country' },
] as const

export const SPLIT = choiceParameter('split', ['none', 'platform', 'version', 'country'], 'none')
const text = textParameter('compare', 'none')
/** With nothing, with the days `before`, or with as many from a day on. */
export const COMPARE: Parameter<string> = {
  ...text,
  parse: (raw) => {
    const chosen = text.parse(raw)
    return chosen === 'before' || isDay(chosen) ? chosen : 'none'
  },
}

export const useSplit = (): WritableComputedRef<Split> => useUrlParam(SPLIT)

export const useCompare = (): WritableComputedRef<string> => useUrlParam(COMPARE)

/** A question, and the same of the days that these are compared with. Parts are not: there would be twice as many lines. */
export const besideBefore = (page: PageContext, values: QueryValues = {}, compare = 'before', split: Split = 'none'): Question[] => [
  { values: { ...page.values, ...values } },
  ...(compare !== 'none' && split === 'none' ? [{ values: { ...comparedWith(page, compare), ...values }, label: isDay(compare) ? `as many days from ${formatPlainDay(compare)} on` : BEFORE }] : []),
]

/** Some hours of a day are compared with those before: they begin at no midnight. */
const comparedWith = (page: PageContext, compare: string): QueryValues =>
  isDay(compare) && isDay(String(page.values.from)) ? { ...page.before, from: compare, to: shiftDay(compare, page.days - 1) } : page.before
