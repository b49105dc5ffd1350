/** What players pay, who pays it, and what a player brings over time. */
import type { MetricAnswer } from '@/api/types'
import { SHARES } from '@/charts/scales'
import { formatCompact, formatCount, formatMoney, formatPlainDay, formatShare, type Formatter } from '@/format'
import type { Split } from '@/panels/pageContext'
import { choiceParameter } from '@/composables/urlParams'
import { linesOf } from '@/panels/beside'
import { panelOf, type Panel } from '@/panels/panel'
import { splitBy } from '@/panels/split'
import { rowsOf, type MatrixCell, type MatrixDrawing } from '@/panels/shapes/matrix'
import { behind, BY_DAY, drawn, overTime, pointsOf, splitSeries, sumOf } from '@/panels/shapes/time'
import { comparedTiles } from '@/panels/shapes/tiles'

/** What can be chosen on the page; it stands in the address. */
export const COHORTS = choiceParameter('cohorts', ['day', 'week'], 'week')

type Group = MetricAnswer<'spenders'>['groups'][number]['group']

const NO_PURCHASES = 'Revenue comes from purchase events with a value and a currency. Send them, or choose other days.'
const GROUPS: Record<Group, string> = { whales: 'Whales', dolphins: 'Dolphins', minnows: 'Minnows', unconverted: 'Not converted', non_payers: 'Have not paid' }

const moneyIn = (currency: string): Formatter => (micros) => formatMoney(micros, currency)
/** For an axis, where round values come as they are. */
const roughIn = (currency: string): Formatter => (micros) => (micros !== null && micros !== undefined && Math.abs(Number(micros)) >= 1e10 ? formatCompact(Number(micros) / 1e6) : formatMoney(micros, currency))

