/** What a heatmap can show of a cell: how it is asked for, and what of the answer counts. */
import type { QueryValues } from '@/api/client'
import type { HeatmapCell } from '@/api/types'
import { formatCount, formatDecimal, formatDuration, type Formatter } from '@/format'

export type LayerName = 'events' | 'rate' | 'time' | 'visits' | 'fps'

export interface Layer {
  /** Beside map and event. */
  ask: QueryValues
  /** Null where too little was seen to tell. */
  valueOf: (cell: HeatmapCell) => number | null
  unit: string
  format: Formatter
  /** What a cell without a value lacks. */
  lacking?: string
  /** Low values are what is looked for. */
  lowIsHot?: boolean
}

const TOO_LITTLE = 'under 60 s or 5 players: too little to tell'

export const LAYERS: Record<LayerName, Layer> = {
  events: { ask: {}, valueOf: (cell) => cell.events, unit: 'events in a cell', format: formatCount },
  rate: { ask: {}, valueOf: (cell) => cell.ratePerHour, unit: 'events per hour spent in a cell', format: formatDecimal, lacking: TOO_LITTLE },
  time: { ask: { layer: 'time' }, valueOf: (cell) => cell.seconds, unit: 'spent in a cell', format: formatDuration },
  visits: { ask: { layer: 'visits' }, valueOf: (cell) => cell.players, unit: 'players in a cell; 5 are 5 or more', format: formatCount, lacking: 'under 60 s: too little to tell' },
  fps: {
    ask: { layer: 'value', of: 'value', event: 'performance' },
    valueOf: (cell) => cell.value ?? null,
    unit: 'frames a second, on average; the lowest are the darkest in light, the brightest in dark',
    format: formatDecimal,
    lacking: 'under 5 players: it would point at persons',
    lowIsHot: true,
  },
}

/** Events that every game knows, as people call them. */
const KNOWN = new Map([
  ['player_death', 'Deaths'],
  ['player_kill', 'Kills'],
  ['item_looted', 'Pick-ups'],
  ['crash', 'Crashes'],
])

export const nameOfEvent = (event: string): string => {
  const known = KNOWN.get(event)
  return known ? `${known} (${event})` : event
}

/** Layers that are of no event. `:` is in no event's name. */
export const OF_NO_EVENT = [
  { value: ':time', label: 'Time spent' },
  { value: ':visits', label: 'Visits' },
  { value: ':fps', label: 'Frame rate' },
] as const

/** Before the others, in this order: what people look for on a map. */
export const byLikelihood = <Event extends { name: string }>(events: Event[]): Event[] => {
  const known = [...KNOWN.keys()]
  const rank = ({ name }: Event): number => (known.includes(name) ? known.indexOf(name) : known.length)
  return events.toSorted((a, b) => rank(a) - rank(b))
}
