import { expect, test } from 'vitest'
import { formatDayTime, formatPlainDay, formatSpan } from './format'

test('whole days are told as days, a single one once', () => {
  expect(formatSpan('2026-10-01T00:00:00Z', '2026-10-08T00:00:00Z', 'UTC')).toBe(`${formatPlainDay('2026-10-01')} – ${formatPlainDay('2026-10-07')}`)
  expect(formatSpan('2026-09-30T22:00:00Z', '2026-10-01T22:00:00Z', 'Europe/Berlin')).toBe(formatPlainDay('2026-10-01'))
})

test('a day that has no midnight is one', () => {
  // The clocks of Beirut went from 23:59:59 to 01:00.
  expect(formatSpan('2026-03-28T22:00:00Z', '2026-03-29T21:00:00Z', 'Asia/Beirut')).toBe(formatPlainDay('2026-03-29'))
})

test('parts of days are told with their hours', () => {
  const [from, to] = ['2026-10-01T00:00:00Z', '2026-10-01T14:15:00Z']
  expect(formatSpan(from, to, 'UTC')).toBe(`${formatDayTime(from, 'UTC')} – ${formatDayTime(to, 'UTC')}`)
})
