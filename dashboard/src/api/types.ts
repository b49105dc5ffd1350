/**
 * The shapes of the HTTP API that the dashboard reads, under the names that the dashboard calls them by.
 * They come from the server's own OpenAPI document: `npm run types` makes the file they are taken from.
 */
import type { paths } from '@/generated/schema'

/** What a GET of a path answers: named by its address, which is public, not by a class of the server. */
type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

/** What a POST of a path answers that makes something. */
type Made<Path extends keyof paths> = paths[Path] extends {
  post: { responses: { 201: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

export type Me = Answer<'/api/me'>
export type GameList = Answer<'/api/games'>
export type Game = GameList['games'][number]

type Seen = Answer<'/api/games/{game_id}/dimensions'>
export type GameMap = Seen['maps'][number] & { minZ?: number | null; maxZ?: number | null }
export type Dimensions = Omit<Seen, 'maps'> & { maps: GameMap[] }

export type FoundNames = Answer<'/api/games/{game_id}/names'>
export type EventProperties = Answer<'/api/games/{game_id}/properties'>
export type FoundPlayers = Answer<'/api/games/{game_id}/players'>

export type MetricCatalogue = Answer<'/api/metrics'>
export type MetricEntry = MetricCatalogue['metrics'][number]
export type MetricParameter = MetricEntry['parameters'][number]

/** Metrics by the names that they have in addresses. */
export type MetricName = Extract<keyof paths, `/api/metrics/${string}`> extends `/api/metrics/${infer Name}` ? Name : never
export type MetricAnswer<Name extends MetricName> = Answer<`/api/metrics/${Name}`>

export type SummaryFigures = MetricAnswer<'summary'>['current']
export type TimePoint = MetricAnswer<'timeseries'>['points'][number]
export type Interval = MetricAnswer<'timeseries'>['interval']
export type RetentionColumn = MetricAnswer<'retention'>['columns'][number]

export type Heatmap = MetricAnswer<'heatmap'>
export type HeatmapCell = Heatmap['cells'][number]

export type Trajectories = MetricAnswer<'trajectories'>
export type Trajectory = Trajectories['trajectories'][number]

export type MapList = Answer<'/api/games/{game_id}/maps'>
export type MapPicture = MapList['maps'][number]

export type EventsPage = Answer<'/api/events'>
export type GameEvent = EventsPage['events'][number]

export type UsageStats = Answer<'/stats'>

export type Books = Answer<'/api/games/{game_id}/books'>
export type BooksRow = Books['total']
export type BooksSample = Books['samples'][number]

export type AnnotationList = Answer<'/api/games/{game_id}/annotations'>
export type Annotation = AnnotationList['annotations'][number]

export type BoardList = Answer<'/api/boards'>
export type BoardSummary = BoardList['boards'][number]
export type Board = Answer<'/api/boards/{board_id}'>
export type BoardDocument = Board['document']
export type BoardTile = BoardDocument['tiles'][number]
export type BoardLinks = Answer<'/api/boards/{board_id}/links'>
export type BoardLink = BoardLinks['links'][number]
export type SharedBoard = Answer<'/api/shared-board'>

type Sent<Path extends keyof paths, Method extends 'post' | 'put'> = paths[Path] extends Record<Method, { responses: { 200: { content: { 'application/json': infer Body } } } }> ? Body : never

export type SqlRows = Sent<'/api/sql', 'post'>
export type SavedQueries = Answer<'/api/games/{game_id}/saved-queries'>
export type SavedQuery = SavedQueries['queries'][number]
export type SegmentPreview = Sent<'/api/games/{game_id}/segments/preview', 'post'>
export type SegmentList = Answer<'/api/games/{game_id}/segments'>
export type Segment = SegmentList['segments'][number]
export type SegmentRule = NonNullable<Segment['rule']>

export type RuleList = Answer<'/api/alerts/rules'>
export type RuleSummary = RuleList['rules'][number]
export type AlertRule = RuleSummary['rule']
export type RuleKind = AlertRule['kind']
export type Backtest = Answer<'/api/alerts/rules/{rule_id}/backtest'>
export type IncidentList = Answer<'/api/alerts/incidents'>
export type Incident = IncidentList['incidents'][number]
export type Severity = Incident['severity']
export type OneIncident = Answer<'/api/alerts/incidents/{incident_id}'>
export type JudgedPoint = OneIncident['series'][number]
export type SilenceList = Answer<'/api/alerts/silences'>
export type Silence = SilenceList['silences'][number]
export type ChannelList = Answer<'/api/alerts/channels'>
export type Channel = ChannelList['channels'][number]

// A WebSocket is not part of an OpenAPI document: these two are written by hand, after `api/live.py`.
export interface Counters {
  eventsTotal: number
  eventsPerSecond: number
  crashesPerSecond: number
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
  /** Of an answer of health, which is no problem document. */
  message?: string
}

export type GameKeys = Answer<'/api/games/{game_id}/keys'>
export type GameContents = Answer<'/api/games/{game_id}/contents'>
export type DeletedGames = Answer<'/api/game-deletions'>
export type RetentionNow = Answer<'/api/games/{game_id}/retention'>
export type RetentionPolicy = Partial<RetentionNow['policy']>
export interface RetentionPreview {
  removals: RetentionNow['going']
}

export type MirrorList = Answer<'/api/mirrors'>
export type Mirror = MirrorList['mirrors'][number]

export type Person = Answer<'/api/people'>['people'][number]
export type Grant = Person['grants'][number]
export type PersonLink = Made<'/api/people'>
export type SecondFactor = Answer<'/api/me/second-factor'>
export type NewSecondFactor = Made<'/api/me/second-factor'>
export type Login = Answer<'/api/me/logins'>['logins'][number]
export type Token = Answer<'/api/tokens'>['tokens'][number]
export type TokenScope = Token['scopes'][number]
export type MadeToken = Made<'/api/tokens'>

export type AuditPage = Answer<'/api/audit'>
export type AuditEntry = AuditPage['entries'][number]

export type KeptOfPlayer = Answer<'/api/games/{game_id}/player-summary'>
export type Erasure = Answer<'/api/games/{game_id}/erasures'>['erasures'][number]

export type ServerHealth = Answer<'/api/health'>
export type BackupsNow = Answer<'/api/backups'>
export type RollupsNow = Answer<'/api/rollups'>
