/** Where somebody goes once they are signed in, also after they were sent to the identity provider and back. */
import type { LocationQueryValue } from 'vue-router'

const KEPT = 'playtrace next'

/** Only a path of ours: it comes from the address bar. */
export function pathOfOurs(next: LocationQueryValue | LocationQueryValue[] | undefined): string {
  const path = String(next ?? '/')
  return /^\/(?![/\\])/.test(path) ? path : '/'
}

export const keepNextPath = (next: LocationQueryValue | LocationQueryValue[] | undefined): void => sessionStorage.setItem(KEPT, pathOfOurs(next))

export function takeNextPath(): string {
  const path = pathOfOurs(sessionStorage.getItem(KEPT))
  sessionStorage.removeItem(KEPT)
  return path
}
