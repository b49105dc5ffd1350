import { useEventListener } from '@vueuse/core'
import { shallowRef, type Ref } from 'vue'

/** A shorter way is a click. */
const DRAG_PX_MIN = 6

interface Dragged {
  left: number
  width: number
}

/**
 * The part of an element that is dragged out from left to right, or the other way, with a mouse or a pen: a finger
 * scrolls. Escape takes it back. `pick` gets both ends, in pixels from the left.
 */
export function useDragPick(element: Ref<HTMLElement | null>, pick: () => ((left: number, right: number) => void) | undefined) {
  const dragged = shallowRef<Dragged | null>(null)
  let start: number | null = null

  const placeOf = ({ clientX }: PointerEvent): number => {
    const { left, width } = element.value?.getBoundingClientRect() ?? { left: 0, width: 0 }
    return Math.min(width, Math.max(0, clientX - left))
  }
  function end(): void {
    start = dragged.value = null
  }

  useEventListener(element, 'pointerdown', (event) => {
    if (!pick() || event.button !== 0 || event.pointerType === 'touch') return
    start = placeOf(event)
    element.value?.setPointerCapture(event.pointerId)
  })
  useEventListener(element, 'pointermove', (event) => {
    if (start === null) return
    const place = placeOf(event)
    if (dragged.value || Math.abs(place - start) >= DRAG_PX_MIN) dragged.value = { left: Math.min(start, place), width: Math.abs(place - start) }
  })
  useEventListener(element, 'pointerup', () => {
    const { value } = dragged
    end()
    if (value) pick()?.(value.left, value.left + value.width)
  })
  useEventListener(element, ['pointercancel', 'lostpointercapture'], end)
  useEventListener(window, 'keydown', ({ key }) => {
    if (key === 'Escape') end()
  })
  return dragged
}
