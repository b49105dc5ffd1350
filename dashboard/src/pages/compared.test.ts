/** What holds of the panels of pages that are compared with other days. */
import { describe, expect, test } from 'vitest'
import { formatChange, NONE } from '@/format'
import type { PageContext, Split } from '@/panels/pageContext'
import type { Asked, Panel } from '@/panels/panel'
import { questionsOf } from '@/panels/beside'
import { otherDaysOf } from '@/panels/otherDays'
import type { RankedDrawing } from '@/panels/shapes/ranked'
import type { TilesDrawing } from '@/panels/shapes/tiles'
import { crashPanels } from './crashes/crashes'
import { economyPanels } from './economy/economy'
import { growthPanels } from './growth/growth'
import { overviewPanels } from './overview/overview'
import { performancePanels } from './performance/performance'
import { revenuePanels } from './revenue/revenue'
import { sessionPanels } from './sessions/sessions'

const NOWHERE = { name: 'events' }
const pages: Record<string, (split: Split) => Panel[]> = {
  overview: overviewPanels,
  sessions: sessionPanels,
  revenue: (split) => revenuePanels(split, 'day'),
  crashes: (split) => crashPanels(split, NOWHERE),
  growth: (split) => growthPanels('day', split, () => NOWHERE),
  performance: performancePanels,
  economy: () => economyPanels('', () => NOWHERE),
}

const pageOf = (compare: string): PageContext => ({
  values: { gameId: 'arena', from: '2026-11-24', to: '2026-11-30' }, timeZone: 'UTC', interval: 'day', days: 7, known: { platform: [], version: [], country: [] },
  other: otherDaysOf({ gameId: 'arena' }, 'UTC', { from: '2026-11-24', to: '2026-11-30', today: '2026-11-30' }, compare),
})

describe.each(Object.entries(pages))('%s', (_name, panelsOf) => {
  test('has figures that follow a chosen day, and lines that do but for those that are told apart', () => {
    const page = pageOf('2026-10-01')
    const tiles = panelsOf('none').find(({ shape }) => shape === 'tiles')
    expect(tiles && questionsOf(tiles, page).at(-1)).toMatchObject({ values: { from: '2026-10-01', to: '2026-10-06' }, isFixed: true })
    for (const panel of panelsOf('platform').filter(({ shape }) => shape === 'time')) {
      const questions = questionsOf(panel, page)
      if (questions[0]?.values.splitBy) expect(questions, panel.key).toHaveLength(1)
    }
  })
})

test('the overview has its own time before until a day is chosen', () => {
  const [summary] = overviewPanels('none')
  const figures = (sessionCount: number) => ({ sessionCount, dauMean: null, activePlayers: 1, currency: 'USD' })
  const answer = (sessionCount: number) => ({
    from: '2026-10-01T00:00:00Z', to: '2026-10-07T00:00:00Z', timeZone: 'UTC', complete: false, current: figures(sessionCount),
    previous: figures(5), previousFrom: '2026-11-17T00:00:00Z', previousTo: '2026-11-23T14:15:00Z',
  })
  const drawn = (compare: string, all: Asked<object>[]): TilesDrawing => summary?.draw(all[0]?.answer ?? {}, pageOf(compare), all) as TilesDrawing
  const sessions = ({ tiles }: TilesDrawing) => tiles.find(({ label }) => label === 'Sessions')
  expect(summary && questionsOf(summary, pageOf('before'))).toHaveLength(1)
  const usual = drawn('none', [{ values: {}, answer: answer(10) }])
  expect(sessions(usual)).toMatchObject({ text: '10', current: 10, previous: 5 })
  expect(usual.compared?.with).toMatch(/^as much of the days before as has passed of these, .*14:15$/)
  const chosen = drawn('2026-10-01', [10, 9, 8].map((count) => ({ values: {}, label: 'x', answer: answer(count) })))
  expect(sessions(chosen)).toMatchObject({ text: '10', current: 9, previous: 8 })
})

test('countries change from the chosen days, where somebody was there', () => {
  const countries = growthPanels('day', 'none', () => NOWHERE).find(({ key }) => key === 'countries')
  const answer = (...places: [country: string, players: number][]) => ({
    places: places.map(([country, players]) => ({ country, players, playersShare: 0.5, change: 0.01 })), unknown: null, other: null,
  })
  const changes = (compare: string, ...answers: object[]) => {
    const all = answers.map((one) => ({ values: {}, answer: one }))
    return (countries?.draw(answers[0] ?? {}, pageOf(compare), all) as RankedDrawing).ranks.map(({ values }) => values[2])
  }
  const now = answer(['DE', 4], ['US', 3])
  expect(changes('none', now)).toEqual([formatChange(0.01), formatChange(0.01)])
  expect(changes('2026-10-01', now, answer(['DE', 3], ['US', 2]), answer(['DE', 2]))).toEqual([formatChange(0.5), NONE])
  expect(changes('2027-01-01', now)).toEqual([NONE, NONE])
})
