/** One question about any event, drawn as it was asked for. */
import type { RouteLocationRaw } from 'vue-router'
import type { Interval, MetricAnswer } from '@/api/types'
import { OTHER_COLOR, seriesColors } from '@/charts/look'
import { COUNTS, type Scale } from '@/charts/scales'
import { fieldLabel } from '@/composables/properties'
import { quoted } from '@/conditions'
import { formatCompact, formatDecimal, formatDimension, formatExact, formatShare, NONE, UNKNOWN, type Dimension } from '@/format'
import type { PageContext } from '@/panels/pageContext'
import { panelOf, type Panel } from '@/panels/panel'
import { behind, drawn, overTime, pointsOf, totalOf, type NamedSeries } from '@/panels/shapes/time'
import { comparedTiles } from '@/panels/shapes/tiles'
import { isAdditive, isOfNumber, MEASURES, type Exploration } from './exploration'

type Answer = MetricAnswer<'breakdown'>
type Group = Answer['groups'][number]
/** Of parameters in an address; what is undefined is not there. */
export type Changes = Record<string, string | string[] | undefined>

const ROWS_TOLD_APART = 10
const ROWS_OF_TABLE = 100
const NONE_FITS = 'No event fits. Widen the days, or drop a condition.'
const DIMENSIONS: readonly string[] = ['platform', 'version', 'country'] satisfies Dimension[]

const DECIMALS: Scale = { format: (value) => (Number.isInteger(value) ? formatExact(value) : formatDecimal(value)), formatAxis: formatCompact }
const scaleOf = ({ measure }: Exploration): Scale => (isOfNumber(measure) ? DECIMALS : COUNTS)
/** Of the answer itself: a whole number beyond 2^53 is written to its last digit. */
const exactly = (value: number | bigint | null | undefined, choice: Exploration): string =>
  value === null || value === undefined ? NONE : typeof value === 'bigint' ? formatExact(value) : scaleOf(choice).format(value)

const labelOf = (by: string, key: string): string => (DIMENSIONS.includes(by) ? formatDimension(by as Dimension, key) : key === UNKNOWN ? '(unknown)' : key)
/** Largest first, and what is folded last. */
const partsOf = ({ groups, other }: Answer): Group[] => [...groups, ...(other ? [other] : [])]
const keyOf = ({ keys }: Group): string => keys[0] ?? ''

function colorsOf(parts: Group[], by: string, page: PageContext) {
  const known = DIMENSIONS.includes(by) ? page.known[by as Dimension] : []
  const colors = seriesColors(parts.map(keyOf), known)
  return (key: string) => colors.get(key) ?? OTHER_COLOR
}

export function measureWords({ measure, of }: Exploration): string {
  const word = MEASURES.find(({ value }) => value === measure)?.label ?? ''
  return isOfNumber(measure) ? `${word} of ${fieldLabel(of)}` : word
}

export function explorationTitle(choice: Exploration): string {
  const whose = choice.event || 'all events'
  const measured = isOfNumber(choice.measure) ? `${measureWords(choice)} in ${whose}` : choice.measure === 'players' ? `Players with ${choice.event || 'any event'}` : choice.event || 'All events'
  return choice.by ? `${measured} by ${fieldLabel(choice.by).toLowerCase()}` : measured
}

function valuesOf(choice: Exploration, limit: number) {
  const { event, measure, of, by, filters, segment } = choice
  return { event, measure, of: isOfNumber(measure) ? of : undefined, by: by || 'name', filter: filters, segment, limit: by ? limit : 1 }
}

