/** What must hold of an event, spelled as the API takes it: `props.mode:ranked`, `level:!3`, `props.score:10..20`. */

export type Holds = 'is' | 'not' | 'exists' | 'missing'

export interface Condition {
  field: string
  holds: Holds
  /** A value, several with commas between, or a range such as `10..20`. */
  text: string
}

export function readCondition(spelled: string): Condition {
  const colon = spelled.indexOf(':')
  const [field, rest] = colon < 0 ? [spelled, ''] : [spelled.slice(0, colon), spelled.slice(colon + 1).trim()]
  if (rest === '*') return { field, holds: 'exists', text: '' }
  if (rest === '!*') return { field, holds: 'missing', text: '' }
  return rest.startsWith('!') ? { field, holds: 'not', text: rest.slice(1) } : { field, holds: 'is', text: rest }
}

export function writeCondition({ field, holds, text }: Condition): string {
  if (holds === 'exists') return `${field}:*`
  if (holds === 'missing') return `${field}:!*`
  return `${field}:${holds === 'not' ? '!' : ''}${text}`
}

/** Whether it says enough to be asked. */
export const isWhole = ({ field, holds, text }: Condition): boolean => field !== '' && (holds === 'exists' || holds === 'missing' || text.trim() !== '')

/** One value, as it stands in a condition: what would be read as something else is put in quotation marks. */
export const quoted = (value: string): string => (/^[\p{L}\p{N}_][\p{L}\p{N}_ /-]*(\.[\p{L}\p{N}_ /-]+)*$/u.test(value) && value === value.trim() ? value : JSON.stringify(value))
