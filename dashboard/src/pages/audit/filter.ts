/** Which entries of the audit are shown; it lives in the address. */
import { computed } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'
import type { QueryValues } from '@/api/client'
import { textParameter, useUrlChange } from '@/composables/urlParams'
import { isDay, shiftDay, startOfDay } from '@/timeRanges'

export const EMPTY = { actor: '', action: '', of: '', address: '', since: '', until: '' }
/** `of` is a game, which need be no other than the one that pages show; `since` and `until` are days, both part of it. */
export type AuditFilter = typeof EMPTY
const NAMES = Object.keys(EMPTY) as (keyof AuditFilter)[]

export function useAuditFilter() {
  const route = useRoute()
  const change = useUrlChange()
  const filter = computed(() => Object.fromEntries(NAMES.map((name) => [name, textParameter(name).parse(route.query[name])])) as AuditFilter)
  const inQuery = (next: Partial<AuditFilter>) => Object.fromEntries(NAMES.filter((name) => name in next).map((name) => [name, next[name] || undefined]))
  return {
    filter,
    isNarrowed: computed(() => NAMES.some((name) => filter.value[name] !== '')),
    set: (next: Partial<AuditFilter>): void => change(inQuery(next)),
    linkTo: (next: Partial<AuditFilter>): { query: LocationQueryRaw } => ({ query: { ...route.query, ...inQuery(next) } }),
  }
}

export const asQuestion = ({ actor, action, of, address, since, until }: AuditFilter, timeZone: string): QueryValues => ({
  actor,
  action,
  gameId: of,
  address,
  since: isDay(since) ? startOfDay(since, timeZone) : '',
  until: isDay(until) ? startOfDay(shiftDay(until, 1), timeZone) : '',
})
