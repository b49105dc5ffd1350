/** A policy of retention as the fields of a form, and back. */
import type { RetentionNow, RetentionPolicy } from '@/api/types'

export const DAYS_MIN = 7
export const DAYS_MAX = 36_500

/** Empty: for good. */
export type Days = number | ''

export const FIELDS = [
  { name: 'eventsDays', label: 'Raw events', hint: 'Figures that were counted of them stay.' },
  { name: 'crashPropertiesDays', label: 'Properties of crashes', hint: 'Stacks, devices; the events stay.' },
  { name: 'setAsideDays', label: 'Set aside', hint: 'What was refused or quarantined, as it came.' },
  { name: 'everythingDays', label: 'Everything', hint: 'All of that, and every figure.' },
] as const

export interface NameRule {
  name: string
  days: Days
}

export interface PolicyForm {
  days: Record<(typeof FIELDS)[number]['name'], Days>
  names: NameRule[]
}

export const formOf = (policy: RetentionNow['policy']): PolicyForm => ({
  days: Object.fromEntries(FIELDS.map(({ name }) => [name, policy[name] ?? ''])) as PolicyForm['days'],
  names: Object.entries(policy.namesDays ?? {}).map(([name, days]) => ({ name, days: days ?? '' })),
})

const orNull = (days: Days): number | null => (days === '' ? null : days)

export const policyOf = ({ days, names }: PolicyForm): RetentionPolicy => ({
  ...Object.fromEntries(FIELDS.map(({ name }) => [name, orNull(days[name])])),
  namesDays: Object.fromEntries(names.map((rule) => [rule.name, orNull(rule.days)])),
})
