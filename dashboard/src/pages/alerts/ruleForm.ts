/** What the form of a rule asks, by kind; and the way from a rule to what is typed, and back. */
import type { AlertRule, RuleKind } from '@/api/types'
import { minutesInWords } from './words'

export type FieldValue = string | number | boolean | null
/** A rule while it is typed: each field by its name in the API, and `DRAFT_ONLY` ones that stand for others. */
export type Draft = Record<string, FieldValue> & { kind: RuleKind; id: string }
export interface DraftLists {
  platform: string[]
  version: string[]
  country: string[]
  channels: string[]
}

export interface RuleField {
  name: string
  label: string
  input: 'choice' | 'number' | 'percent' | 'text'
  choices?: readonly { value: FieldValue; label: string }[]
  min?: number
  max?: number
  /** May be left empty, which is null. */
  optional?: boolean
  hint?: string
  /** Shown only where it means something. */
  when?: (draft: Draft) => boolean
}

interface KindForm {
  kind: RuleKind
  label: string
  says: string
  start: Record<string, FieldValue>
  fields: readonly RuleField[]
  more: readonly RuleField[]
}

const lengths = (minutes: readonly number[]) => minutes.map((value) => ({ value, label: minutesInWords(value) }))
const choicesOf = (labels: Record<string, string>) => Object.entries(labels).map(([value, label]) => ({ value, label }))

const SLIDING = lengths([5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080])
const HOURS = lengths([60, 120, 180, 360, 720, 1440, 2880, 10_080])
const BUCKETS = lengths([15, 30, 60, 120, 180, 240, 360, 480, 720, 1440])

const EVENT = 'event'
const METRIC = 'metric'
const isCounted = ({ measure }: Draft): boolean => measure === 'crashes' || measure === 'events' || measure === EVENT

const measureFields: readonly RuleField[] = [
  { name: 'measure', label: 'What is counted', input: 'choice', choices: choicesOf({ crashes: 'crashes', events: 'all events', [EVENT]: 'events of a name', sessions: 'sessions', players: 'players', [METRIC]: 'a figure of a metric' }) },
  { name: 'event', label: 'Name of the event', input: 'text', when: ({ measure }) => measure === EVENT },
  { name: 'metric', label: 'Metric', input: 'text', when: ({ measure }) => measure === METRIC, hint: 'Its name, as the page Metrics lists it.' },
  { name: 'figure', label: 'Figure', input: 'text', when: ({ measure }) => measure === METRIC, hint: 'Where the number stands in the answer, such as current.dauMean.' },
]
const partsBy = (...values: string[]): RuleField => ({
  name: 'groupBy', label: 'Judged', input: 'choice', choices: [{ value: null, label: 'as a whole' }, ...values.map((value) => ({ value, label: `each ${value} by itself` }))],
})
const leastCount = (label: string, hint: string): RuleField => ({ name: 'leastCount', label, input: 'number', min: 1, hint })
const window = (label: string, choices = SLIDING): RuleField => ({ name: 'windowMinutes', label, input: 'choice', choices })