/** `asked` is another question, with these changes of this one; `player` is the page of one. */
export function explorePanels(choice: Exploration, asked: (changes: Changes) => RouteLocationRaw, player: (playerId: string) => RouteLocationRaw): Panel[] {
  /** From a value to what stands behind it: a player, an event's own question, or the same one about that value. */
  function narrowed(key: string): RouteLocationRaw {
    if (choice.by === 'player_id' && key !== UNKNOWN) return player(key)
    if (choice.by === 'name') return asked({ event: key, by: undefined, look: undefined })
    return asked({ filter: [...choice.filters, `${choice.by}:${key === UNKNOWN ? '!*' : quoted(key)}`] })
  }
  const common = { key: 'answer', title: explorationTitle(choice), metric: 'breakdown', size: 'wide', empty: NONE_FITS, list: 'groups' } as const
  const scale = scaleOf(choice)
  const counted = measureWords(choice)
  const first = choice.by ? fieldLabel(choice.by) : 'Events'
  const note = ({ values, groups }: Answer): string => (choice.by && values > groups.length ? `${formatExact(groups.length)} of ${formatExact(values)} values told apart` : '')
  const wholes = (answer: Answer): Group[] => (choice.by ? partsOf(answer) : [{ ...answer.total, keys: [choice.event || 'All events'] }])

  switch (choice.look) {
    case 'line':
    case 'stacked':
      return [
        panelOf({
          ...common,
          shape: 'time',
          note,
          values: ({ interval }) => ({ ...valuesOf(choice, ROWS_TOLD_APART), interval: choice.step === 'auto' ? interval : choice.step }),
          beside: choice.by ? undefined : 'lines',
          draw: (answer, page, all) => {
            const parts = wholes(answer)
            const color = colorsOf(parts, choice.by, page)
            const series = parts.map((one): NamedSeries => ({
              key: keyOf(one),
              label: labelOf(choice.by, keyOf(one)),
              series: choice.by ? color(keyOf(one)) : 1,
              points: pointsOf(one.points ?? [], ({ time }) => time, ({ value }) => value),
            }))
            const other = behind(all, ({ total }) => pointsOf(total.points ?? [], ({ time }) => time, ({ value }) => value))
            return overTime([...series, ...other], { ...scale, shape: choice.look === 'stacked' ? 'bars' : 'line', interval: (answer.interval ?? page.interval) as Interval, timeZone: answer.timeZone, total: isAdditive(choice.measure) ? totalOf : undefined })
          },
        }),
      ]
    case 'bar':
      return [
        panelOf({
          ...common,
          shape: 'bars',
          note,
          values: valuesOf(choice, ROWS_TOLD_APART * 2),
          draw: (answer) => {
            const bars = wholes(answer).map((one) => ({ label: labelOf(choice.by, keyOf(one)), value: drawn(one.value) ?? 0, notes: one.share === null ? [] : [{ label: 'Share', value: formatShare(one.share) }] }))
            return bars.some(({ value }) => value) ? { ...scale, first, counted, bars } : null
          },
        }),
      ]
    case 'pie':
      return [
        panelOf({
          ...common,
          shape: 'pie',
          note,
          values: valuesOf(choice, ROWS_TOLD_APART),
          draw: (answer, page) => {
            const parts = wholes(answer).filter(({ value }) => Number(value) > 0)
            const color = colorsOf(parts, choice.by, page)
            const slices = parts.map((one) => ({ key: keyOf(one), label: labelOf(choice.by, keyOf(one)), series: choice.by ? color(keyOf(one)) : 1, value: drawn(one.value) ?? 0, share: one.share }))
            return slices.length ? { ...scale, first, counted, slices } : null
          },
        }),
      ]
    case 'table':
      return [
        panelOf({
          ...common,
          shape: 'table',
          note,
          values: valuesOf(choice, ROWS_OF_TABLE),
          draw: (answer) => {
            const withEvents = isOfNumber(choice.measure)
            const withShare = answer.total.share !== null
            const rowOf = (one: Group, label: string, to?: RouteLocationRaw) => [
              { text: label, to },
              exactly(one.value, choice),
              ...(withEvents ? [formatExact(one.events)] : []),
              ...(withShare ? [formatShare(one.share)] : []),
            ]
            if (!answer.groups.length) return null
            return {
              columns: [first, counted, ...(withEvents ? ['Events with it'] : []), ...(withShare ? ['Share'] : [])],
              rows: [
                ...(choice.by ? answer.groups.map((one) => rowOf(one, labelOf(choice.by, keyOf(one)), narrowed(keyOf(one)))) : []),
                ...(choice.by && answer.other ? [rowOf(answer.other, '(other)')] : []),
                rowOf(answer.total, choice.by ? 'All together' : choice.event || 'All events'),
              ],
            }
          },
        }),
      ]
    case 'number':
      return [
        panelOf({
          ...common,
          shape: 'tiles',
          values: valuesOf(choice, 1),
          beside: 'so far',
          draw: (_answer, page, all) =>
            comparedTiles(page, all, ({ total }, over, before) => [
              { label: explorationTitle({ ...choice, by: '' }), text: exactly(total.value, choice), current: drawn(over.total.value), previous: drawn(before?.total.value), note: isOfNumber(choice.measure) ? `of ${formatExact(total.events)} events that have it` : undefined },
            ]),
        }),
      ]
  }
}
