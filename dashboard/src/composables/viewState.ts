import { computed, type ComputedRef, type Ref } from 'vue'
import { ProblemError } from '@/api/client'

/** What a panel can be in; each is drawn on purpose by `StateView`. */
export type ViewState = 'loading' | 'error' | 'empty' | 'data'

interface Asked<T> {
  data: Ref<T | undefined>
  error: Ref<Error | null>
}

export function useViewState<T>(asked: Asked<T>, isEmpty: (data: T) => boolean = () => false): ComputedRef<ViewState> {
  return computed(() => {
    if (asked.error.value) return 'error'
    if (asked.data.value === undefined) return 'loading'
    return isEmpty(asked.data.value) ? 'empty' : 'data'
  })
}

export const problemText = (error: Error | null): { title: string; detail: string } =>
  error instanceof ProblemError
    ? { title: error.title, detail: error.detail }
    : { title: 'Something went wrong', detail: error?.message ?? '' }
