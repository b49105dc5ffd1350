/** What the events of a game say of how they were sent: how late they are, what they lack, and what a new version changed. */
import type { MetricAnswer } from '@/api/types'
import { COUNTS } from '@/charts/scales'
import { formatCount, formatDayTime, formatDimension, formatDuration, formatShare } from '@/format'
import { panelOf, type Panel } from '@/panels/panel'
import type { Cell } from '@/panels/shapes/table'

type Answer = MetricAnswer<'data_quality'>

const lookedAt = ({ lookedAt: { events } }: Answer): string => `of the last ${formatCount(events)} events`
const bad = (text: string): Cell => ({ text, mood: 'bad' })
const versionOf = (version: string): string => formatDimension('version', version)

export const qualityPanels: Panel[] = [
  panelOf({
    key: 'lateness',
    title: 'Lateness and clocks',
    about: 'From when an event happened to its receipt, and how many times were moved because the clock of a device was wrong.',
    metric: 'data_quality',
    shape: 'tiles',
    draw: ({ lateness, clocks, matches }) => ({
      tiles: [
        { label: 'Half are as late as', field: 'lateness.p50Seconds', text: formatDuration(lateness.p50Seconds) },
        { label: '99 of 100 are', field: 'lateness.p99Seconds', text: formatDuration(lateness.p99Seconds), note: `the latest ${formatDuration(lateness.maxSeconds)}` },
        { label: 'Times moved', field: 'clocks.corrected', text: formatShare(clocks.correctedShare), note: `${formatCount(clocks.corrected)} of ${formatCount(clocks.withTime)} events` },
        { label: 'Clocks not believed', field: 'clocks.clockSuspect', text: formatCount(clocks.clockSuspect), note: 'put to their receipt' },
        { label: 'Matches without an end', field: 'matches.withoutEnd', text: formatCount(matches.withoutEnd), note: `of ${formatCount(matches.lookedAt)} matches` },
      ],
    }),
  }),
  panelOf({
    key: 'within',
    title: 'How late events come',
    metric: 'data_quality',
    shape: 'bars',
    list: 'lateness.within',
    note: lookedAt,
    draw: ({ lateness: { within } }) =>
      within.some(({ events }) => events) ? { first: 'Within', counted: 'Events', ...COUNTS, bars: within.map((one) => ({ label: one.within, value: one.events })) } : null,
    empty: 'Nothing was received in these days.',
  }),
  panelOf({
    key: 'versions',
    title: 'Last event of each version',
    about: 'A version that has fallen silent while people play it has a client that no longer sends.',
    metric: 'data_quality',
    shape: 'table',
    list: 'versions',
    draw: ({ versions, timeZone }) =>
      versions.length
        ? { columns: ['Version', 'Last event', 'Last received', 'Events'], rows: versions.map((one) => [versionOf(one.version), formatDayTime(one.lastAt, timeZone), formatDayTime(one.lastReceivedAt, timeZone), formatCount(one.events)]) }
        : null,
    empty: 'Nothing happened in these days.',
  }),
  panelOf({
    key: 'missing',
    title: 'What events lack',
    about: 'Some events have no player by nature. Where only some of a name lack one, a client forgets it.',
    metric: 'data_quality',
    shape: 'table',
    size: 'wide',
    list: 'missing',
    note: lookedAt,
    draw: ({ missing }) =>
      missing.length
        ? { columns: ['Event', 'Events', 'No player', 'No session', 'No version', 'No platform'], rows: missing.map((one) => [one.name, ...[one.events, one.withoutPlayer, one.withoutSession, one.withoutVersion, one.withoutPlatform].map((count) => formatCount(count))]) }
        : null,
    empty: 'Nothing was received in these days.',
  }),
  panelOf({
    key: 'changes',
    title: 'Properties that came or went',
    about: 'From one version to the next: at least half of the events in one have it, none in the other.',
    metric: 'data_quality',
    shape: 'table',
    list: 'drift.changes',
    draw: ({ drift: { changes } }) =>
      changes.length
        ? { texts: 4, columns: ['Event', 'Property', 'Change', 'Version'], rows: changes.map((one) => [one.event, one.property, one.change === 'new' ? 'New' : bad('Gone'), `${versionOf(one.version)}, after ${versionOf(one.before)}`]) }
        : null,
    empty: 'No property came or went with a version.',
  }),
  panelOf({
    key: 'types',
    title: 'Properties of several types',
    about: 'A text in one build and a number in the next: a figure of it counts only one of them.',
    metric: 'data_quality',
    shape: 'table',
    list: 'drift.types',
    draw: ({ drift: { types } }) =>
      types.length
        ? { texts: 4, columns: ['Event', 'Property', 'Version', 'Types'], rows: types.map((one) => [one.event, one.property, versionOf(one.version), Object.entries(one.types).map(([type, events]) => `${type} ${formatCount(events)}`).join(', ')]) }
        : null,
    empty: 'Every property has one type.',
  }),
  panelOf({
    key: 'names',
    title: 'Names that no metric knows',
    about: 'Names of your own are no error. Where one is nearly a name of the catalogue, that is told: no metric counts it.',
    metric: 'data_quality',
    shape: 'table',
    size: 'wide',
    list: 'unknownNames',
    draw: ({ unknownNames }) =>
      unknownNames.length
        ? { texts: 2, columns: ['Event', 'Is it meant to be', 'Events'], rows: unknownNames.map((one) => [one.name, one.meant ? bad(one.meant) : '', formatCount(one.events)]) }
        : null,
    empty: 'All names are in the catalogue.',
  }),
]
