/** What a browser went to the identity provider for: it sends every one back to the same page. */
const KEPT = 'playtrace purpose'

export const keepPurpose = (purpose: 'sign in' | 'link'): void => sessionStorage.setItem(KEPT, purpose)

export function takePurpose(): string | null {
  const purpose = sessionStorage.getItem(KEPT)
  sessionStorage.removeItem(KEPT)
  return purpose
}
