/** Who did what: what the page asks the server, a page of entries at a time. */
import { keepPreviousData, useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { read, type QueryValues } from '@/api/client'
import type { AuditPage } from '@/api/types'

const PAGE_ENTRIES = 100

/** How actions begin: what they were done to. */
export const SUBJECTS = ['person', 'token', 'game', 'key', 'player', 'rule', 'silence', 'incident', 'channel', 'report', 'rates', 'segment', 'mirror'] as const
/** Who acts and is no person. */
export const OTHER_ACTORS = ['the command line', 'the server'] as const

export function useAudit(values: Ref<QueryValues>) {
  const asked = useInfiniteQuery({
    queryKey: computed(() => ['audit', values.value]),
    queryFn: ({ pageParam, signal }) => read<AuditPage>('audit', { ...values.value, limit: PAGE_ENTRIES, before: pageParam }, signal),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }: AuditPage) => next,
    placeholderData: keepPreviousData,
    // A log that reloads under its reader loses their place.
    refetchOnWindowFocus: false,
  })
  const entries = computed(() => asked.data.value?.pages.flatMap((page) => page.entries) ?? [])
  return { asked, entries }
}
