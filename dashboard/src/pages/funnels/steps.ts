/** A step of a funnel as it stands in an address: `level_complete(level:3; props.mode:ranked)`. */
export interface Step {
  event: string
  /** What must hold of it: `FIELD:VALUE; FIELD:VALUE`. */
  conditions: string
}

/** As many as a question may have. */
export const STEPS_MAX = 10

export function readStep(text: string): Step {
  const [, event, conditions] = /^("(?:[^"\\]|\\.)*"|[^(]*)(?:\((.*)\))?$/s.exec(text.trim()) ?? []
  return event === undefined ? { event: text, conditions: '' } : { event: unquoted(event.trim()), conditions: (conditions ?? '').trim() }
}

/** A name with a parenthesis is put in quotation marks. */
export const writeStep = ({ event, conditions }: Step): string =>
  (/[()"]/.test(event) ? JSON.stringify(event) : event) + (conditions.trim() ? `(${conditions.trim()})` : '')

function unquoted(name: string): string {
  if (!name.startsWith('"')) return name
  try {
    return String(JSON.parse(name))
  } catch {
    return name
  }
}
