import { computed, shallowRef, watch, type Ref } from 'vue'

/**
 * A list that grows at its top, but not while somebody is reading it: new entries wait and are counted. What is there
 * already, by its key, is not taken twice.
 */
export function useHeldList<T>(reading: Ref<boolean>, lengthMax: number, keyOf: (entry: T) => string) {
  const shown = shallowRef<T[]>([])
  const held = shallowRef<T[]>([])

  function unknown(entries: T[]): T[] {
    const known = new Set([...held.value, ...shown.value].map(keyOf))
    return entries.filter((entry) => !known.has(keyOf(entry)))
  }

  /** Takes entries, newest first. */
  function add(entries: T[]): void {
    const list = reading.value ? held : shown
    list.value = [...unknown(entries), ...list.value].slice(0, lengthMax)
  }

  /** Takes what came before all that is there, newest first; nothing that somebody reads is moved by it. */
  function fill(entries: T[]): void {
    shown.value = [...shown.value, ...unknown(entries)].slice(0, lengthMax)
  }

  function release(): void {
    if (!held.value.length) return
    shown.value = [...held.value, ...shown.value].slice(0, lengthMax)
    held.value = []
  }

  function clear(): void {
    shown.value = []
    held.value = []
  }

  watch(reading, (now) => {
    if (!now) release()
  })
  return { shown, heldCount: computed(() => held.value.length), add, fill, release, clear }
}
