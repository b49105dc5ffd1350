/** What is kept of a player, in words. */
import type { KeptOfPlayer } from '@/api/types'
import { formatCount, formatDayTime, formatMoney } from '@/format'

const LISTED_MAX = 12
const MICROS = 1e6
/** What events say, as the server names it, in the order in which it is told. */
const LABELS = [
  ['events', 'Events by name'],
  ['platforms', 'Platforms'],
  ['versions', 'Versions'],
  ['countries', 'Countries'],
  ['regions', 'Regions'],
  ['systems', 'Systems'],
  ['devices', 'Devices'],
  ['sessions', 'Sessions'],
  ['environments', 'Environments'],
] as const

function listed(said: KeptOfPlayer['said'][string] | undefined): string {
  if (!said) return ''
  const shown = said.slice(0, LISTED_MAX).map(({ value, events }) => `${value || '(empty)'} (${formatCount(events)})`)
  return [...shown, ...(said.length > LISTED_MAX ? ['and others: the export has all'] : [])].join(', ')
}

export const factsOf = (kept: KeptOfPlayer, timeZone: string): { label: string; text: string }[] => [
  { label: 'Ids', text: kept.playerIds.join(', ') },
  { label: 'Events', text: formatCount(kept.events) },
  { label: 'From, to', text: kept.firstEventAt && kept.lastEventAt ? `${formatDayTime(kept.firstEventAt, timeZone)} – ${formatDayTime(kept.lastEventAt, timeZone)}` : '' },
  { label: 'Paid', text: kept.paid.map(({ currency, amount, purchases }) => `${currency ? formatMoney(amount * MICROS, currency) : `${amount} without a currency`} in ${formatCount(purchases)} ${purchases === 1 ? 'purchase' : 'purchases'}`).join(', ') },
  { label: 'Segments', text: kept.segments.join(', ') },
  ...LABELS.map(([name, label]) => ({ label, text: listed(Object.hasOwn(kept.said, name) ? kept.said[name] : undefined) })),
]
