/** What is known of one player, of all time. */
import type { RouteLocationRaw } from 'vue-router'
import type { MetricAnswer } from '@/api/types'
import { formatCount, formatDayTime, formatDecimal, formatDuration, formatMoney, formatPlatform, NONE } from '@/format'
import { panelOf, type Panel } from '@/panels/panel'

type Value = MetricAnswer<'player'>['platforms'][number]

/** All that the player ever did, whatever days and filters the address names for other pages. */
const ofAllTime = (playerId: string) => ({ playerId, from: undefined, to: undefined, platform: undefined, version: undefined, country: undefined })

const ofValues = (key: string, title: string, first: string, field: 'platforms' | 'versions' | 'countries' | 'devices' | 'systems', playerId: string, format: (value: string) => string = String): Panel =>
  panelOf({
    key,
    title,
    about: 'What the events of the player said, and from when to when.',
    metric: 'player',
    shape: 'table',
    list: field,
    values: ofAllTime(playerId),
    refetchSeconds: 0,
    draw: (answer, { timeZone }) => {
      const values: Value[] = answer[field]
      return values.length ? { columns: [first, 'Events', 'First', 'Last'], rows: values.map((one) => [format(one.value), formatCount(one.events), formatDayTime(one.first, timeZone), formatDayTime(one.last, timeZone)]) } : null
    },
    empty: 'Nothing of it was sent.',
  })

/** `eventsLink` leads to the player's events of a name. */
export const profilePanels = (playerId: string, eventsLink: (name: string) => RouteLocationRaw): Panel[] => [
  panelOf({
    key: 'figures',
    title: 'The player',
    metric: 'player',
    shape: 'tiles',
    list: 'names',
    values: ofAllTime(playerId),
    draw: (one, { timeZone }) => {
      if (!one.events) return null
      const moment = (at: string | null): string => (at ? formatDayTime(at, timeZone) : NONE)
      return {
        tiles: [
          { label: 'First seen', field: 'firstSeen', text: moment(one.firstSeen) },
          { label: 'Last seen', field: 'lastSeen', text: moment(one.lastSeen) },
          { label: 'Days active', text: formatCount(one.daysActive), definition: 'Days on which the player did something.' },
          { label: 'Sessions', text: formatCount(one.sessions), definition: 'Stretches of activity, however many ids they have.' },
          { label: 'Playtime', text: formatDuration(one.playtimeSeconds), definition: 'The lengths of all sessions together.' },
          { label: 'Crashes', text: formatCount(one.crashes), definition: 'Events named crash.' },
          ...one.spend.slice(0, 2).map((spent) => ({ label: `Spent in ${spent.currency}`, text: formatMoney(spent.netMicros, spent.currency), definition: 'Payments less refunds.', note: `${formatCount(spent.payments)} payments` })),
        ],
      }
    },
    empty: 'No event of this player is stored.',
  }),
  panelOf({
    key: 'names',
    title: 'What they did',
    metric: 'player',
    shape: 'ranked',
    list: 'names',
    values: ofAllTime(playerId),
    draw: ({ names }) => (names.length ? { first: 'Event', columns: ['Events'], ranks: names.map(({ value, events }) => ({ key: value, label: value, size: events, values: [formatCount(events)], to: eventsLink(value) })) } : null),
    empty: 'No event of this player is stored.',
  }),
  panelOf({
    key: 'levels',
    title: 'Levels',
    metric: 'player',
    shape: 'table',
    list: 'levels',
    values: ofAllTime(playerId),
    draw: ({ levels }, { timeZone }) => (levels.length ? { columns: ['Level', 'Started', 'Completed', 'Failed', 'Last played'], rows: levels.map((one) => [one.level, formatCount(one.started), formatCount(one.completed), formatCount(one.failed), formatDayTime(one.last, timeZone)]) } : null),
    empty: 'The player has played no level.',
  }),
  panelOf({
    key: 'spend',
    title: 'Spend',
    about: 'For each currency the purchases less the refunds; nothing is converted.',
    metric: 'player',
    shape: 'table',
    list: 'spend',
    values: ofAllTime(playerId),
    draw: ({ spend }, { timeZone }) => (spend.length ? { columns: ['Currency', 'Net', 'Payments', 'Refunds', 'Last payment'], rows: spend.map((one) => [one.currency, formatMoney(one.netMicros, one.currency), formatCount(one.payments), formatCount(one.refunds), one.lastPayment ? formatDayTime(one.lastPayment, timeZone) : NONE]) } : null),
    empty: 'The player has bought nothing.',
  }),
  panelOf({
    key: 'balances',
    title: 'Balances',
    about: "What the player has of the game's own currencies.",
    metric: 'player',
    shape: 'table',
    list: 'balances',
    values: ofAllTime(playerId),
    draw: ({ balances }) => (balances.length ? { columns: ['Currency', 'Balance', 'Said by the game'], rows: balances.map((one) => [one.currency, formatDecimal(one.balance), one.isReported ? 'yes' : 'no: gained less spent']) } : null),
    empty: 'The player has gained and spent nothing.',
  }),
  ofValues('platforms', 'Platforms', 'Platform', 'platforms', playerId, formatPlatform),
  ofValues('versions', 'Versions', 'Version', 'versions', playerId),
  ofValues('devices', 'Devices', 'Device', 'devices', playerId),
]
