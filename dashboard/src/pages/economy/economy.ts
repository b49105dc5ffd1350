/** What comes into the game's own economy, and what goes out of it. */
import type { RouteLocationRaw } from 'vue-router'
import type { MetricAnswer, TimePoint } from '@/api/types'
import { AMOUNTS, SHARES } from '@/charts/scales'
import { formatAmount, formatCount, formatDayTime, formatDecimal, formatShare } from '@/format'
import { textParameter } from '@/composables/urlParams'
import { panelOf, type Asked, type Panel } from '@/panels/panel'
import type { RankedDrawing } from '@/panels/shapes/ranked'
import type { Cell } from '@/panels/shapes/table'
import { behind, drawn, overTime, pointsOf, type NamedSeries } from '@/panels/shapes/time'
import { comparedTiles } from '@/panels/shapes/tiles'

/** What can be chosen on the page; it stands in the address. */
export const RESOURCE = textParameter('resource')

type Answer = MetricAnswer<'economy'>
type Part = Answer['reasons'][number]

const NO_MOVES = 'What players gain and spend comes from resource_gain and resource_spend, with an amount and a currency of the game. Send them, or choose other days.'

function ranked(first: string, parts: Part[], flow: Part['flow']): RankedDrawing | null {
  const ranks = parts
    .filter((part) => part.flow === flow)
    .map(({ key, isRest, amountMicros, share, moves }) => ({ key: isRest ? '(other)' : key, label: isRest ? '(other)' : key, size: Number(amountMicros), values: [formatAmount(amountMicros), formatShare(share), formatCount(moves)] }))
  return ranks.length ? { first, columns: ['Amount', 'Share', 'Moves'], ranks } : null
}

const behindOfResource = (all: Asked<Answer>[], of: (buckets: Answer['buckets']) => TimePoint[]): NamedSeries[] =>
  all.some(({ answer }) => answer.resource !== all[0]?.answer.resource) ? [] : behind(all, ({ buckets }) => of(buckets))

