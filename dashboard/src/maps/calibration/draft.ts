/** A calibration while it is made: two points, of which each number may be wrong for a moment. */
import { computed, reactive, watch } from 'vue'
import type { MapPicture } from '@/api/types'
import { matrixOf, type Box, type Calibration } from '../placement'

export type Pinned = Calibration['first']

const PIXELS_APART_MIN = 8

export function useDraft(picture: () => MapPicture | undefined, guess: () => Box | null) {
  const draft = reactive<Calibration>(guessed(undefined, null))
  const reset = (): void => void Object.assign(draft, structuredClone(copyOf(picture()?.calibration) ?? guessed(picture(), guess())))
  watch(() => [picture()?.sha256, picture()?.changedAt], reset, { immediate: true })

  const fault = computed(() => {
    const { first, second } = draft
    const numbers = [first, second].flatMap(({ pixelX, pixelY, x, y }) => [pixelX, pixelY, x, y])
    if (!numbers.every((value) => typeof value === 'number' && Number.isFinite(value))) return 'Each point has four numbers.'
    if (Math.hypot(second.pixelX - first.pixelX, second.pixelY - first.pixelY) < PIXELS_APART_MIN) return 'The two points lie too close together.'
    if (first.x === second.x && first.y === second.y) return 'Both points are at the same place in the world.'
    return null
  })
  return { draft, fault, matrix: computed(() => (fault.value ? null : matrixOf(draft))) }
}

/** Reactive values cannot be cloned as they are. */
const copyOf = (calibration: Calibration | null | undefined): Calibration | null => (calibration ? (JSON.parse(JSON.stringify(calibration)) as Calibration) : null)

/** To begin with: what is known of the map reaches from corner to corner. */
function guessed(picture: MapPicture | undefined, box: Box | null): Calibration {
  const { widthPx = 100, heightPx = 100 } = picture ?? {}
  const { minX, minY, maxX, maxY } = box ?? { minX: 0, minY: 0, maxX: widthPx, maxY: heightPx }
  return { first: { pixelX: 0, pixelY: 0, x: minX, y: maxY }, second: { pixelX: widthPx, pixelY: heightPx, x: maxX, y: minY }, yUp: true }
}
