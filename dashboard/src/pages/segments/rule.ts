/** Rules of segments as the form edits them: conditions that all hold, or one of which does. What says more is edited as JSON. */
import type { SegmentRule } from '@/api/types'

export const KINDS = [
  { value: 'did', label: 'did' },
  { value: 'firstSeen', label: 'was first seen' },
  { value: 'firstPlatform', label: 'began on platform' },
  { value: 'firstVersion', label: 'began with version' },
  { value: 'firstCountry', label: 'began in country' },
  { value: 'lastVersion', label: 'last played version' },
  { value: 'daysActive', label: 'was active on days' },
  { value: 'sessions', label: 'had sessions' },
  { value: 'netSpend', label: 'spent' },
] as const
export type Kind = (typeof KINDS)[number]['value']
export const BOUNDS = [
  { value: 'atLeast', label: 'at least' },
  { value: 'atMost', label: 'at most' },
  { value: 'above', label: 'more than' },
  { value: 'below', label: 'less than' },
] as const
export type Bound = (typeof BOUNDS)[number]['value']
export const WINDOWS = [
  { value: 'ever', label: 'ever' },
  { value: 'lastDays', label: 'in the last days' },
  { value: 'firstDays', label: 'in the first days' },
] as const
export type Span = (typeof WINDOWS)[number]['value']

export interface Condition {
  negated: boolean
  kind: Kind
  event: string
  where: string[]
  /** Values of a platform, version or country. */
  values: string[]
  bound: Bound
  amount: number
  span: Span
  days: number
}

export interface Draft {
  joined: 'all' | 'any'
  conditions: Condition[]
}

export const VALUES_OF: Partial<Record<Kind, 'platform' | 'version' | 'country'>> = { firstPlatform: 'platform', firstVersion: 'version', lastVersion: 'version', firstCountry: 'country' }
export const hasBounds = (kind: Kind): boolean => kind === 'did' || kind === 'daysActive' || kind === 'sessions' || kind === 'netSpend'
export const hasWindow = (kind: Kind): boolean => hasBounds(kind) || kind === 'firstSeen'

export const newCondition = (): Condition => ({ negated: false, kind: 'did', event: '', where: [], values: [], bound: 'atLeast', amount: 1, span: 'ever', days: 7 })
export const newDraft = (): Draft => ({ joined: 'all', conditions: [newCondition()] })

export const isWhole = ({ kind, event, values, span }: Condition): boolean => (kind === 'did' ? event !== '' : VALUES_OF[kind] ? values.length > 0 : kind !== 'firstSeen' || span === 'lastDays')

type Json = Record<string, unknown>

function writeCondition({ negated, kind, event, where, values, bound, amount, span, days }: Condition): Json {
  const within = span === 'ever' ? {} : { within: { [span]: days } }
  const bounds = { [bound]: amount }
  const rule: Json =
    kind === 'did' ? { did: event, ...(where.length ? { where } : {}), ...(bound === 'atLeast' && amount === 1 ? {} : { times: bounds }), ...within }
    : kind === 'firstSeen' ? { firstSeen: { lastDays: days } }
    : VALUES_OF[kind] ? { [kind]: values }
    : { [kind]: bounds, ...within }
  return negated ? { not: rule } : rule
}

export function writeRule({ joined, conditions }: Draft): SegmentRule {
  const written = conditions.map(writeCondition)
  return (written.length === 1 ? written[0] : { [joined]: written }) as unknown as SegmentRule
}

/** As the form edits it; null where it says more than that. */
export function readRule(rule: SegmentRule): Draft | null {
  const json = rule as unknown as Json
  const joined = Array.isArray(json.all) ? 'all' : Array.isArray(json.any) ? 'any' : null
  const read = (joined ? (json[joined] as Json[]) : [json]).map(readCondition)
  if (read.some((condition) => condition === null)) return null
  const draft: Draft = { joined: joined ?? 'all', conditions: read as Condition[] }
  // Whatever the form has no field for would be lost: then writing it does not give the same again.
  return same(writeRule(draft), rule) ? draft : null
}

function readCondition(json: Json): Condition | null {
  const negated = typeof json.not === 'object' && json.not !== null
  const rule = negated ? (json.not as Json) : json
  const kind = KINDS.map(({ value }) => value).find((one) => one in rule)
  if (!kind) return null
  const condition = { ...newCondition(), negated, kind }
  const within = (kind === 'firstSeen' ? rule.firstSeen : rule.within) as Json | null | undefined
  const [span, days] = Object.entries(within ?? {}).find(([name, value]) => (name === 'lastDays' || name === 'firstDays') && typeof value === 'number') ?? []
  if (span) Object.assign(condition, { span, days })
  const bounds = (kind === 'did' ? rule.times : rule[kind]) as Json | null | undefined
  const [bound, amount] = Object.entries(typeof bounds === 'object' && bounds ? bounds : {}).find(([name, value]) => BOUNDS.some(({ value: one }) => one === name) && typeof value === 'number') ?? []
  if (bound && hasBounds(kind)) Object.assign(condition, { bound, amount })
  if (kind === 'did') Object.assign(condition, { event: rule.did, where: rule.where ?? [] })
  if (VALUES_OF[kind]) condition.values = rule[kind] as string[]
  return condition
}

/** The server writes out what was left out, as null or empty. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, one]) => [name, bare(one)] as const).filter(([, one]) => one !== null && !(Array.isArray(one) && one.length === 0))
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
const same = (one: unknown, other: unknown): boolean => JSON.stringify(bare(one)) === JSON.stringify(bare(other))
