import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { read, type QueryValues } from '@/api/client'
import type { Books, Heatmap, MetricCatalogue } from '@/api/types'

export interface MetricOptions {
  /** Milliseconds between two askings; false asks once. */
  refetchInterval?: number | false
}

function useMetric<T>(path: ComputedRef<string>, values: ComputedRef<QueryValues>, options: MetricOptions = {}) {
  return useQuery({
    queryKey: computed(() => ['metric', path.value, values.value]),
    queryFn: ({ signal }) => read<T>(path.value, values.value, signal),
    enabled: computed(() => Boolean(values.value.gameId)),
    // The numbers on the screen stay until the new ones are there: no flicker while a filter is tried out.
    placeholderData: keepPreviousData,
    refetchInterval: options.refetchInterval ?? 30_000,
  })
}

const fixed = (path: string) => computed(() => path)

export const useHeatmap = (values: ComputedRef<QueryValues>) =>
  useMetric<Heatmap>(fixed('metrics/heatmap'), values, { refetchInterval: false })

export const useBooks = (values: ComputedRef<QueryValues>) =>
  useMetric<Books>(
    computed(() => `games/${encodeURIComponent(String(values.value.gameId))}/books`),
    values,
    { refetchInterval: 10_000 },
  )

/** Every metric there is. It changes with the server's version alone. */
export const useMetricCatalogue = (enabled: MaybeRefOrGetter<boolean> = true) =>
  useQuery({ queryKey: ['metric catalogue'], queryFn: ({ signal }) => read<MetricCatalogue>('metrics', {}, signal), staleTime: Number.POSITIVE_INFINITY, enabled })
