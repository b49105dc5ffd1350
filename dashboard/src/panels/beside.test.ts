import { expect, test } from 'vitest'
import { formatPlainDay } from '@/format'
import { questionsBeside } from './beside'
import { otherDaysOf } from './otherDays'
import type { PageContext } from './pageContext'
import type { Asked } from './panel'
import { comparedTiles, type Tile } from './shapes/tiles'
import { behind } from './shapes/time'

const TODAY = '2026-11-30'
const DAYS = { from: '2026-11-24', to: TODAY }

const pageOf = (compare: string, days = DAYS): PageContext => ({
  values: { gameId: 'arena', ...days }, timeZone: 'UTC', interval: 'day', days: 7, known: { platform: [], version: [], country: [] },
  other: otherDaysOf({ gameId: 'arena' }, 'UTC', { ...days, today: TODAY }, compare),
})

const daysAsked = (page: PageContext, ...beside: Parameters<typeof questionsBeside>[0][]) =>
  beside.map((one) => questionsBeside(one, page, { split: 'x' }).map(({ values: { from, to, split }, isFixed }) => [from, to, split, isFixed ?? false]))

test('figures ask for other days always, lines where somebody wants it, and others never', () => {
  const own = ['2026-11-24', TODAY, 'x', false]
  const before = ['2026-11-18', '2026-11-23', 'x', false]
  expect(daysAsked(pageOf('none'), undefined, 'figures', 'lines')).toEqual([[own], [own, before], [own]])
  expect(daysAsked(pageOf('before'), 'lines')).toEqual([[own, ['2026-11-17', '2026-11-23', 'x', false]]])
})

test('a chosen day stays where it is', () => {
  const own = ['2026-11-24', TODAY, 'x', false]
  expect(daysAsked(pageOf('2026-10-01'), 'figures', 'lines')).toEqual([[own, ['2026-10-01', '2026-10-06', 'x', true]], [own, ['2026-10-01', '2026-10-07', 'x', true]]])
})

test('figures of all that came so far are compared as of the days that are over', () => {
  const own = ['2026-11-24', TODAY, 'x', false]
  expect(daysAsked(pageOf('2026-10-01'), 'so far')).toEqual([[own, ['2026-11-24', '2026-11-29', 'x', false], ['2026-10-01', '2026-10-06', 'x', true]]])
  expect(daysAsked(pageOf('2026-10-01', { from: '2026-11-01', to: '2026-11-07' }), 'so far')[0]).toHaveLength(2)
})

test('there is no question where there is nothing to compare', () => {
  expect(daysAsked(pageOf('2027-01-01'), 'figures', 'so far', 'lines').map((questions) => questions.length)).toEqual([1, 1, 1])
})

interface Counted {
  from: string
  to: string
  timeZone: string
  events: number
}

/** As the server answers: up to and without `to`. */
const answersOf = (page: PageContext, beside: 'figures' | 'so far', counts: number[]): Asked<Counted>[] =>
  questionsBeside(beside, page).map((question, index) => ({
    ...question,
    answer: { from: `${String(question.values.from)}T00:00:00Z`, to: new Date(Date.parse(String(question.values.to)) + 86_400_000).toISOString(), timeZone: 'UTC', events: counts[index] ?? 0 },
  }))

const tilesOf = (shown: Counted, over: Counted, before: Counted | undefined): Tile[] => [{ label: 'Events', text: String(shown.events), current: over.events, previous: before?.events }]
const days = (from: string, to: string): string => `${formatPlainDay(from)} – ${formatPlainDay(to)}`

test('tiles say with dates from what they changed', () => {
  const usual = pageOf('none')
  expect(comparedTiles(usual, answersOf(usual, 'figures', [70, 60]), tilesOf)).toEqual({
    tiles: [{ label: 'Events', text: '70', current: 70, previous: 60 }], compared: { with: `the days before, ${days('2026-11-18', '2026-11-23')}` },
  })
  const chosen = pageOf('2026-10-01')
  expect(comparedTiles(chosen, answersOf(chosen, 'so far', [70, 66, 60]), tilesOf)).toEqual({
    tiles: [{ label: 'Events', text: '70', current: 66, previous: 60 }],
    compared: { with: days('2026-10-01', '2026-10-06'), of: `the days that are over, ${days('2026-11-24', '2026-11-29')},` },
  })
})

test('tiles say why nothing is compared where somebody chose to', () => {
  const future = pageOf('2027-01-01')
  expect(comparedTiles(future, answersOf(future, 'figures', [70]), tilesOf)).toMatchObject({ tiles: [{ previous: undefined }], uncompared: expect.stringContaining('not yet as many days') })
  const empty = pageOf('2020-01-01')
  expect(comparedTiles(empty, answersOf(empty, 'figures', [70, 0]), tilesOf)?.uncompared).toBe(`Nothing is compared: there are no figures of ${days('2020-01-01', '2020-01-06')}.`)
  const shares = comparedTiles(empty, answersOf(empty, 'figures', [70, 0]), (...answers) => tilesOf(...answers).map((tile) => ({ ...tile, isShare: true })))
  expect(shares?.uncompared).toBeUndefined()
  // A new game has no days before, and nobody asked.
  const usual = pageOf('none')
  expect(comparedTiles(usual, answersOf(usual, 'figures', [70, 0]), tilesOf)?.uncompared).toBeUndefined()
})

test('other days lie point by point behind those of the range, as far as they are over', () => {
  const point = (time: string, value: number, complete = true) => ({ time, value, complete, settled: complete })
  const all = [
    { values: {}, answer: [point('2026-11-29', 5), point('2026-11-30', 2, false), point('2026-12-01', 0, false)] },
    { values: {}, label: 'the days before', answer: [point('2026-11-28', 4), point('2026-11-29', 0), point('2026-11-30', 3, false)] },
  ]
  const [line, ...others] = behind(all, (answer) => answer)
  expect(others).toEqual([])
  expect(line).toMatchObject({ label: 'The days before', isBefore: true })
  expect(line?.points.map(({ time, value }) => [time, value])).toEqual([['2026-11-29', 4], ['2026-11-30', 0], ['2026-12-01', null]])
  expect(behind(all.slice(0, 1), (answer) => answer)).toEqual([])
  expect(behind([...all.slice(0, 1), { values: {}, answer: [point('2026-11-30', 3, false)] }], (answer) => answer)).toEqual([])
})
