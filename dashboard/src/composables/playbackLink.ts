/** From where something happened to that moment of its match, or of its session, played back. */
import type { LocationQuery, RouteLocationRaw } from 'vue-router'
import { plainDay, shiftDay } from '@/timeRanges'

interface Moment {
  matchId?: string | null
  sessionId?: string | null
  time?: string | null
}

/** Null where the event belongs to neither. `query` is what pages share; its days give way to those around the event. */
export function playbackLink(query: LocationQuery, { matchId, sessionId, time }: Moment, timeZone: string): RouteLocationRaw | null {
  const which = matchId ? { match: matchId } : sessionId ? { session: sessionId } : null
  if (!which || !time) return null
  // It may have begun the day before, and go on the day after.
  const day = plainDay(new Date(time), timeZone)
  return { name: 'playback', query: { ...query, range: 'custom', from: shiftDay(day, -1), to: shiftDay(day, 1), ...which, at: time } }
}
