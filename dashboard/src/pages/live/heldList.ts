import { computed, shallowRef, watch, type Ref } from 'vue'

/** A list that grows at its top, but not while somebody is reading it: new entries wait and are counted. */
export function useHeldList<T>(reading: Ref<boolean>, lengthMax: number) {
  const shown = shallowRef<T[]>([])
  const held = shallowRef<T[]>([])

  /** Takes entries, newest first. */
  function add(entries: T[]): void {
    const list = reading.value ? held : shown
    list.value = [...entries, ...list.value].slice(0, lengthMax)
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
  return { shown, heldCount: computed(() => held.value.length), add, release, clear }
}
