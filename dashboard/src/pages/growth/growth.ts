/** Who is new, who comes back, who is lost, and where they are. */
import type { RouteLocationRaw } from 'vue-router'
import { COUNTS, SHARES } from '@/charts/scales'
import { formatCount, formatChange, formatCountry, formatDecimal, formatShare } from '@/format'
import { newAndReturning } from '@/pages/overview/overview'
import { splitBy, type Split } from '@/panels/pageContext'
import { choiceParameter } from '@/composables/urlParams'
import { panelOf, type Panel } from '@/panels/panel'
import type { Rank } from '@/panels/shapes/ranked'
import { BY_DAY, overTime, pointsOf, splitSeries, totalOf } from '@/panels/shapes/time'

/** What can be chosen on the page; it stands in the address. */
export const WINDOW = choiceParameter('window', ['day', 'week', 'four_weeks'], 'week')

export type Window = 'day' | 'week' | 'four_weeks'

export const growthPanels = (window: Window, split: Split, ofCountry: (country: string) => RouteLocationRaw): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'Growth of the range',
    metric: 'growth',
    shape: 'tiles',
    values: { window },
    draw: ({ total }) => ({
      tiles: [
        { label: 'New', field: 'total.new', text: formatCount(total.new) },
        { label: 'Retained', field: 'total.retained', text: formatCount(total.retained) },
        { label: 'Resurrected', field: 'total.resurrected', text: formatCount(total.resurrected) },
        { label: 'Churned', field: 'total.churned', text: formatCount(total.churned) },
        { label: 'Churn rate', field: 'total.churnRate', text: formatShare(total.churnRate) },
        { label: 'Quick ratio', field: 'total.quickRatio', text: formatDecimal(total.quickRatio) },
      ],
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
    note: ({ total }) => `${formatCount(total.new)} on days that are over`,
    draw: ({ buckets, series, interval, timeZone }, page) => {
      const newOf = (rows: typeof buckets) => pointsOf(rows, ({ time }) => time, (one) => one.new)
      const drawn = splitSeries(split, series?.map(({ key, buckets: of }) => ({ key, points: newOf(of) })), newOf(buckets), page, 2)
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
    draw: ({ days }) => {
      const series = [{ key: 'stickiness', label: 'Stickiness', series: 3, points: pointsOf(days, ({ day }) => day, ({ stickiness }) => stickiness) }]
      return overTime(series, { shape: 'line', ...BY_DAY, ...SHARES })
    },
  }),
  panelOf({
    key: 'countries',
    title: 'Countries',
    about: 'Distinct players by country, and the change from as many days before. A country leads to this page about its players.',
    metric: 'geo',
    shape: 'ranked',
    size: 'wide',
    list: 'places',
    draw: ({ places, unknown, other }) => {
      const rankOf = ({ country, players, playersShare, change }: (typeof places)[number], label: string, to?: RouteLocationRaw): Rank => ({
        key: country, label, size: players, values: [formatCount(players), formatShare(playersShare), formatChange(change)], to,
      })
      const ranks = places.map((place) => rankOf(place, formatCountry(place.country), ofCountry(place.country)))
      const rest = [...(unknown ? [rankOf(unknown, '(unknown)')] : []), ...(other ? [rankOf(other, '(other)')] : [])]
      return ranks.length + rest.length ? { first: 'Country', columns: ['Players', 'Share', 'Change'], ranks: [...ranks, ...rest] } : null
    },
    empty: 'No event of these days says where its player is. Countries come from clients, or from a database of addresses: see “Countries” in the documentation.',
  }),
]
