/** A board on the wall: nothing around it, the screen stays awake, and everything is asked again by itself. */
import { useQueryClient } from '@tanstack/vue-query'
import { useEventListener, useIntervalFn, useWakeLock } from '@vueuse/core'
import { onScopeDispose, watch, type Ref } from 'vue'

/** Panels that change seldom ask once; on a wall nobody loads the page again. */
const ALL_AGAIN_MS = 10 * 60_000

export function useWall(isWall: Ref<boolean>, leave: () => void): { enter: () => Promise<void> } {
  const client = useQueryClient()
  const wake = useWakeLock()
  // Browsers let it go whenever the page is hidden, and refuse it on plain http beyond localhost.
  const stayAwake = (): void => void (isWall.value && wake.request('screen').catch(() => undefined))

  watch(
    isWall,
    (now) => {
      if (now) return stayAwake()
      void wake.release()
      if (document.fullscreenElement) void document.exitFullscreen()
    },
    { immediate: true },
  )
  useEventListener(document, 'visibilitychange', stayAwake)
  // Escape leaves full screen without telling the page by a key.
  useEventListener(document, 'fullscreenchange', () => {
    if (!document.fullscreenElement && isWall.value) leave()
  })
  useIntervalFn(() => {
    if (isWall.value) void client.invalidateQueries()
  }, ALL_AGAIN_MS)
  onScopeDispose(() => void wake.release())
  return { enter: () => document.documentElement.requestFullscreen().catch(() => undefined) }
}