export const KIND_FORMS: readonly KindForm[] = [
  {
    kind: 'threshold',
    label: 'Threshold',
    says: 'More than a number of something within a window, or less.',
    start: { severity: 'warning', measure: 'crashes', direction: 'above', bound: 10, timesUsual: 3, windowMinutes: 60, groupBy: null },
    fields: [
      ...measureFields,
      { name: 'direction', label: 'Told when there are', input: 'choice', choices: choicesOf({ above: 'more than', below: 'less than' }) },
      { name: 'bound', label: 'So many', input: 'number' },
      { ...window('Within'), when: isCounted },
      { ...window('Within', HOURS), when: (draft) => !isCounted(draft) },
      { name: 'timesUsual', label: 'And times the usual', input: 'number', min: 1, max: 1000, optional: true, when: ({ direction }) => direction === 'above', hint: 'Of this time of the week. Empty: whatever is usual.' },
      partsBy('platform', 'version', 'country', 'map'),
    ],
    more: [],
  },
  {
    kind: 'unusual',
    label: 'Unusual',
    says: 'Far from what the same hour of the last weeks had, twice in a row.',
    start: { severity: 'warning', measure: 'events', direction: 'both', windowMinutes: 60, weeks: 8, score: 4, closingScore: 2, leastEffect: 0, leastShare: 0.25, lagMinutes: null, groupBy: null },
    fields: [
      ...measureFields,
      { name: 'direction', label: 'Told when there are', input: 'choice', choices: choicesOf({ both: 'unusually many or few', up: 'unusually many', down: 'unusually few' }) },
      { ...window('In each', BUCKETS), when: isCounted },
      { ...window('In each', BUCKETS.filter(({ value }) => value % 60 === 0)), when: (draft) => !isCounted(draft) },
      { name: 'leastShare', label: 'By at least', input: 'percent', min: 0, hint: 'Of what is usual: a smaller change is none.' },
      partsBy('platform', 'version', 'country', 'map'),
    ],
    more: [
      { name: 'weeks', label: 'Weeks looked back', input: 'number', min: 4, max: 8 },
      { name: 'score', label: 'Deviations to open', input: 'number', min: 1, max: 100 },
      { name: 'closingScore', label: 'Deviations to be over', input: 'number', max: 100, hint: 'Below those that open it.' },
      { name: 'leastEffect', label: 'By at least, as a number', input: 'number', min: 0 },
      { name: 'lagMinutes', label: 'Minutes to wait for late events', input: 'number', min: 0, max: 1440, optional: true, hint: 'Empty: as long as it counts.' },
    ],
  },
  {
    kind: 'ratio',
    label: 'Without a crash',
    says: 'Fewer sessions or players without a crash than a share, beyond doubt.',
    start: { severity: 'warning', of: 'crash_free_sessions', below: 0.99, windowMinutes: 1440, leastCount: 50, groupBy: null },
    fields: [
      { name: 'of', label: 'Share of', input: 'choice', choices: choicesOf({ crash_free_sessions: 'sessions without a crash', crash_free_players: 'players without a crash' }) },
      { name: 'below', label: 'Told below', input: 'percent', min: 0, max: 1, hint: 'The upper end of the 95 % interval must lie below it.' },
      window('Within', HOURS),
      partsBy('platform', 'version', 'country'),
    ],
    more: [leastCount('At least so many of them', 'Of fewer nothing is said.')],
  },
  {
    kind: 'silence',
    label: 'Silence',
    says: 'No events for a while, at an hour of the week when there usually are some.',
    start: { severity: 'warning', windowMinutes: 30, leastUsual: 10, groupBy: null },
    fields: [
      window('Nothing for'),
      { name: 'leastUsual', label: 'When so many are usual', input: 'number', min: 1, hint: 'Where fewer events are usual in that time, it is no silence.' },
      partsBy('platform'),
    ],
    more: [],
  },
  {
    kind: 'refused',
    label: 'Refused',
    says: 'Too much of what is received is refused, or kept apart as it cannot be loaded.',
    start: { severity: 'warning', above: 0.05, windowMinutes: 60, leastCount: 100 },
    fields: [{ name: 'above', label: 'Told above', input: 'percent', min: 0, max: 1, hint: 'As a share of what was received.' }, window('Within')],
    more: [leastCount('At least so much received', 'Of less nothing is said.')],
  },
  {
    kind: 'new_value',
    label: 'Never seen before',
    says: 'A version or a crash that there has never been before.',
    start: { severity: 'info', of: 'version', windowMinutes: 60, leastCount: 1 },
    fields: [
      { name: 'of', label: 'A new', input: 'choice', choices: choicesOf({ version: 'version', crash: 'crash' }) },
      leastCount('Told from so many events on', 'Of the new version or crash.'),
      { ...window('Over after'), hint: 'So long after the last new one.' },
    ],
    more: [],
  },
]

