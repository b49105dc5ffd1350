import { keepPreviousData, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { read, type QueryValues } from '@/api/client'
import type { ActivePlayers, Books, Heatmap, MetricCatalogue, Retention, Summary, TimeSeries } from '@/api/types'

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

export const useSummary = (values: ComputedRef<QueryValues>) =>
  useMetric<Summary>(fixed('metrics/summary'), values, { refetchInterval: 10_000 })

export const useTimeSeries = (values: ComputedRef<QueryValues>) => useMetric<TimeSeries>(fixed('metrics/timeseries'), values)

export const useActivePlayers = (values: ComputedRef<QueryValues>) =>
  useMetric<ActivePlayers>(fixed('metrics/active_players'), values)

export const useRetention = (values: ComputedRef<QueryValues>) =>
  useMetric<Retention>(fixed('metrics/retention'), values, { refetchInterval: false })

export const useHeatmap = (values: ComputedRef<QueryValues>) =>
  useMetric<Heatmap>(fixed('metrics/heatmap'), values, { refetchInterval: false })

export const useBooks = (values: ComputedRef<QueryValues>) =>
  useMetric<Books>(
    computed(() => `games/${encodeURIComponent(String(values.value.gameId))}/books`),
    values,
    { refetchInterval: 10_000 },
  )

/** Every metric there is. It changes with the server's version alone. */
export const useMetricCatalogue = () =>
  useQuery({ queryKey: ['metric catalogue'], queryFn: ({ signal }) => read<MetricCatalogue>('metrics', {}, signal), staleTime: Number.POSITIVE_INFINITY })
