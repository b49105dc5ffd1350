/** Who is new, who comes back, who is lost, and where they are. */
import type { RouteLocationRaw } from 'vue-router'
import type { MetricAnswer } from '@/api/types'
import { COUNTS, SHARES } from '@/charts/scales'
import { formatCount, formatChange, formatCountry, formatDecimal, formatShare } from '@/format'
import { newAndReturning } from '@/pages/overview/overview'
import type { Split } from '@/panels/pageContext'
import { choiceParameter } from '@/composables/urlParams'
import { comparedOf, linesOf, questionsBeside } from '@/panels/beside'
import { panelOf, type Asked, type Panel } from '@/panels/panel'
import { splitBy } from '@/panels/split'
import type { Rank } from '@/panels/shapes/ranked'
import { behind, BY_DAY, overTime, pointsOf, splitSeries, totalOf } from '@/panels/shapes/time'
import { comparedTiles } from '@/panels/shapes/tiles'

/** What can be chosen on the page; it stands in the address. */
export const WINDOW = choiceParameter('window', ['day', 'week', 'four_weeks'], 'week')

const windowsOver = (windows: MetricAnswer<'growth'>['windows']): number => windows.filter(({ complete }) => complete).length

type Geo = MetricAnswer<'geo'>
type Place = Geo['places'][number]

/** Of players of a country, where there were any. */
function changeOfPlaces(all: Asked<Geo>[]): (place: Place) => number | null {
  const { over, before } = comparedOf(all)
  const playersIn = (asked: Asked<Geo> | undefined) => new Map([...(asked?.answer.places ?? []), asked?.answer.unknown, asked?.answer.other].flatMap((place) => (place ? [[place.country, place.players]] : [])))
  const [now, then] = [playersIn(over), playersIn(before)]
  return ({ country }) => (then.get(country) ? (now.get(country) ?? 0) / (then.get(country) ?? 1) - 1 : null)
}

export type Window = 'day' | 'week' | 'four_weeks'

