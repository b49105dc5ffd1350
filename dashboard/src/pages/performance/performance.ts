/** How smoothly the game runs, and how long it loads. */
import type { QueryValues } from '@/api/client'
import type { MetricAnswer } from '@/api/types'
import { capitalised, formatCompact, formatCount, formatDecimal, formatDimension, formatMilliseconds, formatShare, type Dimension } from '@/format'
import { choiceParameter } from '@/composables/urlParams'
import { linesOf, questionsBeside } from '@/panels/beside'
import { panelOf, type Panel } from '@/panels/panel'
import { behind, overTime, pointsOf, splitSeries } from '@/panels/shapes/time'
import { comparedTiles } from '@/panels/shapes/tiles'

/** What can be chosen on the page; it stands in the address. */
export const PARTS = choiceParameter('split', ['none', 'platform', 'version', 'country', 'device', 'map'], 'none')

export type PartBy = 'none' | Dimension | 'device' | 'map'
type Figures = MetricAnswer<'performance'>['total']

const NO_SAMPLES = 'Frame times come from performance events, loading times from scene_loaded. Send them, or choose other days.'
const formatFps = (fps: number | null): string => formatDecimal(fps)
const formatMemory = (megabytes: number | null): string => (megabytes === null ? '–' : `${formatCount(megabytes)} MB`)

const columns = ['Samples', 'FPS', 'Frame p50', 'p95', 'p99', '1 % low', 'Hitches a minute', 'Below 30 FPS', 'Memory p95', 'Loading p95']
const cells = (one: Figures): string[] => [
  formatCount(one.samples), formatFps(one.avgFps), formatMilliseconds(one.frameP50Ms), formatMilliseconds(one.frameP95Ms), formatMilliseconds(one.frameP99Ms), formatFps(one.low1Fps),
  formatDecimal(one.hitchesPerMinute), formatShare(one.below30Share), formatMemory(one.memoryP95Mb), formatMilliseconds(one.loadColdP95Ms),
]

export function performancePanels(by: PartBy): Panel[] {
  const parts: QueryValues = { splitBy: by === 'none' ? undefined : by }
  const nameOf = (part: string): string => (by === 'none' ? 'All' : by === 'device' || by === 'map' ? part || '(unknown)' : formatDimension(by, part))
  const isDimension = by !== 'none' && by !== 'device' && by !== 'map'
  return [
    panelOf({
      key: 'figures',
      title: 'Performance of the range',
      metric: 'performance',
      shape: 'tiles',
      // Frame times of days that are none of UTC are counted anew, for seconds in a large game: not unless somebody wants them.
      ask: (page) => questionsBeside(page.other.chosen === 'none' ? undefined : 'so far', page),
      draw: (_answer, page, all) =>
        comparedTiles(page, all, ({ total }, { total: over }, other) => {
          const before = other?.total
          return [
            { label: 'Frames a second', field: 'total.avgFps', text: formatFps(total.avgFps), current: over.avgFps, previous: before?.avgFps },
            { label: '1 % low', field: 'total.low1Fps', text: formatFps(total.low1Fps), current: over.low1Fps, previous: before?.low1Fps },
            { label: 'Frame time p99', definition: '99 of 100 frames took at most so long.', text: formatMilliseconds(total.frameP99Ms), current: over.frameP99Ms, previous: before?.frameP99Ms, higherIsBetter: false },
            { label: 'Hitches a minute', definition: 'Frames that took longer than a hitch may.', text: formatDecimal(total.hitchesPerMinute), current: over.hitchesPerMinute, previous: before?.hitchesPerMinute, higherIsBetter: false },
            { label: 'Below 30 FPS', field: 'total.below30Share', text: formatShare(total.below30Share), isShare: true, current: over.below30Share, previous: before?.below30Share, higherIsBetter: false },
            { label: 'Memory p95', definition: 'In 95 of 100 sessions the peak of memory was at most so much.', text: formatMemory(total.memoryP95Mb), current: over.memoryP95Mb, previous: before?.memoryP95Mb, higherIsBetter: false },
          ]
        }),
    }),
    panelOf({
      key: 'fps',
      title: 'Frames a second',
      metric: 'timeseries',
      shape: 'time',
      values: ({ interval }) => ({ metric: 'avg_fps', interval, splitBy: isDimension ? by : undefined }),
      beside: linesOf(isDimension ? by : 'none'),
      draw: ({ points, series, interval, timeZone }, page, all) => {
        const drawn = [...splitSeries(isDimension ? by : 'none', series, points, page), ...behind(all, (answer) => answer.points)]
        return overTime(drawn, { shape: 'line', interval, timeZone, format: formatDecimal, formatAxis: formatCompact })
      },
      empty: NO_SAMPLES,
    }),
    panelOf({
      key: 'frame-times',
      title: 'Frame times',
      about: 'Half of the frames were faster than the lowest line, one in a hundred slower than the highest.',
      metric: 'performance',
      shape: 'time',
      list: 'buckets',
      values: ({ interval }) => ({ interval }),
      draw: ({ buckets, interval, timeZone }) => {
        const seriesOf = (key: 'frameP50Ms' | 'frameP95Ms' | 'frameP99Ms', label: string, color: number) => ({ key, label, series: color, points: pointsOf(buckets, ({ start }) => start, (bucket) => bucket[key]) })
        const series = [seriesOf('frameP50Ms', 'p50', 3), seriesOf('frameP95Ms', 'p95', 2), seriesOf('frameP99Ms', 'p99', 6)]
        return overTime(series, { shape: 'line', interval: interval ?? 'day', timeZone, format: formatMilliseconds, formatAxis: formatMilliseconds })
      },
      empty: NO_SAMPLES,
    }),
    panelOf({
      key: 'parts',
      title: by === 'none' ? 'All together' : 'Told apart',
      metric: 'performance',
      shape: 'table',
      size: 'wide',
      values: parts,
      list: 'parts',
      draw: ({ parts: all }) => (all.some(({ samples }) => samples) ? { columns: [by === 'none' ? '' : capitalised(by), ...columns], rows: all.map((one) => [nameOf(one.part), ...cells(one)]) } : null),
      empty: NO_SAMPLES,
    }),
    panelOf({
      key: 'scenes',
      title: 'Loading by scene',
      about: 'Cold: the first time in a session. Warm: again.',
      metric: 'performance',
      shape: 'table',
      size: 'wide',
      values: parts,
      list: 'scenes',
      draw: ({ scenes }) =>
        scenes.length
          ? {
              columns: ['Scene', 'Cold loads', 'p50', 'p95', 'Warm loads', 'p50', 'p95'],
              rows: scenes.map((one) => [one.scene || '(unknown)', formatCount(one.coldLoads), formatMilliseconds(one.coldP50Ms), formatMilliseconds(one.coldP95Ms), formatCount(one.warmLoads), formatMilliseconds(one.warmP50Ms), formatMilliseconds(one.warmP95Ms)]),
            }
          : null,
      empty: 'Loading times come from scene_loaded, with the property scene. Send it, or choose other days.',
    }),
  ]
}
