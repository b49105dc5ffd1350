import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { read } from '@/api/client'
import type { EventProperties } from '@/api/types'
import type { Choice } from '@/components/PickerMenu.vue'
import { formatCompact } from '@/format'
import { useGame } from './games'

/** The columns that a question may name, as the API spells them, and as people call them. */
const COLUMNS: Choice[] = [
  { value: 'name', label: 'Event name' },
  { value: 'platform', label: 'Platform' },
  { value: 'version', label: 'Version' },
  { value: 'country', label: 'Country' },
  { value: 'region', label: 'Region' },
  { value: 'os', label: 'Operating system' },
  { value: 'build', label: 'Build' },
  { value: 'level', label: 'Level' },
  { value: 'map', label: 'Map' },
  { value: 'match_id', label: 'Match' },
  { value: 'player_id', label: 'Player' },
  { value: 'session_id', label: 'Session' },
  { value: 'device_id', label: 'Device' },
  { value: 'severity', label: 'Severity' },
  { value: 'currency', label: 'Currency' },
  { value: 'source', label: 'Protocol' },
]
const NUMBERS: Choice[] = [
  { value: 'value', label: 'Value' },
  { value: 'x', label: 'x' },
  { value: 'y', label: 'y' },
  { value: 'z', label: 'z' },
  { value: 'seq', label: 'Place in the session' },
  { value: 'mono_ms', label: 'Milliseconds into the session' },
]
const PROPERTY = 'props.'

/** As people call a field. */
export const fieldLabel = (field: string): string =>
  [...COLUMNS, ...NUMBERS].find(({ value }) => value === field)?.label ?? (field.startsWith(PROPERTY) ? field.slice(PROPERTY.length) : field)

/** What was typed instead of chosen is a column, or else a property. */
export const fieldOf = (text: string): string =>
  text === '' || text.startsWith(PROPERTY) || [...COLUMNS, ...NUMBERS].some(({ value }) => value === text) ? text : PROPERTY + text

/** What events of a name can be told apart by, and what can be measured of them. */
export function useFields(event: Ref<string>) {
  const { gameId, env } = useGame()
  const asked = useQuery({
    queryKey: computed(() => ['properties', gameId.value, env.value, event.value]),
    queryFn: ({ signal }) => read<EventProperties>(`games/${encodeURIComponent(gameId.value)}/properties`, { event: event.value, env: env.value }, signal),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 60_000,
  })
  const properties = computed(() => (asked.data.value?.properties ?? []).filter(({ kinds }) => kinds.some((kind) => kind !== 'nested')))
  const choicesOf = (isNumber: boolean): Choice[] =>
    properties.value
      .filter(({ kinds }) => !isNumber || kinds.includes('number'))
      .map(({ name, events, kinds }) => ({ value: PROPERTY + name, label: name, note: `${kinds.join(', ')} · ${formatCompact(events)}` }))
  return {
    fields: computed(() => [...choicesOf(false), ...COLUMNS]),
    numbers: computed(() => [...choicesOf(true), ...NUMBERS]),
    conditioned: computed(() => [...choicesOf(false), ...COLUMNS, ...NUMBERS]),
  }
}