export const growthPanels = (window: Window, split: Split, ofCountry: (country: string) => RouteLocationRaw): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'Growth of the range',
    metric: 'growth',
    shape: 'tiles',
    values: { window },
    beside: 'figures',
    draw: (_answer, page, all) =>
      comparedTiles(page, all, ({ total, windows }, _over, other) => {
        const before = other?.total
        // Days are widened to windows: of as many days there may be one window more.
        const summed = other && windowsOver(other.windows) === windowsOver(windows) ? before : undefined
        return [
          { label: 'New', field: 'total.new', text: formatCount(total.new), current: total.new, previous: summed?.new },
          { label: 'Retained', field: 'total.retained', text: formatCount(total.retained), current: total.retained, previous: summed?.retained },
          { label: 'Resurrected', field: 'total.resurrected', text: formatCount(total.resurrected), current: total.resurrected, previous: summed?.resurrected },
          { label: 'Churned', field: 'total.churned', text: formatCount(total.churned), current: total.churned, previous: summed?.churned, higherIsBetter: false },
          { label: 'Churn rate', field: 'total.churnRate', text: formatShare(total.churnRate), isShare: true, current: total.churnRate, previous: before?.churnRate, higherIsBetter: false },
          { label: 'Quick ratio', field: 'total.quickRatio', text: formatDecimal(total.quickRatio), current: total.quickRatio, previous: before?.quickRatio },
        ]
      }),
  }),
  panelOf({
    key: 'windows',
    title: 'Won and lost players',
    about: 'Of each window the players who are new, stayed or came back, and below the line those who were active in the window before and no more.',
    metric: 'growth',
    shape: 'time',
    values: { window },
    draw: ({ windows }) => {
      const seriesOf = (key: 'retained' | 'resurrected' | 'new', label: string, color: number) => ({ key, label, series: color, points: pointsOf(windows, ({ start }) => start, (one) => one[key]) })
      const churned = { key: 'churned', label: 'Churned', series: 6, points: pointsOf(windows, ({ start }) => start, ({ churned: lost }) => (lost === null ? null : -lost)) }
      const series = [seriesOf('retained', 'Retained', 1), seriesOf('resurrected', 'Resurrected', 3), seriesOf('new', 'New', 2), churned]
      return overTime(series, { shape: 'bars', interval: window === 'day' ? 'day' : 'week', timeZone: 'UTC', ...COUNTS })
    },
  }),
  panelOf({
    key: 'churn',
    title: 'Churn rate',
    about: 'Of the players of the window before, those who did not come in this one.',
    metric: 'growth',
    shape: 'time',
    values: { window },
    draw: ({ windows }) => {
      const series = [{ key: 'churn', label: 'Churn rate', series: 6, points: pointsOf(windows, ({ start }) => start, ({ churnRate }) => churnRate) }]
      return overTime(series, { shape: 'line', interval: window === 'day' ? 'day' : 'week', timeZone: 'UTC', ...SHARES })
    },
    empty: 'No window of these days is over yet. Choose shorter windows, or more days.',
  }),
  panelOf({
    key: 'new-players',
    title: 'New players',
    metric: 'new_players',
    shape: 'time',
    values: ({ interval }) => ({ interval, ...splitBy(split) }),
    beside: linesOf(split),
    note: ({ total }) => `${formatCount(total.new)} on days that are over`,
    draw: ({ buckets, series, interval, timeZone }, page, all) => {
      const newOf = (rows: typeof buckets) => pointsOf(rows, ({ time }) => time, (one) => one.new)
      const drawn = [...splitSeries(split, series?.map(({ key, buckets: of }) => ({ key, points: newOf(of) })), newOf(buckets), page, 2), ...behind(all, (answer) => newOf(answer.buckets))]
      return overTime(drawn, { shape: split === 'none' ? 'line' : 'bars', interval, timeZone, ...COUNTS, total: totalOf })
    },
  }),
  { ...newAndReturning, key: 'daily' },
  panelOf({
    key: 'active',
    title: 'Active players of a day, a week, a month',
    metric: 'active_players',
    shape: 'time',
    draw: ({ days }) => {
      const seriesOf = (key: 'dau' | 'wau' | 'mau', label: string, color: number) => ({ key, label, series: color, points: pointsOf(days, ({ day }) => day, (one) => one[key]) })
      const series = [seriesOf('dau', 'That day', 1), seriesOf('wau', 'The 7 days up to it', 2), seriesOf('mau', 'The 30 days up to it', 3)]
      return overTime(series, { shape: 'line', ...BY_DAY, ...COUNTS })
    },
  }),
  panelOf({
    key: 'stickiness',
    title: 'Stickiness',
    about: 'Of the players of 30 days, those who play on the day.',
    metric: 'active_players',
    shape: 'time',
    beside: 'lines',
    draw: ({ days }, _page, all) => {
      const of = (rows: typeof days) => pointsOf(rows, ({ day }) => day, ({ stickiness }) => stickiness)
      const series = [{ key: 'stickiness', label: 'Stickiness', series: 3, points: of(days) }, ...behind(all, (answer) => of(answer.days))]
      return overTime(series, { shape: 'line', ...BY_DAY, ...SHARES })
    },
  }),
  panelOf({
    key: 'countries',
    title: 'Countries',
    about: 'Distinct players by country, and the change from the days that the page is compared with. A country leads to this page about its players.',
    metric: 'geo',
    shape: 'ranked',
    size: 'wide',
    list: 'places',
    // The answer has the change from as much of the time before as has passed of the range.
    ask: (page) => questionsBeside(page.other.chosen === 'day' ? 'so far' : undefined, page),
    draw: ({ places, unknown, other }, page, all) => {
      const changeOf = page.other.chosen === 'day' ? changeOfPlaces(all) : ({ change }: Place) => change
      const rankOf = (place: Place, label: string, to?: RouteLocationRaw): Rank => ({
        key: place.country, label, size: place.players, values: [formatCount(place.players), formatShare(place.playersShare), formatChange(changeOf(place))], to,
      })
      const ranks = places.map((place) => rankOf(place, formatCountry(place.country), ofCountry(place.country)))
      const rest = [...(unknown ? [rankOf(unknown, '(unknown)')] : []), ...(other ? [rankOf(other, '(other)')] : [])]
      return ranks.length + rest.length ? { first: 'Country', columns: ['Players', 'Share', 'Change'], ranks: [...ranks, ...rest] } : null
    },
    empty: 'No event of these days says where its player is. Countries come from clients, or from a database of addresses: see “Countries” in the documentation.',
  }),
]
