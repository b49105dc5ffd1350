/**
 * The shapes of the HTTP API that the dashboard reads.
 *
 * The one place that names them: the rest of the dashboard imports from here, so that taking them from
 * `src/generated/schema.d.ts` is a change of this file alone.
 */

export interface Me {
  user: { email: string; isAdmin: boolean } | null
  open: boolean
  setupNeeded: boolean
  version: string
}

export interface Game {
  id: string
  name: string | null
  timeZone: string
  currency: string
  createdAt: string
  firstEventAt: string | null
  lastEventAt: string | null
  events: number
}

export interface GameMap {
  id: string
  events: number
  minX: number
  minY: number
  maxX: number
  maxY: number
  minZ?: number | null
  maxZ?: number | null
}

export interface Dimensions {
  platforms: string[]
  versions: string[]
  countries: string[]
  eventNames: { name: string; events: number }[]
  maps: GameMap[]
}

export interface MetricAnswer {
  metric: string
  gameId: string
  from: string
  to: string
  timeZone: string
  asOf: string
  source: string
  elapsedMs: number
}

/** Ratios are null where they would divide by zero. */
export interface SummaryFigures {
  eventCount: number | null
  activePlayers: number | null
  newPlayers: number | null
  sessionCount: number | null
  avgSessionSeconds: number | null
  medianSessionSeconds: number | null
  crashCount: number | null
  crashedSessions: number | null
  crashFreeSessions: number | null
  crashFreePlayers: number | null
  revenueMicros: number | null
  currency: string | null
  dauMean: number | null
  avgFps: number | null
  playersNow: number | null
}

export interface Summary extends MetricAnswer {
  current: SummaryFigures
  previous: SummaryFigures
  previousFrom: string
  previousTo: string
  complete: boolean
  settled: boolean
}

export type Interval = 'minute' | 'hour' | 'day' | 'week'

export interface TimePoint {
  time: string
  value: number | null
  complete: boolean
  settled: boolean
}

export interface TimeSeries extends MetricAnswer {
  interval: Interval
  unit: string
  points: TimePoint[]
  series?: { key: string; points: TimePoint[] }[] | null
}

export interface ActivePlayersDay {
  day: string
  dau: number
  wau: number
  mau: number
  new: number
  returning: number
  stickiness: number | null
  complete: boolean
  settled: boolean
}

export interface ActivePlayers extends MetricAnswer {
  days: ActivePlayersDay[]
  stickiness: number | null
}

export type RetentionKind = 'classic' | 'rolling' | 'bracket'

export interface RetentionCell {
  retained: number | null
  share: number | null
  complete: boolean
  settled: boolean
}

export interface RetentionColumn {
  label: string
  firstDay: number
  lastDay: number
}

export interface RetentionTotal {
  retained: number
  size: number
  share: number | null
  low: number | null
  high: number | null
}

export interface Retention extends MetricAnswer {
  kind: RetentionKind
  columns: RetentionColumn[]
  cohorts: { cohort: string; size: number; cells: RetentionCell[] }[]
  total: RetentionTotal[]
}

export interface HeatmapCell {
  cx: number
  cy: number
  events: number
  seconds: number
  /** Distinct players seen there: exact up to 5, where 5 means "5 or more". */
  players: number
  ratePerHour: number | null
  relativeRisk: number | null
}

export interface Heatmap extends MetricAnswer {
  map: string
  event: string
  cellSize: number
  originX: number
  originY: number
  cells: HeatmapCell[]
  total: { events: number; seconds: number; ratePerHour: number | null }
  bounds: { minX: number; minY: number; maxX: number; maxY: number } | null
  complete: boolean
  settled: boolean
}

export type Severity = 'info' | 'warning' | 'critical'

export interface GameEvent {
  eventId: string
  gameId: string
  eventType: string
  severity?: Severity
  payload?: Record<string, unknown>
  timestamp?: string
  time?: string
  receivedAt?: string
  playerId?: string
  sessionId?: string
  platform?: string
  version?: string
  country?: string
  level?: string
  map?: string
  value?: number
  currency?: string
  [field: string]: unknown
}

export interface EventsPage {
  events: GameEvent[]
  next: string | null
}

export interface BooksRow {
  received: number
  stored: number
  duplicate: number
  quarantined: number
  refused: number
  reasons: Record<string, number>
}

export interface BooksSample {
  receivedAt: string
  outcome: string
  reason: string
  error: string
  body: string
}

export interface Books {
  hours: (BooksRow & { hour: string })[]
  total: BooksRow
  samples: BooksSample[]
}

export interface Counters {
  eventsTotal: number
  eventsPerSecond: number
  playersNow: number
  sessionsNow: number
  crashesLastHour: number
  receivedTotal: number
}

export type LiveMessage =
  | { type: 'hello'; counters: Counters }
  | { type: 'tick'; time: string; counters: Counters; events: GameEvent[] }

/** RFC 9457. */
export interface ProblemDocument {
  type?: string
  title?: string
  status?: number
  detail?: string
}
