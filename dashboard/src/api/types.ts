/**
 * The shapes of the HTTP API that the dashboard reads, under the names that the dashboard calls them by.
 * They come from the server's own OpenAPI document: `npm run types` makes the file they are taken from.
 */
import type { components } from '@/generated/schema'

type Schemas = components['schemas']

export type Me = Schemas['Me']
export type Game = Schemas['GameSummary']
export type GameMap = Schemas['MapBounds'] & { minZ?: number | null; maxZ?: number | null }
export type Dimensions = Omit<Schemas['Dimensions'], 'maps'> & { maps: GameMap[] }

export type Summary = Schemas['Summary']
export type SummaryFigures = Schemas['Figures']
export type TimeSeries = Schemas['Timeseries']
export type TimePoint = Schemas['Point']
export type Interval = TimeSeries['interval']
export type ActivePlayers = Schemas['ActivePlayers']
export type ActivePlayersDay = Schemas['ActiveDay']

export type Retention = Schemas['Retention']
export type RetentionColumn = Schemas['Column']
export type RetentionCell = Schemas['RetentionCell']
export type RetentionTotal = Schemas['RetentionTotal']

export type Heatmap = Schemas['Heatmap']
export type HeatmapCell = Schemas['HeatCell']

export type GameEvent = Schemas['EventRecord']
export type EventsPage = Schemas['EventPage']

export type Books = Schemas['Books']
export type BooksRow = Schemas['Balance']
export type BooksSample = Schemas['Sample']

// A WebSocket is not part of an OpenAPI document: these two are written by hand, after `api/live.py`.
export interface Counters {
  eventsTotal: number
  eventsPerSecond: number
  playersNow: number
  sessionsNow: number
  crashesLastHour: number
  receivedTotal: number
}

export interface LiveMessage {
  type: 'hello' | 'tick'
  time: string
  counters: Counters
  events: GameEvent[]
}

/** RFC 9457. */
export interface ProblemDocument {
  type?: string
  title?: string
  status?: number
  detail?: string
}
