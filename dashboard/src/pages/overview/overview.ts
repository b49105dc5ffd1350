/** How the game is doing, on one page. */
import type { MetricAnswer, SummaryFigures } from '@/api/types'
import { COUNTS } from '@/charts/scales'
import { formatCompact, formatCount, formatDecimal, formatDuration, formatMoney, formatShare, formatShareFine, formatSpan } from '@/format'
import type { PageContext, Split } from '@/panels/pageContext'
import { panelOf, type Panel } from '@/panels/panel'
import { splitBy } from '@/panels/split'
import { linesOf, questionsBeside } from '@/panels/beside'
import { behind, BY_DAY, overTime, pointsOf, splitSeries, totalOf, type Shape } from '@/panels/shapes/time'
import { comparedTiles, type Tile, type TilesDrawing } from '@/panels/shapes/tiles'

export function overviewPanels(split: Split): Panel[] {
  const counted = (metric: string, title: string, about: string, shape: Shape, color: number): Panel => countedPanel({ metric, title, about, shape, color }, split)
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
  // The answer has the time before: as much of it as has passed of the range.
  ask: (page) => questionsBeside(page.other.chosen === 'day' ? 'so far' : undefined, page),
  draw: (answer, page, all) => (page.other.chosen === 'day' ? comparedTiles(page, all, (shown, over, before) => tilesOf(shown.current, over.current, before?.current)) : besideOwnBefore(answer, page)),
})

function besideOwnBefore({ current, previous, complete, previousFrom, previousTo, timeZone }: MetricAnswer<'summary'>, { other: { name } }: PageContext): TilesDrawing {
  const words = complete ? name : `as much of ${name} as has passed of these`
  return { tiles: tilesOf(current, current, previous), compared: { with: `${words}, ${formatSpan(previousFrom, previousTo, timeZone)}` } }
}

function tilesOf(now: SummaryFigures, over: SummaryFigures, before: SummaryFigures | undefined): Tile[] {
  // On the first day of a range there is no mean of days yet, and nothing to compare one with.
  const noDayIsOver = now.dauMean === null
  const compared = (field: keyof SummaryFigures & string) => ({ current: over[field] as number | null, previous: (before?.[field] ?? null) as number | null })
  return [
    {
      label: 'Players now',
      definition: 'Distinct players with an event in the last five minutes, whatever days are chosen.',
      text: formatCount(now.playersNow),
    },
    {
      label: 'Daily active players',
      definition: 'Distinct players with at least one event on a day, averaged over the days of the range that are over, from the game’s first day on. While none of them is over: the distinct players so far.',
      // A mean: a small game may have less than one player a day.
      text: noDayIsOver ? formatCount(now.activePlayers) : (now.dauMean ?? 0) < 10 ? formatDecimal(now.dauMean) : formatCount(now.dauMean),
      note: noDayIsOver ? 'so far' : `${formatCompact(now.activePlayers)} distinct`,
      current: noDayIsOver ? over.activePlayers : over.dauMean,
      previous: noDayIsOver ? before?.activePlayers : before?.dauMean,
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

const countedPanel = ({ metric, title, about, shape, color }: Counted, split: Split): Panel =>
  panelOf({
    key: metric,
    title,
    about,
    metric: 'timeseries',
    shape: 'time',
    values: ({ interval }) => ({ metric, interval, ...splitBy(split) }),
    beside: linesOf(split),
    note: ({ points }) => formatCount(points.reduce((all, { value }) => all + (value ?? 0), 0)),
    draw: ({ points, series, interval, timeZone }, page, all) => {
      const drawn = [...splitSeries(split, series, points, page, color), ...behind(all, (answer) => answer.points)]
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
  beside: 'lines',
  draw: ({ days }, _page, all) => {
    const series = [
      { key: 'returning', label: 'Returning', series: 1, points: pointsOf(days, ({ day }) => day, ({ returning }) => returning) },
      { key: 'new', label: 'New', series: 2, points: pointsOf(days, ({ day }) => day, (one) => one.new) },
      ...behind(all, ({ days: of }) => pointsOf(of, ({ day }) => day, ({ dau }) => dau)),
    ]
    return overTime(series, { shape: 'bars', ...BY_DAY, ...COUNTS })
  },
})
