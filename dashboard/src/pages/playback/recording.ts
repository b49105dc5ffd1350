/** A match or a session as it is played again: plain data, which an exported file holds as it is. */
import type { GameEvent, Trajectory } from '@/api/types'
import type { Box } from '@/maps/placement'
import { countUpTo } from '@/sorted'

export interface Track {
  player: string
  team: string | null
  /** 1 to 10: that of the team, or the player's own. */
  color: number
  map: string
  /** Milliseconds from the beginning, ascending; as many as there are places. */
  times: number[]
  xs: number[]
  ys: number[]
}

export interface Mark {
  id: string
  at: number
  name: string
  player: string
  map: string | null
  x: number | null
  y: number | null
  /** What it says besides, for people. */
  text: string
}

export interface Recording {
  /** Milliseconds since 1970. */
  startMs: number
  durationMs: number
  maps: string[]
  tracks: Track[]
  marks: Mark[]
  /** Frames a second, by time. */
  fps: { at: number; value: number }[]
}

const COLORS = 10
const TEXT_MAX = 120
/** What people wrote while they played: shown as a note. */
const WORDS = ['text', 'note', 'message', 'comment']

const timeOf = (event: GameEvent): number => Date.parse(event.time ?? event.receivedAt)

export function recordingOf(trajectories: Trajectory[], events: GameEvent[]): Recording | null {
  const moments = [...trajectories.flatMap(({ points }) => [points[0], points.at(-1)]).flatMap((point) => (point ? [Date.parse(point.time)] : [])), ...events.map(timeOf)]
  if (!moments.length) return null
  const startMs = moments.reduce((a, b) => Math.min(a, b))
  const durationMs = Math.max(1000, moments.reduce((a, b) => Math.max(a, b)) - startMs)
  const teams = teamsOf(events)
  const groups = [...new Set(trajectories.map(({ playerId }) => teams.get(playerId ?? '') ?? playerId ?? ''))].sort()
  const tracks = trajectories.map((one): Track => {
    const player = one.playerId ?? ''
    const team = teams.get(player) ?? null
    return {
      player,
      team,
      color: (groups.indexOf(team ?? player) % COLORS) + 1,
      map: one.map,
      times: one.points.map(({ time }) => Date.parse(time) - startMs),
      xs: one.points.map(({ x }) => x),
      ys: one.points.map(({ y }) => y),
    }
  })
  const marks = events
    .filter(({ eventType }) => eventType !== 'performance')
    .map((event): Mark => ({ id: event.eventId, at: timeOf(event) - startMs, name: event.eventType, player: event.playerId ?? '', map: event.map ?? null, x: event.x ?? null, y: event.y ?? null, text: textOf(event) }))
    .sort((a, b) => a.at - b.at)
  const fps = events
    .flatMap((event) => (event.eventType === 'performance' && typeof event.value === 'number' ? [{ at: timeOf(event) - startMs, value: event.value }] : []))
    .sort((a, b) => a.at - b.at)
  return { startMs, durationMs, maps: mapsOf(tracks), tracks, marks, fps }
}

/** Where a game says it: with any event of the player. */
function teamsOf(events: GameEvent[]): Map<string, string> {
  const teams = new Map<string, string>()
  for (const { playerId, payload } of events) {
    const team = payload?.team
    if (playerId && (typeof team === 'string' || typeof team === 'number')) teams.set(playerId, String(team))
  }
  return teams
}

/** The one with the most positions first. */
function mapsOf(tracks: Track[]): string[] {
  const positions = new Map<string, number>()
  for (const { map, times } of tracks) positions.set(map, (positions.get(map) ?? 0) + times.length)
  return [...positions].sort(([, a], [, b]) => b - a).map(([map]) => map)
}

export const isNote = ({ name, text }: Mark): boolean => text !== '' && /(^|_)(note|feedback|comment|chat)$/.test(name)

export const isBad = ({ name }: Mark): boolean => /death|crash/.test(name)

/** Whether it is marked along the whole time: others are too many. */
export const isTold = (mark: Mark): boolean => isNote(mark) || isBad(mark)

/** Means of so many parts of the time, of those that have any; `x` is the middle of a part. */
export function fpsCurve({ fps, durationMs }: Recording, parts: number): { x: number; value: number }[] {
  const sums = Array.from({ length: parts }, () => ({ sum: 0, count: 0 }))
  for (const { at, value } of fps) {
    const part = sums[Math.min(parts - 1, Math.floor((at / durationMs) * parts))]
    if (part) [part.sum, part.count] = [part.sum + value, part.count + 1]
  }
  return sums.flatMap(({ sum, count }, index) => (count ? [{ x: index + 0.5, value: sum / count }] : []))
}

function textOf({ payload, value }: GameEvent): string {
  const words = WORDS.map((name) => payload?.[name]).find((one) => typeof one === 'string' && one !== '')
  if (typeof words === 'string') return words.slice(0, TEXT_MAX)
  const parts = Object.entries(payload ?? {}).flatMap(([name, one]) => (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean' ? [`${name}: ${one}`] : []))
  if (typeof value === 'number') parts.unshift(String(value))
  return parts.join(', ').slice(0, TEXT_MAX)
}

/** How far people went on a map, and a little around. */
export function boundsOf({ tracks }: Recording, map: string): Box {
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity }
  for (const { xs, ys, map: own } of tracks) {
    if (own !== map) continue
    for (const x of xs) [box.minX, box.maxX] = [Math.min(box.minX, x), Math.max(box.maxX, x)]
    for (const y of ys) [box.minY, box.maxY] = [Math.min(box.minY, y), Math.max(box.maxY, y)]
  }
  if (box.minX > box.maxX) return { minX: 0, minY: 0, maxX: 1, maxY: 1 }
  const around = Math.max(box.maxX - box.minX, box.maxY - box.minY, 1) * 0.04
  return { minX: box.minX - around, minY: box.minY - around, maxX: box.maxX + around, maxY: box.maxY + around }
}

/** How many marks there are up to this moment. */
export const marksUpTo = ({ marks }: Recording, at: number): number => countUpTo(marks, at, (mark) => mark.at)
