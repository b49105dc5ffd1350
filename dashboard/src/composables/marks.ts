/** Moments that are marked on every time axis: what people said of them, and releases, which are found by themselves. */
import { useQuery } from '@tanstack/vue-query'
import { useTimeout } from '@vueuse/core'
import { computed, type ComputedRef, type Ref, type WritableComputedRef } from 'vue'
import { read } from '@/api/client'
import type { AnnotationList, MetricAnswer } from '@/api/types'
import { OTHER_KEY } from '@/charts/look'
import { plainDay, shiftDay, startOfDay } from '@/timeRanges'
import { usePageState } from './pageState'
import { choiceParameter, useUrlParam } from './urlParams'

export interface Mark {
  key: string
  kind: 'release' | 'annotation'
  text: string
  /** The instant, in UTC as JavaScript writes it. */
  at: string
  /** The day it lies on, in the time zone of the page. */
  day: string
}

/** From this share of a day's players on a version is out, and no longer tried by a few. */
const RELEASED_SHARE = 0.05
/** So many days before a range are looked at: what was played there already was released earlier. */
const LOOK_BACK_DAYS = 7
const VERSIONS_MAX = 20
const KEPT_MS = 300_000
/** The panels of a page ask first. */
const AFTER_PANELS_MS = 1_200

export interface Release {
  version: string
  day: string
}

/** The versions that came out in these days, and on which. */
export function releasesOf({ versions, days }: Pick<MetricAnswer<'adoption'>, 'versions' | 'days'>): Release[] {
  return versions
    .flatMap((version, index) => {
      const first = days.findIndex(({ shares }) => (shares[index]?.share ?? 0) >= RELEASED_SHARE)
      const day = days[first]?.day
      // Where the first days that there are have it, it is unknown when it came. So it is before anybody played at all.
      const isKnown = day !== undefined && days.slice(0, first).some(({ dau }) => dau > 0)
      return isKnown && version !== '' && version !== OTHER_KEY ? [{ version, day }] : []
    })
    .toSorted((a, b) => a.day.localeCompare(b.day))
}

/** The releases of a game from one day to another, of all its players whatever filters are chosen. */
export function useReleases(range: ComputedRef<{ from: string; to: string }>, isWanted: Ref<boolean>) {
  const { gameId, env, timeZone } = usePageState()
  const values = computed(() => ({
    gameId: gameId.value, env: env.value, timeZone: timeZone.value, from: shiftDay(range.value.from, -LOOK_BACK_DAYS), to: range.value.to, versionCount: VERSIONS_MAX,
  }))
  const asked = useQuery({
    queryKey: computed(() => ['releases', values.value]),
    queryFn: ({ signal }) => read<MetricAnswer<'adoption'>>('metrics/adoption', values.value, signal).then(releasesOf),
    enabled: computed(() => isWanted.value && gameId.value !== ''),
    staleTime: KEPT_MS,
  })
  return computed(() => (asked.data.value ?? []).filter(({ day }) => day >= range.value.from))
}

export const annotationsPath = (gameId: string): string => `games/${encodeURIComponent(gameId)}/annotations`

export function useMarks() {
  const { gameId, from, to, timeZone, instants } = usePageState()
  const chosen = useUrlParam(choiceParameter('marks', ['shown', 'hidden'], 'shown'))
  const isShown: WritableComputedRef<boolean> = computed({ get: () => chosen.value === 'shown', set: (shown) => (chosen.value = shown ? 'shown' : 'hidden') })

  const asked = useQuery({
    queryKey: computed(() => ['annotations', gameId.value, instants.value]),
    queryFn: ({ signal }) => read<AnnotationList>(annotationsPath(gameId.value), { since: instants.value.from, until: instants.value.to }, signal).then(({ annotations }) => annotations),
    enabled: computed(() => gameId.value !== ''),
    staleTime: 30_000,
  })
  const annotations = computed(() => asked.data.value ?? [])
  const panelsHaveAsked = useTimeout(AFTER_PANELS_MS)
  const releases = useReleases(computed(() => ({ from: from.value, to: to.value })), panelsHaveAsked)

  const all: ComputedRef<Mark[]> = computed(() =>
    [
      ...releases.value.map(({ version, day }): Mark => ({ key: `release ${version}`, kind: 'release', text: version, day, at: startOfDay(day, timeZone.value) })),
      ...annotations.value.map(({ id, text, at }): Mark => ({ key: `annotation ${id}`, kind: 'annotation', text, day: plainDay(new Date(at), timeZone.value), at: new Date(at).toISOString() })),
    ].toSorted((a, b) => a.at.localeCompare(b.at)),
  )
  const shown = computed(() => (isShown.value ? all.value : []))
  return { isShown, shown, annotations, releases }
}
