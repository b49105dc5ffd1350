/** What the page of alerts asks the server, and how it changes what is there. */
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { read, send } from '@/api/client'
import type { AlertRule, Backtest, Channel, ChannelList, IncidentList, OneIncident, RuleList, SilenceList } from '@/api/types'
import { useChangeOf } from '@/composables/change'

const LOOK_AGAIN_MS = 15_000
const PAGE_SIZE = 30

/** Those that are over, the latest first. */
export const useResolvedIncidents = (gameId: ComputedRef<string>) =>
  useInfiniteQuery({
    queryKey: computed(() => ['alerts', 'incidents', 'resolved', gameId.value]),
    queryFn: ({ pageParam, signal }) => read<IncidentList>('alerts/incidents', { state: 'resolved', gameId: gameId.value, before: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    refetchInterval: LOOK_AGAIN_MS,
  })

export const useIncident = (id: ComputedRef<number>) =>
  useQuery({
    queryKey: computed(() => ['alerts', 'incident', id.value]),
    queryFn: ({ signal }) => read<OneIncident>(`alerts/incidents/${id.value}`, {}, signal),
    refetchInterval: LOOK_AGAIN_MS,
  })

export const useSilences = () =>
  useQuery({ queryKey: ['alerts', 'silences'], queryFn: ({ signal }) => read<SilenceList>('alerts/silences', {}, signal).then(({ silences }) => silences) })

export const useRules = (gameId: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => ['alerts', 'rules', gameId.value]),
    queryFn: ({ signal }) => read<RuleList>('alerts/rules', { gameId: gameId.value }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  })

export const useChannels = () =>
  useQuery({
    queryKey: ['alerts', 'channels'],
    queryFn: ({ signal }) => read<ChannelList>('alerts/channels', {}, signal).then(({ channels }) => channels),
    refetchInterval: LOOK_AGAIN_MS,
  })

/** When a rule would have found something. Nothing is kept. */
export const usePreview = (asked: ComputedRef<{ rule: unknown; gameId: string; from: string } | null>) =>
  useQuery({
    queryKey: computed(() => ['alert preview', asked.value]),
    queryFn: ({ signal }) => send<Backtest>('POST', 'alerts/rules/preview', asked.value, signal),
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
    retry: false,
    refetchOnWindowFocus: false,
  })

/** A change of anything here. */
export const useChange = () => useChangeOf('alerts')

const ofRule = (rule: Pick<AlertRule, 'id' | 'gameId'>): string => `alerts/rules/${encodeURIComponent(rule.id)}${rule.gameId ? `?gameId=${encodeURIComponent(rule.gameId)}` : ''}`
const ofChannel = (id: string): string => `alerts/channels/${encodeURIComponent(id)}`

export interface NewSilence {
  until: string
  ruleId?: string
  gameId?: string
  version?: string
  note: string
}

export const changes = {
  acknowledge: (id: number) => send('POST', `alerts/incidents/${id}/acknowledge`),
  silence: (silence: NewSilence) => send('POST', 'alerts/silences', silence),
  endSilence: (id: number) => send('DELETE', `alerts/silences/${id}`),
  addRule: (rule: unknown) => send('POST', 'alerts/rules', rule),
  changeRule: (rule: Pick<AlertRule, 'id' | 'gameId'>, fields: object) => send('PATCH', ofRule(rule), fields),
  removeRule: (rule: AlertRule) => send('DELETE', ofRule(rule)),
  putChannel: (id: string, channel: object) => send<Channel & { signingSecret: string | null }>('PUT', ofChannel(id), channel),
  changeChannel: (id: string, fields: object) => send('PATCH', ofChannel(id), fields),
  removeChannel: (id: string) => send('DELETE', ofChannel(id)),
  testChannel: (id: string) => send<{ sent: boolean; reason: string | null }>('POST', `${ofChannel(id)}/test`),
}