/** What all kinds have. */
export const COMMON_FIELDS: readonly RuleField[] = [
  { name: 'resolveAfterMinutes', label: 'Over when calm for', input: 'choice', choices: [{ value: 0, label: 'at once' }, ...lengths([2, 5, 15, 30, 60])], hint: 'Each time that it comes back, twice as long.' },
  { name: 'coolDownMinutes', label: 'Back within', input: 'choice', choices: [{ value: 0, label: 'never' }, ...lengths([15, 30, 60, 120, 360, 1440])], hint: 'What comes back so soon is the same incident again.' },
  { name: 'escalateAfterMinutes', label: 'Told again, as critical', input: 'choice', choices: [{ value: null, label: 'never' }, ...lengths([15, 30, 60, 120, 360])], hint: 'When nobody has acknowledged it by then.' },
  { name: 'env', label: 'Environment', input: 'text' },
]
/** Of which events: where all of a game are the same to a rule it is not asked. */
export const FILTER_FIELDS: readonly RuleField[] = [
  { name: 'filter', label: 'Only events where', input: 'text', optional: true, max: 10_000, when: ({ kind }) => kind !== 'refused', hint: 'FIELD:VALUE, such as props.mode:ranked, as metrics take it. Several with semicolons between them: all of them hold.' },
]
const COMMON_START = { gameId: null, filter: '', segment: null, env: 'prod', enabled: true, resolveAfterMinutes: 2, coolDownMinutes: 30, escalateAfterMinutes: null }
const LISTS = ['platform', 'version', 'country', 'channels'] as const

export const formOf = (kind: RuleKind): KindForm => KIND_FORMS.find((one) => one.kind === kind) ?? (KIND_FORMS[0] as KindForm)
export const isKind = (text: string): text is RuleKind => KIND_FORMS.some(({ kind }) => kind === text)

export const newDraft = (kind: RuleKind): Draft => ({ ...COMMON_START, ...formOf(kind).start, kind, id: '' })
export const noLists = (): DraftLists => ({ platform: [], version: [], country: [], channels: [] })

/** Of a rule that is there. */
export function draftOf(rule: AlertRule): { draft: Draft; lists: DraftLists } {
  const draft = newDraft(rule.kind)
  const fields = rule as unknown as Record<string, unknown>
  for (const name of Object.keys(draft)) if (fields[name] !== undefined) draft[name] = fields[name] as FieldValue
  draft.filter = (rule.filter ?? []).join('; ')
  if ('measure' in rule && typeof rule.measure === 'object') {
    const [kind] = Object.keys(rule.measure).filter((name) => name === EVENT || name === METRIC)
    const { parameters, ...told } = rule.measure as { event?: string; metric?: string; figure?: string; parameters?: unknown }
    Object.assign(draft, told, { measure: kind ?? EVENT, parameters: parameters === undefined ? null : JSON.stringify(parameters) })
  }
  if (rule.kind === 'threshold') Object.assign(draft, { direction: rule.above == null ? 'below' : 'above', bound: rule.above ?? rule.below ?? 0 })
  return { draft, lists: { ...noLists(), ...Object.fromEntries(LISTS.map((name) => [name, [...(rule[name] ?? [])]])) } }
}

/** The parts between semicolons that stand outside of quotation marks. */
const filtersOf = (text: string): string[] => (text.match(/(?:"(?:\\.|[^"\\])*"|[^;])+/g) ?? []).map((one) => one.trim()).filter(Boolean)

/** As the API takes it. What is wrong with it, the server says. */
export function ruleOf(draft: Draft, lists: DraftLists): Record<string, unknown> {
  const { direction, bound, event, metric, figure, parameters, ...rule } = draft as Record<string, unknown>
  if (rule.measure === EVENT) rule.measure = { event: event ?? '' }
  if (rule.measure === METRIC) rule.measure = { metric: metric ?? '', figure: figure ?? '', parameters: typeof parameters === 'string' ? JSON.parse(parameters) : {} }
  if (draft.kind === 'unusual') rule.direction = direction
  if (draft.kind === 'threshold') {
    rule.above = direction === 'above' ? bound : null
    rule.below = direction === 'below' ? bound : null
    if (direction === 'below') rule.timesUsual = null
  }
  return { ...rule, ...lists, filter: filtersOf(String(draft.filter ?? '')) }
}
