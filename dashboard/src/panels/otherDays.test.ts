import { describe, expect, test } from 'vitest'
import { formatPlainDay } from '@/format'
import { otherDaysOf } from './otherDays'

const TODAY = '2026-11-30'
const WEEK = { from: '2026-11-24', to: TODAY, today: TODAY }
const OVER = { from: '2026-11-01', to: '2026-11-07', today: TODAY }
const of = (days: Parameters<typeof otherDaysOf>[2], compare: string) => otherDaysOf({ gameId: 'arena' }, 'UTC', days, compare)
const asked = (from: string, to: string) => ({ gameId: 'arena', from, to })

describe('days that are over', () => {
  test('are compared with as many directly before, which lie behind lines where somebody wants it', () => {
    const before = asked('2026-10-25', '2026-10-31')
    expect(of(OVER, 'none')).toMatchObject({ chosen: 'none', figures: before, over: null, lines: null, fault: undefined })
    expect(of(OVER, 'before')).toMatchObject({ chosen: 'before', figures: before, over: null, lines: before })
  })

  test('are compared with as many from a chosen day on', () => {
    const other = asked('2026-09-01', '2026-09-07')
    expect(of(OVER, '2026-09-01')).toMatchObject({ chosen: 'day', figures: other, over: null, lines: other, name: `as many days from ${formatPlainDay('2026-09-01')} on` })
  })

  test('may be compared with days after them', () => {
    expect(of(OVER, '2026-11-23')).toMatchObject({ figures: asked('2026-11-23', '2026-11-29'), fault: undefined })
  })
})

describe('days of which one is not over', () => {
  test('have figures of those that are, and lines of all', () => {
    const over = asked('2026-11-24', '2026-11-29')
    expect(of(WEEK, 'before')).toMatchObject({ figures: asked('2026-11-18', '2026-11-23'), over, lines: asked('2026-11-17', '2026-11-23') })
    expect(of(WEEK, '2026-10-01')).toMatchObject({ figures: asked('2026-10-01', '2026-10-06'), over, lines: asked('2026-10-01', '2026-10-07') })
  })

  test('reach into the future', () => {
    expect(of({ ...WEEK, to: '2026-12-10' }, 'none').over).toEqual(asked('2026-11-24', '2026-11-29'))
  })

  test('have no figures beside them when none of them is over', () => {
    const today = of({ from: TODAY, to: TODAY, today: TODAY }, '2026-10-01')
    expect(today).toMatchObject({ figures: null, lines: asked('2026-10-01', '2026-10-01') })
    expect(today.fault).toContain('no day of these is over yet')
  })
})

describe('days that are still to come', () => {
  test.each(['2026-11-24', TODAY, '2027-01-01'])('have no figures: %s', (day) => {
    const other = of(OVER, day)
    expect(other.figures).toBeNull()
    expect(other.fault).toContain('not yet as many days that are over')
  })

  test('lie behind lines as far as they have come', () => {
    expect(of(OVER, TODAY).lines).toEqual(asked('2026-11-30', '2026-12-06'))
    expect(of(OVER, '2026-12-01').lines).toBeNull()
  })
})

describe('hours', () => {
  const evening = { from: '2026-11-20', to: '2026-11-20', today: TODAY, part: { from: '2026-11-20T18:00:00.000Z', to: '2026-11-20T22:00:00.000Z', now: '2026-11-30T12:00:00.000Z' } }

  test('are compared with as long directly before', () => {
    expect(of(evening, 'none').figures).toEqual(asked('2026-11-20T14:00:00.000Z', '2026-11-20T18:00:00.000Z'))
  })

  test('are compared with the same hours of another day, as the clocks there show them', () => {
    expect(of(evening, '2026-10-01')).toMatchObject({ figures: asked('2026-10-01T18:00:00.000Z', '2026-10-01T22:00:00.000Z'), lines: asked('2026-10-01T18:00:00.000Z', '2026-10-01T22:00:00.000Z') })
    // In Berlin these are 19:00 to 23:00, and in October summer time.
    expect(otherDaysOf({ gameId: 'arena' }, 'Europe/Berlin', evening, '2026-10-01').figures).toEqual(asked('2026-10-01T17:00:00.000Z', '2026-10-01T21:00:00.000Z'))
  })

  test('go on over midnight', () => {
    const night = { ...evening, to: '2026-11-21', part: { ...evening.part, to: '2026-11-21T02:00:00.000Z' } }
    expect(of(night, '2026-10-01').figures).toEqual(asked('2026-10-01T18:00:00.000Z', '2026-10-02T02:00:00.000Z'))
  })

  test('that are not over, or beside such, have no figures', () => {
    for (const [days, compare] of [[{ ...evening, part: { ...evening.part, now: '2026-11-20T20:00:00.000Z' } }, '2026-10-01'], [evening, TODAY]] as const) {
      expect(of(days, compare)).toMatchObject({ figures: null, fault: expect.stringContaining('not over yet') })
    }
  })
})
