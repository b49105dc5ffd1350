/** How often and how long people play, and how their sessions end. */
import type { MetricAnswer } from '@/api/types'
import { COUNTS, SECONDS } from '@/charts/scales'
import { formatCompact, formatCount, formatDecimal, formatDuration } from '@/format'
import type { Split } from '@/panels/pageContext'
import { linesOf } from '@/panels/beside'
import { panelOf, type Panel } from '@/panels/panel'
import { splitBy } from '@/panels/split'
import { behind, overTime, pointsOf, splitSeries, totalOf } from '@/panels/shapes/time'
import { comparedTiles, type Tile } from '@/panels/shapes/tiles'

type Figures = MetricAnswer<'sessions'>['total']
type Ending = 'quit' | 'background' | 'crashed' | 'lost' | 'running'

const ENDINGS: [Ending, string, number][] = [
  ['quit', 'Quit', 1],
  ['background', 'In the background', 5],
  ['crashed', 'Crashed', 6],
  ['lost', 'Lost', 2],
  ['running', 'Running', 3],
]

const tile = (label: string, field: keyof Figures, format: (value: number | null) => string, now: Figures, before: Figures | undefined): Tile => ({
  label, field: `total.${field}`, text: format(now[field]), current: now[field], previous: before?.[field] ?? null,
})

export const sessionPanels = (split: Split): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'Sessions of the range',
    metric: 'sessions',
    shape: 'tiles',
    beside: 'figures',
    draw: (_answer, page, all) =>
      comparedTiles(page, all, ({ total }, _over, before) => [
        tile('Sessions', 'sessions', formatCount, total, before?.total),
        tile('By player and day', 'sessionsPerPlayer', formatDecimal, total, before?.total),
        tile('Median length', 'medianSeconds', formatDuration, total, before?.total),
        tile('Mean length', 'meanSeconds', formatDuration, total, before?.total),
        tile('90 % at most', 'p90Seconds', formatDuration, total, before?.total),
      ]),
  }),
  panelOf({
    key: 'sessions',
    title: 'Sessions',
    metric: 'sessions',
    shape: 'time',
    values: ({ interval }) => ({ interval, ...splitBy(split) }),
    beside: linesOf(split),
    draw: ({ buckets, series, interval, timeZone }, page, all) => {
      const of = (rows: typeof buckets) => pointsOf(rows, ({ time }) => time, ({ sessions }) => sessions)
      const drawn = [...splitSeries(split, series?.map(({ key, buckets: rows }) => ({ key, points: of(rows) })), of(buckets), page, 3), ...behind(all, (answer) => of(answer.buckets))]
      return overTime(drawn, { shape: 'line', interval, timeZone, ...COUNTS, total: totalOf })
    },
  }),
  panelOf({
    key: 'length',
    title: 'Length of sessions',
    about: 'Half of the sessions are shorter than the median; one in ten is longer than the upper line.',
    metric: 'sessions',
    shape: 'time',
    values: ({ interval }) => ({ interval, ...splitBy(split) }),
    draw: ({ buckets, interval, timeZone }) => {
      const series = [
        { key: 'median', label: 'Median', series: 1, points: pointsOf(buckets, ({ time }) => time, ({ medianSeconds }) => medianSeconds) },
        { key: 'p90', label: '90 % at most', series: 2, points: pointsOf(buckets, ({ time }) => time, ({ p90Seconds }) => p90Seconds) },
      ]
      return overTime(series, { shape: 'line', interval, timeZone, ...SECONDS })
    },
  }),
  panelOf({
    key: 'endings',
    title: 'How sessions ended',
    about: 'Lost: nothing more came, not even that it ended. Running: it may still be on.',
    metric: 'sessions',
    shape: 'time',
    values: ({ interval }) => ({ interval, ...splitBy(split) }),
    draw: ({ buckets, interval, timeZone }) => {
      const series = ENDINGS.map(([key, label, color]) => ({ key, label, series: color, points: pointsOf(buckets, ({ time }) => time, (one) => one[key]) }))
      return overTime(series, { shape: 'bars', interval, timeZone, ...COUNTS, total: totalOf })
    },
  }),
  panelOf({
    key: 'concurrent',
    title: 'Players at the same time',
    metric: 'concurrent_players',
    shape: 'time',
    values: ({ interval }) => ({ interval }),
    note: ({ total }) => `peak ${formatCount(total.peak)}`,
    draw: ({ buckets, interval, timeZone }) => {
      const series = [
        { key: 'peak', label: 'Peak', series: 4, points: pointsOf(buckets, ({ time }) => time, ({ peak }) => peak) },
        { key: 'mean', label: 'Mean', series: 1, points: pointsOf(buckets, ({ time }) => time, ({ mean }) => mean) },
      ]
      return overTime(series, { shape: 'line', interval, timeZone, format: formatDecimal, formatAxis: formatCompact })
    },
  }),
  panelOf({
    key: 'playtime',
    title: 'Time played by player',
    metric: 'playtime',
    shape: 'time',
    size: 'wide',
    values: ({ interval }) => ({ interval }),
    beside: 'lines',
    note: ({ total }) => `${formatDuration(total.secondsPerDau)} by player and day`,
    draw: ({ buckets, interval, timeZone }, _page, all) => {
      const of = (rows: typeof buckets) => pointsOf(rows, ({ time }) => time, ({ secondsPerPlayer }) => secondsPerPlayer)
      const series = [{ key: 'playtime', label: 'Time by player', series: 3, points: of(buckets) }, ...behind(all, (answer) => of(answer.buckets))]
      return overTime(series, { shape: 'line', interval, timeZone, ...SECONDS })
    },
  }),
]
