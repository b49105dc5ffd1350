import { shallowRef, type Ref } from 'vue'

const MINUTE_MS = 60_000
const now = shallowRef(new Date())
let ticking = false

/** The present, a minute fine: enough to notice midnight on a wall display. */
export function useNow(): Readonly<Ref<Date>> {
  if (!ticking) {
    ticking = true
    setInterval(() => (now.value = new Date()), MINUTE_MS)
  }
  return now
}
