/** The questions of a panel, and the same of the days that its page is compared with. */
import type { QueryValues } from '@/api/client'
import type { PageContext, Split } from './pageContext'
import type { Asked, Panel, Question } from './panel'

/**
 * What a panel has beside its own: `figures` of days that are over alone, figures of all that came `so far`, of which
 * those of the days that are over are asked for too, or `lines`.
 */
export type Beside = 'figures' | 'so far' | 'lines'

/** Parts have no second set of lines: there would be twice as many. */
export const linesOf = (split: Split): Beside | undefined => (split === 'none' ? 'lines' : undefined)

const DAYS_OVER = 'the days that are over'

export function questionsBeside(beside: Beside | undefined, page: PageContext, values: QueryValues = {}): Question[] {
  const { name, chosen, figures, lines, over } = page.other
  const others = beside === 'lines' ? lines : beside ? figures : null
  return [
    { values: { ...page.values, ...values } },
    ...(others && over && beside === 'so far' ? [{ values: { ...over, ...values }, label: DAYS_OVER }] : []),
    ...(others ? [{ values: { ...others, ...values }, label: name, isFixed: chosen === 'day' }] : []),
  ]
}

export const questionsOf = ({ ask, values, beside }: Panel, page: PageContext): Question[] =>
  ask?.(page) ?? questionsBeside(beside, page, typeof values === 'function' ? values(page) : values)

/** The answers to such questions about figures: the one whose figures are compared, and the one with which. */
export function comparedOf<Answer>(all: Asked<Answer>[]): { over?: Asked<Answer>; before?: Asked<Answer> } {
  return all.length > 1 ? { over: all.at(-2), before: all.at(-1) } : { over: all[0] }
}