export const revenuePanels = (split: Split, granularity: 'day' | 'week'): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'Revenue of the range',
    metric: 'arpu',
    shape: 'tiles',
    beside: 'figures',
    draw: ({ total, currency }, page, all) =>
      comparedTiles(page, all, (_shown, _over, other) => {
        const before = other?.total
        const money = moneyIn(currency)
        return [
          { label: 'Net revenue', definition: 'What was paid without refunds, on the days that are over.', text: money(total.netMicros), current: total.netMicros, previous: before?.netMicros },
          { label: 'Payers', field: 'total.payers', text: formatCount(total.payers), current: total.payers, previous: before?.payers, note: `of ${formatCount(total.activePlayers)} players` },
          { label: 'Payer conversion', field: 'total.payerConversion', text: formatShare(total.payerConversion), isShare: true, current: total.payerConversion, previous: before?.payerConversion },
          { label: 'By player and day', field: 'total.arpdauMicros', text: money(total.arpdauMicros), current: total.arpdauMicros, previous: before?.arpdauMicros, note: 'ARPDAU' },
          { label: 'By player', field: 'total.arpuMicros', text: money(total.arpuMicros), current: total.arpuMicros, previous: before?.arpuMicros, note: 'ARPU' },
          { label: 'By payer', field: 'total.arppuMicros', text: money(total.arppuMicros), current: total.arppuMicros, previous: before?.arppuMicros, note: 'ARPPU' },
        ]
      }),
  }),
  panelOf({
    key: 'revenue',
    title: 'Net revenue',
    metric: 'revenue',
    shape: 'time',
    values: ({ interval }) => ({ interval, ...splitBy(split) }),
    beside: linesOf(split),
    note: ({ total, currency }) => formatMoney(total.netMicros, currency),
    draw: ({ points, series, interval, timeZone, currency }, page, answers) => {
      const net = (rows: typeof points) => pointsOf(rows, ({ time }) => time, ({ netMicros }) => netMicros)
      const whole = net(points)
      const parts = series?.map(({ key, netMicros }) => ({ key, points: whole.map((point, index) => ({ ...point, value: drawn(netMicros[index]) })) }))
      const all = [...splitSeries(split, parts, whole, page, 2), ...behind(answers, (answer) => net(answer.points))]
      const money = moneyIn(currency)
      return overTime(all, { shape: 'bars', interval, timeZone, format: money, formatAxis: roughIn(currency), total: (one) => money(sumOf(one)) })
    },
    empty: NO_PURCHASES,
  }),
  panelOf({
    key: 'arpdau',
    title: 'Revenue by player and day',
    metric: 'arpu',
    shape: 'time',
    list: 'days',
    beside: 'lines',
    draw: ({ days, currency }, _page, all) => {
      const of = (rows: typeof days) => pointsOf(rows, ({ day }) => day, ({ arpdauMicros }) => arpdauMicros)
      const series = [{ key: 'arpdau', label: 'By active player', series: 1, points: of(days) }, ...behind(all, (answer) => of(answer.days))]
      return overTime(series, { shape: 'line', ...BY_DAY, format: moneyIn(currency), formatAxis: roughIn(currency) })
    },
    empty: NO_PURCHASES,
  }),
  panelOf({
    key: 'ltv',
    title: 'Lifetime value',
    about: 'What a new player has brought by each day after the first, on average: all finished cohorts together.',
    metric: 'ltv',
    shape: 'curve',
    refetchSeconds: 0,
    values: { granularity },
    draw: ({ offsets, total, currency }) => {
      const money = moneyIn(currency)
      const points = total.flatMap(({ ltvMicros, netMicros, size }, index) => {
        const place = offsets[index] ?? index
        return ltvMicros === null ? [] : [{ place, label: `D${place}`, value: drawn(ltvMicros), notes: [{ label: 'Net', value: money(netMicros) }, { label: 'Players', value: formatCount(size) }] }]
      })
      return points.length ? { curves: [{ key: 'ltv', label: 'Lifetime value', series: 3, points }], along: 'Day', value: 'Lifetime value', format: money, formatAxis: roughIn(currency) } : null
    },
    empty: 'Nobody was new in these days. Choose days in which players were new.',
  }),
  panelOf({
    key: 'conversion',
    title: 'New players who pay',
    about: 'Of the players who are new in these days, those who have paid by each day after the first. The band is the 95 % Wilson interval.',
    metric: 'arpu',
    shape: 'curve',
    list: 'newPlayerConversion',
    draw: ({ newPlayerConversion }) => {
      const points = newPlayerConversion.flatMap(({ offset, share, low, high, payers, size }) =>
        share === null ? [] : [{ place: offset, label: `D${offset}`, value: share, low, high, notes: [{ label: 'Low', value: formatShare(low) }, { label: 'High', value: formatShare(high) }, { label: 'Payers', value: formatCount(payers) }, { label: 'Players', value: formatCount(size) }] }])
      return points.length ? { curves: [{ key: 'conversion', label: 'Paid', series: 1, points }], along: 'Day', value: 'Paid by then', ...SHARES } : null
    },
    empty: 'Nobody was new in these days. Choose days in which players were new.',
  }),
  panelOf({
    key: 'spenders',
    title: 'Who pays',
    about: 'By what each player has spent. A bar is as long as the group’s part of the revenue.',
    metric: 'spenders',
    shape: 'ranked',
    size: 'wide',
    list: 'groups',
    // Unless it says since when, it is about the 90 days that are over.
    values: { from: undefined },
    note: ({ days, day }) => `${formatCount(days)} days up to ${formatPlainDay(day)}`,
    draw: ({ groups, payers, currency }) =>
      payers
        ? {
            first: 'Group',
            columns: ['Players', 'Revenue', 'Part of it', 'Each from', 'to'],
            ranks: groups.map(({ group, players, netMicros, revenueShare, leastMicros, mostMicros }) => ({
              key: group, label: GROUPS[group], size: revenueShare ?? 0,
              values: [formatCount(players), formatMoney(netMicros, currency), formatShare(revenueShare), formatMoney(leastMicros, currency), formatMoney(mostMicros, currency)],
            })),
          }
        : null,
    empty: NO_PURCHASES,
  }),
  panelOf({
    key: 'kinds',
    title: 'By kind',
    metric: 'revenue',
    shape: 'ranked',
    list: 'kinds',
    draw: ({ kinds, currency }) =>
      kinds.length
        ? { first: 'Kind', columns: ['Net', 'Payments', 'Refunded'], ranks: kinds.map(({ kind, netMicros, payments, refundsMicros }) => ({ key: kind, label: kind, size: Number(netMicros), values: [formatMoney(netMicros, currency), formatCount(payments), formatMoney(refundsMicros, currency)] })) }
        : null,
    empty: NO_PURCHASES,
  }),
  panelOf({
    key: 'currencies',
    title: 'Paid in',
    metric: 'revenue',
    shape: 'table',
    list: 'currencies',
    draw: ({ currencies, currency }) =>
      currencies.length
        ? {
            columns: ['Currency', 'Payments', 'Paid', `In ${currency}`, 'Not converted'],
            rows: currencies.map((one) => [one.paidIn, formatCount(one.payments), formatMoney(one.ownGrossMicros, one.paidIn), formatMoney(one.grossMicros, currency), formatCount(one.unconverted)]),
          }
        : null,
    empty: NO_PURCHASES,
  }),
  panelOf({
    key: 'ltv-cohorts',
    title: 'Lifetime value by cohort',
    about: 'What the players who came first on a day have brought by each day after it, on average. What is hatched is not finished yet, and in no total.',
    metric: 'ltv',
    shape: 'matrix',
    size: 'wide',
    refetchSeconds: 0,
    values: { granularity },
    draw: valuesOf,
    empty: 'Nobody was new in these days. Choose days in which players were new.',
  }),
]

function valuesOf(answer: MetricAnswer<'ltv'>): MatrixDrawing | null {
  const { offsets, total, currency } = answer
  const cellOf = (cell: (typeof answer.cohorts)[number]['cells'][number]): MatrixCell | null =>
    cell.ltvMicros === null ? null : { text: formatMoney(cell.ltvMicros, currency), heat: drawn(cell.ltvMicros), complete: cell.complete, tip: `${formatMoney(cell.netMicros, currency)} in all` }
  const rows = rowsOf(answer, offsets, cellOf)
  if (!rows.length) return null
  return {
    caption: 'Lifetime value by cohort',
    columns: offsets.map((offset) => `D${offset}`),
    total: total.map(({ ltvMicros, size }) => ({ text: ltvMicros === null ? '' : formatMoney(ltvMicros, currency), tip: `${formatCount(size)} players` })),
    rows,
  }
}
