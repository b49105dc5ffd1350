/** How often the game dies, where, and of what. */
import type { RouteLocationRaw } from 'vue-router'
import { formatCount, formatDecimal, formatDimension, formatShare, formatShareFine, type Dimension } from '@/format'
import type { Split } from '@/panels/pageContext'
import { linesOf } from '@/panels/beside'
import { panelOf, type Panel } from '@/panels/panel'
import { splitBy } from '@/panels/split'
import { behind, overTime, pointsOf, splitSeries } from '@/panels/shapes/time'
import { comparedTiles } from '@/panels/shapes/tiles'

const NO_SESSIONS = 'Nobody played in these days. Choose other days, or drop a filter.'

const byDimension = (dimension: Dimension, title: string, first: string): Panel =>
  panelOf({
    key: `by-${dimension}`,
    title,
    about: 'Sessions with at least one crash, over all sessions; those with most sessions first.',
    metric: 'crash_free',
    shape: 'table',
    list: 'parts',
    values: { splitBy: dimension },
    draw: ({ parts }) =>
      parts.some(({ sessions }) => sessions)
        ? {
            columns: [first, 'Crash-free', '95 % sure', 'Sessions', 'Crashed'],
            rows: parts.map((one) => [
              formatDimension(dimension, one.part), formatShareFine(one.crashFreeSessions), `${formatShareFine(one.crashFreeSessionsLow)} – ${formatShareFine(one.crashFreeSessionsHigh)}`,
              formatCount(one.sessions), formatCount(one.crashedSessions),
            ]),
          }
        : null,
    empty: NO_SESSIONS,
  })

export const crashPanels = (split: Split, crashes: RouteLocationRaw): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'Stability of the range',
    metric: 'crash_free',
    shape: 'tiles',
    list: 'parts',
    beside: 'figures',
    draw: ({ parts: [now] }, page, all) =>
      now
        ? comparedTiles(page, all, (_shown, _over, other) => {
            const before = other?.parts[0]
            return [
              { label: 'Crash-free sessions', field: 'parts.crashFreeSessionsLow', definition: 'One minus the sessions that crashed, over all.', text: formatShareFine(now.crashFreeSessions), isShare: true, current: now.crashFreeSessions, previous: before?.crashFreeSessions, note: `${formatCount(now.crashedSessions)} of ${formatCount(now.sessions)} crashed` },
              { label: 'Crash-free players', field: 'parts.crashedPlayers', definition: 'One minus the players who had a session that crashed, over all who had a session.', text: formatShareFine(now.crashFreePlayers), isShare: true, current: now.crashFreePlayers, previous: before?.crashFreePlayers, note: `${formatCount(now.crashedPlayers)} of ${formatCount(now.players)} players` },
              { label: 'Crash reports', definition: 'Events named crash, in sessions of these days that are over.', text: formatCount(now.crashReports), current: now.crashReports, previous: before?.crashReports, higherIsBetter: false },
              { label: 'Reports, 1,000 sessions', definition: 'Crash reports for each thousand sessions.', text: formatDecimal(now.reportsPer1000Sessions), current: now.reportsPer1000Sessions, previous: before?.reportsPer1000Sessions, higherIsBetter: false },
              { label: 'Hours per crash', field: 'parts.hoursBetween', text: formatDecimal(now.hoursBetween), current: now.hoursBetween, previous: before?.hoursBetween },
            ]
          })
        : null,
    empty: NO_SESSIONS,
  }),
  panelOf({
    key: 'rate',
    title: 'Crash-free sessions',
    about: split === 'none' ? 'By the start of the session. The band is the 95 % Wilson interval: few sessions, wide band.' : 'By the start of the session.',
    metric: 'crash_free',
    shape: 'time',
    size: 'wide',
    list: 'points',
    values: ({ interval }) => ({ interval, ...splitBy(split) }),
    beside: linesOf(split),
    draw: ({ points, parts, interval, timeZone }, page, all) => {
      const of = (part: string) => points.filter((one) => one.part === part)
      const line = (rows: typeof points) => pointsOf(rows, ({ start }) => start, ({ crashFreeSessions }) => crashFreeSessions)
      const band = points.map(({ crashFreeSessionsLow, crashFreeSessionsHigh, complete }) => (complete ? { low: crashFreeSessionsLow, high: crashFreeSessionsHigh } : { low: null, high: null }))
      const series = split === 'none'
        ? [{ key: 'rate', label: 'Crash-free sessions', series: 1, points: line(points), band }, ...behind(all, (answer) => line(answer.points))]
        : splitSeries(split, parts.map(({ part }) => ({ key: part, points: line(of(part)) })), [], page)
      return overTime(series, { shape: 'line', interval, timeZone, format: formatShareFine, formatAxis: formatShare, isNearlyAll: true })
    },
    empty: NO_SESSIONS,
  }),
  byDimension('version', 'By version', 'Version'),
  byDimension('platform', 'By platform', 'Platform'),
  panelOf({
    key: 'texts',
    title: 'What crashed',
    about: 'Crash reports by their title and exception. Each leads to the reports, with their stack traces.',
    metric: 'breakdown',
    shape: 'table',
    size: 'wide',
    list: 'groups',
    values: { event: 'crash', by: 'props.title,props.exception', limit: 100 },
    draw: ({ groups }) =>
      groups.length
        ? {
            columns: ['Title', 'Exception', 'Reports', 'Share'],
            rows: groups.map(({ keys: [title, exception], value, share }) => [{ text: title ?? '', to: crashes }, exception ?? '', formatCount(value), formatShare(share)]),
          }
        : null,
    empty: 'No crash was reported in these days.',
  }),
]
