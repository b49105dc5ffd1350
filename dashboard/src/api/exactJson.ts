/** JSON whose whole numbers stay as they were sent: a plain parse rounds what is beyond 2^53, and with it many ids. */

// In every browser since 2025, and not yet in TypeScript's library. An older browser rounds, as it always did.
type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON = String } = JSON as { rawJSON?: (text: string) => unknown }

const WHOLE = /^-?\d+$/

/** Whole numbers that a `number` cannot hold become `bigint`. */
export const parseExactly = <T>(text: string): T =>
  parse(text, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && context?.source !== undefined && WHOLE.test(context.source) ? BigInt(context.source) : value,
  ) as T

export const writeExactly = (value: unknown, indent = 0): string =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? rawJSON(String(one)) : one), indent)
