/** What all time axes of a page have in common: moments that are marked, and the days that somebody drags out. */
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { useMarks, type Mark } from '@/composables/marks'
import { useUrlChange } from '@/composables/urlParams'
import type { Interval } from '@/api/types'
import { localOf, plainDay, shiftDay } from '@/timeRanges'

export interface TimeAxis {
  marks: ComputedRef<readonly Mark[]>
  /** Shows these days, both of them included; or moments of the time zone, up to and without the second. */
  zoom: (from: string, to: string) => void
}

const TIME_AXIS: InjectionKey<TimeAxis> = Symbol('time axes of a page')

export function provideTimeAxis(): void {
  const { shown } = useMarks()
  const change = useUrlChange()
  provide(TIME_AXIS, { marks: shown, zoom: (from, to) => change({ range: 'custom', from, to }) })
}

/** Null where a chart stands alone. */
export const useTimeAxis = (): TimeAxis | null => inject(TIME_AXIS, null)

interface Buckets {
  times: string[]
  interval: Interval
  timeZone: string
}

/** Which marks lie in each bucket, by its index. What lies in none is not on this axis. */
export function marksByBucket(marks: readonly Mark[], { times, interval, timeZone }: Buckets): Map<number, Mark[]> {
  const found = new Map<number, Mark[]>()
  const isByDay = interval === 'day' || interval === 'week'
  const starts = times.map((time) => (isByDay ? plainDay(new Date(time), timeZone) : new Date(time).toISOString()))
  const end = endOf({ times, interval, timeZone })
  for (const mark of marks) {
    const place = isByDay ? mark.day : mark.at
    if (place >= end) continue
    const index = starts.findLastIndex((start) => start <= place)
    if (index >= 0) found.set(index, [...(found.get(index) ?? []), mark])
  }
  return found
}

/** Where the last bucket ends, as the starts of buckets are written. */
function endOf({ times, interval, timeZone }: Buckets): string {
  const last = new Date(times.at(-1) ?? 0)
  if (interval === 'day' || interval === 'week') return shiftDay(plainDay(last, timeZone), interval === 'week' ? 7 : 1)
  return new Date(last.getTime() + (interval === 'hour' ? 3_600_000 : 60_000)).toISOString()
}

/** The days from one bucket to another; of hours the moments. */
export function rangeOf({ times, interval, timeZone }: Buckets, first: number, last: number): { from: string; to: string } {
  if (interval === 'hour' || interval === 'minute') {
    const end = endOf({ times: times.slice(0, last + 1), interval, timeZone })
    return { from: localOf(new Date(times[first] ?? 0), timeZone), to: localOf(new Date(end), timeZone) }
  }
  const dayOf = (index: number): string => plainDay(new Date(times[index] ?? 0), timeZone)
  return { from: dayOf(first), to: interval === 'week' ? shiftDay(dayOf(last), 6) : dayOf(last) }
}

export const useAxisMarks = (buckets: () => Buckets): ComputedRef<Map<number, Mark[]>> => {
  const axis = useTimeAxis()
  return computed(() => marksByBucket(axis?.marks.value ?? [], buckets()))
}
