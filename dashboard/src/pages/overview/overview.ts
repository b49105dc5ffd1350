/** How the game is doing, on one page. */
import type { SummaryFigures } from '@/api/types'
import { COUNTS } from '@/charts/scales'
import { formatCompact, formatCount, formatDecimal, formatDuration, formatMoney, formatShare, formatShareFine } from '@/format'
import { splitBy, type Split } from '@/panels/pageContext'
import { panelOf, type Panel } from '@/panels/panel'
import { besideBefore } from '@/panels/split'
import { behind, BY_DAY, overTime, pointsOf, splitSeries, totalOf, type Shape } from '@/panels/shapes/time'
import type { Tile } from '@/panels/shapes/tiles'

export function overviewPanels(split: Split, compare: string): Panel[] {
  const counted = (metric: string, title: string, about: string, shape: Shape, color: number): Panel => countedPanel({ metric, title, about, shape, color }, split, compare)
  return [
    summary,
    counted('events', 'Events', 'Everything that the game has sent, whatever its name.', 'line', 1),
    counted('crashes', 'Crashes', 'Times the game’s process died, by the time of the crash. Errors and exceptions that the game survived are not counted.', 'bars', 6),
    split === 'none' ? newAndReturning : distinctPlayers(split),
    counted('sessions', 'Sessions', 'Sessions by the time they started.', 'line', 3),
  ]
}

const summary = panelOf({
  key: 'summary',
  title: 'Figures of the range',
  metric: 'summary',
  shape: 'tiles',
  refetchSeconds: 10,
  draw: ({ current, previous, complete }) => ({ tiles: tilesOf(current, previous), isRunning: !complete }),
})

function tilesOf(now: SummaryFigures, before: SummaryFigures): Tile[] {
  // On the first day of a range there is no mean of days yet, and nothing to compare one with.
  const noDayIsOver = now.dauMean === null
  const compared = (field: keyof SummaryFigures & string) => ({ current: now[field] as number | null, previous: before[field] as number | null })
  return [
    {
      label: 'Players now',
      definition: 'Distinct players with an event in the last five minutes, whatever days are chosen.',
      text: formatCount(now.playersNow),
      ...compared('playersNow'),
    },
    {
      label: 'Daily active players',
      definition: 'Distinct players with at least one event on a day, averaged over the days of the range that are over, from the game’s first day on. While none of them is over: the distinct players so far.',
      // A mean: a small game may have less than one player a day.
      text: noDayIsOver ? formatCount(now.activePlayers) : (now.dauMean ?? 0) < 10 ? formatDecimal(now.dauMean) : formatCount(now.dauMean),
      note: noDayIsOver ? 'so far' : `${formatCompact(now.activePlayers)} distinct`,
      current: noDayIsOver ? now.activePlayers : now.dauMean,
      previous: noDayIsOver ? before.activePlayers : before.dauMean,
    },
    {
      label: 'Sessions',
      definition: 'Sessions that started within the range.',
      text: formatCompact(now.sessionCount),
      note: `${formatCompact(now.newPlayers)} new ${now.newPlayers === 1 ? 'player' : 'players'}`,
      ...compared('sessionCount'),
    },
    {
      label: 'Median session',
      definition: 'Half of the sessions are shorter than this, half are longer. The mean, which long sessions pull up, stands beside it.',
      text: formatDuration(now.medianSessionSeconds),
      note: `mean ${formatDuration(now.avgSessionSeconds)}`,
      ...compared('medianSessionSeconds'),
    },
    {
      label: 'Crash-free sessions',
      definition: 'One minus the sessions with at least one crash, over all sessions started. Reports of the last three days are still coming in: crashes are sent at the next launch.',
      text: formatShareFine(now.crashFreeSessions),
      note: `${formatCompact(now.crashCount)} ${now.crashCount === 1 ? 'crash' : 'crashes'}`,
      isShare: true,
      ...compared('crashFreeSessions'),
    },
    {
      label: 'Revenue',
      definition: 'Purchases net of refunds in the game’s currency, before store fees and tax. Nothing is converted: purchases in other currencies, or with none, are counted beside it.',
      text: formatMoney(now.revenueMicros, now.currency),
      note: now.otherCurrencyPurchases ? `and ${formatCompact(now.otherCurrencyPurchases)} in other currencies` : '',
      ...compared('revenueMicros'),
    },
  ]
}

interface Counted {
  metric: string
  title: string
  about: string
  shape: Shape
  color: number
}

const countedPanel = ({ metric, title, about, shape, color }: Counted, split: Split, compare: string): Panel =>
  panelOf({
    key: metric,
    title,
    about,
    metric: 'timeseries',
    shape: 'time',
    ask: (page) => besideBefore(page, { metric, interval: page.interval, ...splitBy(split) }, compare, split),
    note: ({ points }) => formatCount(points.reduce((all, { value }) => all + (value ?? 0), 0)),
    draw: ({ points, series, interval, timeZone }, page, all) => {
      const drawn = [...splitSeries(split, series, points, page, color), ...behind(points, all[1]?.answer.points, all[1]?.label)]
      return overTime(drawn, { shape, interval, timeZone, ...COUNTS, total: totalOf })
    },
  })

/** Who plays on one day may play on the next, and on two platforms in one day: nothing adds up. */
const distinctPlayers = (split: Split): Panel =>
  panelOf({
    key: 'players',
    title: 'Daily active players',
    about: 'Distinct players with at least one event that day. Who plays on two platforms in one day counts for both.',
    metric: 'timeseries',
    shape: 'time',
    values: { metric: 'active_players', interval: 'day', ...splitBy(split) },
    draw: ({ points, series, interval, timeZone }, page) => {
      const drawn = splitSeries(split, series, points, page)
      return overTime(drawn, { shape: 'line', interval, timeZone, ...COUNTS })
    },
  })

export const newAndReturning = panelOf({
  key: 'players',
  title: 'Daily active players',
  about: 'Distinct players with at least one event that day. New: it is the day of their first event ever. Stickiness: mean daily active players over the monthly active players of the last day.',
  metric: 'active_players',
  shape: 'time',
  note: ({ stickiness }) => (stickiness === null ? '' : `stickiness ${formatShare(stickiness)}`),
  draw: ({ days }) => {
    const series = [
      { key: 'returning', label: 'Returning', series: 1, points: pointsOf(days, ({ day }) => day, ({ returning }) => returning) },
      { key: 'new', label: 'New', series: 2, points: pointsOf(days, ({ day }) => day, (one) => one.new) },
    ]
    return overTime(series, { shape: 'bars', ...BY_DAY, ...COUNTS })
  },
})