export function economyPanels(resource: string, eventsOf: (player: string) => RouteLocationRaw): Panel[] {
  const values = { resource }
  const flows = (key: string, title: string, list: 'reasons' | 'items', flow: Part['flow'], first: string): Panel =>
    panelOf({ key, title, metric: 'economy', shape: 'ranked', values, list, draw: (answer) => ranked(first, answer[list], flow), empty: NO_MOVES })
  return [
    panelOf({
      key: 'figures',
      title: 'Flows of the range',
      metric: 'economy',
      shape: 'tiles',
      values,
      beside: 'so far',
      draw: (_answer, page, all) =>
        comparedTiles(page, all, ({ period, resource: of }, { period: over }, other) => {
          // Currencies are never compared with each other: of other days another one may have most moves.
          const before = other?.resource === of ? other?.period : undefined
          return [
            { label: 'Sources', field: 'period.sourcesMicros', text: formatAmount(period.sourcesMicros), current: over.sourcesMicros, previous: before?.sourcesMicros, note: of ?? '' },
            { label: 'Sinks', field: 'period.sinksMicros', text: formatAmount(period.sinksMicros), current: over.sinksMicros, previous: before?.sinksMicros, note: `${formatShare(period.sinkRatio)} of the sources` },
            { label: 'Supply at the end', field: 'period.supplyEndMicros', text: formatAmount(period.supplyEndMicros), current: over.supplyEndMicros, previous: before?.supplyEndMicros },
            { label: 'Inflation', field: 'period.inflation', text: formatShare(period.inflation), isShare: true, current: over.inflation, previous: before?.inflation, higherIsBetter: false },
            { label: 'Velocity', field: 'period.velocity', text: formatDecimal(period.velocity), current: over.velocity, previous: before?.velocity },
            { label: 'By player and day', field: 'period.sourcesPerDauMicros', text: formatAmount(period.sourcesPerDauMicros), current: over.sourcesPerDauMicros, previous: before?.sourcesPerDauMicros, note: 'gained' },
          ]
        }),
    }),
    panelOf({
      key: 'flows',
      title: 'Sources and sinks',
      about: 'What players gained, and below the line what they spent.',
      metric: 'economy',
      shape: 'time',
      values: ({ interval }) => ({ ...values, interval }),
      draw: ({ buckets, interval, timeZone }) => {
        const series = [
          { key: 'sources', label: 'Sources', series: 3, points: pointsOf(buckets, ({ time }) => time, ({ sourcesMicros }) => sourcesMicros) },
          { key: 'sinks', label: 'Sinks', series: 6, points: pointsOf(buckets, ({ time }) => time, ({ sinksMicros }) => -(drawn(sinksMicros) ?? 0)) },
        ]
        return overTime(series, { shape: 'bars', interval, timeZone, ...AMOUNTS })
      },
      empty: NO_MOVES,
    }),
    panelOf({
      key: 'supply',
      title: 'Supply',
      about: 'What all players together hold at the end of each bucket.',
      metric: 'economy',
      shape: 'time',
      values: ({ interval }) => ({ ...values, interval }),
      beside: 'lines',
      draw: ({ buckets, interval, timeZone }, _page, all) => {
        const of = (rows: typeof buckets) => pointsOf(rows, ({ time }) => time, ({ supplyEndMicros }) => supplyEndMicros)
        const series = [{ key: 'supply', label: 'Supply', series: 1, points: of(buckets) }, ...behindOfResource(all, of)]
        return overTime(series, { shape: 'line', interval, timeZone, ...AMOUNTS })
      },
      empty: NO_MOVES,
    }),
    flows('source-reasons', 'Where it comes from', 'reasons', 'source', 'Reason'),
    flows('sink-reasons', 'Where it goes', 'reasons', 'sink', 'Reason'),
    flows('sink-items', 'What it is spent on', 'items', 'sink', 'Item'),
    panelOf({
      key: 'inflation',
      title: 'Inflation',
      metric: 'economy',
      shape: 'time',
      values: ({ interval }) => ({ ...values, interval }),
      beside: 'lines',
      draw: ({ buckets, interval, timeZone }, _page, all) => {
        const of = (rows: typeof buckets) => pointsOf(rows, ({ time }) => time, ({ inflation }) => inflation)
        const series = [{ key: 'inflation', label: 'Inflation', series: 2, points: of(buckets) }, ...behindOfResource(all, of)]
        return overTime(series, { shape: 'line', interval, timeZone, ...SHARES })
      },
      empty: NO_MOVES,
    }),
    panelOf({
      key: 'balances',
      title: 'Balances of active players',
      metric: 'economy',
      shape: 'tiles',
      values,
      draw: ({ balances, drift }) => ({
        tiles: [
          { label: 'Players', field: 'balances.players', text: formatCount(balances.players) },
          { label: 'Median balance', field: 'balances.medianMicros', text: formatAmount(balances.medianMicros) },
          { label: '90 % hold at most', field: 'balances.p90Micros', text: formatAmount(balances.p90Micros) },
          { label: 'Gini', field: 'balances.gini', text: formatDecimal(balances.gini) },
          { label: 'Below zero', field: 'balances.negativePlayers', text: formatCount(balances.negativePlayers) },
          { label: 'With a drift', field: 'drift.players', text: formatCount(drift.players) },
        ],
      }),
    }),
    panelOf({
      key: 'gains',
      title: 'Largest gains in a minute',
      about: 'Of each player the most that came within 60 seconds. What is impossible may be a cheat, or a mistake of the game.',
      metric: 'gain_rates',
      shape: 'table',
      values,
      draw: ({ gains, timeZone }) =>
        gains.length
          ? {
              columns: ['Player', 'Gained', 'When', ''],
              rows: gains.map(({ playerId, gainedMicros, at, impossible }): Cell[] => [
                { text: playerId, to: eventsOf(playerId) }, formatAmount(gainedMicros), formatDayTime(at, timeZone), { text: impossible ? 'impossible' : '', mood: 'bad' },
              ]),
            }
          : null,
      empty: NO_MOVES,
    }),
    panelOf({
      key: 'loot',
      title: 'Loot',
      metric: 'items',
      shape: 'ranked',
      draw: ({ items }) =>
        items.length
          ? {
              first: 'Item',
              columns: ['Pieces', 'Share', 'Players', 'Each'],
              ranks: items.map(({ item, count, share, players, perPlayer }) => ({ key: item, label: item, size: count, values: [formatCount(count), formatShare(share), formatCount(players), formatDecimal(perPlayer)] })),
            }
          : null,
      empty: 'Loot comes from item_looted, with the property item. Send it, or choose other days.',
    }),
  ]
}
