/** What the server says that questions may have got wrong: told once at the top of a page, however many panels asked. */
import { computed, inject, onBeforeUnmount, provide, reactive, watchEffect, type ComputedRef, type InjectionKey } from 'vue'

const HINTS: InjectionKey<Map<string, readonly string[]>> = Symbol('hints of the panels')

export function useHintsOfPanels(): ComputedRef<string[]> {
  const hints = reactive(new Map<string, readonly string[]>())
  provide(HINTS, hints)
  return computed(() => [...new Set([...hints.values()].flat())])
}

export function useTellHints(key: () => string, hints: () => readonly string[] | undefined): void {
  const told = inject(HINTS)
  watchEffect(() => told?.set(key(), hints() ?? []))
  onBeforeUnmount(() => told?.delete(key()))
}
