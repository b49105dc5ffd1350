/** Where playing stands: it goes on by itself at a speed, and is moved by hand. */
import { useRafFn } from '@vueuse/core'
import { ref, type Ref } from 'vue'
import { SPEEDS } from './scene'

const STEP_MS = 5_000
const FAR_MS = 30_000

export function usePlayhead(durationMs: () => number, speed: Ref<number>, begin: number) {
  const at = ref(Math.min(begin, durationMs()))
  const isPlaying = ref(false)

  const frames = useRafFn(
    ({ delta }) => {
      seek(at.value + delta * speed.value)
      if (at.value >= durationMs()) pause()
    },
    { immediate: false },
  )

  function seek(to: number): void {
    at.value = Math.min(durationMs(), Math.max(0, to))
  }
  function play(): void {
    if (at.value >= durationMs()) at.value = 0
    isPlaying.value = true
    frames.resume()
  }
  function pause(): void {
    isPlaying.value = false
    frames.pause()
  }
  const toggle = (): void => (isPlaying.value ? pause() : play())

  function changeSpeed(by: 1 | -1): void {
    const index = SPEEDS.findIndex((one) => one === speed.value)
    speed.value = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, index + by))] ?? 1
  }

  /** Whether the key was one of its own. */
  function onKey({ key, shiftKey }: KeyboardEvent): boolean {
    const step = shiftKey ? FAR_MS : STEP_MS
    const acts: Record<string, () => void> = {
      ' ': toggle,
      ArrowLeft: () => seek(at.value - step),
      ArrowRight: () => seek(at.value + step),
      ArrowUp: () => changeSpeed(1),
      ArrowDown: () => changeSpeed(-1),
      Home: () => seek(0),
      End: () => seek(durationMs()),
    }
    acts[key]?.()
    return key in acts
  }
  return { at, isPlaying, seek, toggle, pause, onKey }
}
