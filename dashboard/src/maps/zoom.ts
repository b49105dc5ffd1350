/** Which part of a map is looked at: the wheel with Ctrl, two fingers, the buttons and + − 0 zoom, dragging moves it. */
import { computed, ref, watch, type Ref } from 'vue'
import type { Placement } from './placement'

const ZOOM_MAX = 24
const STEP = 1.5

export interface View {
  x: number
  y: number
  width: number
  height: number
}

export function useZoom(placement: () => Placement, element: Ref<Element | null>) {
  const zoom = ref(1)
  /** The middle of what is looked at, as shares of width and height. */
  const middle = ref({ x: 0.5, y: 0.5 })
  const view = computed<View>(() => {
    const { width, height } = placement()
    const [shownWidth, shownHeight] = [width / zoom.value, height / zoom.value]
    return { x: middle.value.x * width - shownWidth / 2, y: middle.value.y * height - shownHeight / 2, width: shownWidth, height: shownHeight }
  })
  watch(() => `${placement().width} ${placement().height}`, () => zoomTo(1))

  const inside = (share: number): number => Math.min(1 - 0.5 / zoom.value, Math.max(0.5 / zoom.value, share))

  function moveTo(x: number, y: number): void {
    middle.value = { x: inside(x), y: inside(y) }
  }

  /** What is at this share of the view stays there. */
  function zoomTo(next: number, atX = 0.5, atY = 0.5): void {
    const before = zoom.value
    zoom.value = Math.min(ZOOM_MAX, Math.max(1, next))
    const gained = 1 / before - 1 / zoom.value
    moveTo(middle.value.x + (atX - 0.5) * gained, middle.value.y + (atY - 0.5) * gained)
  }

  const shareAt = ({ clientX, clientY }: MouseEvent): { x: number; y: number } => {
    const box = element.value?.getBoundingClientRect()
    return box?.width ? { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height } : { x: 0.5, y: 0.5 }
  }

  /** Where in the drawing a pointer is. */
  function pointAt(event: MouseEvent): { x: number; y: number } {
    const { x, y } = shareAt(event)
    return { x: view.value.x + x * view.value.width, y: view.value.y + y * view.value.height }
  }

  function onWheel(event: WheelEvent): void {
    // Without the key it scrolls the page, on which the map is.
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const { x, y } = shareAt(event)
    zoomTo(zoom.value * Math.exp(-event.deltaY / 300), x, y)
  }

  let dragged: { x: number; y: number; moved: boolean } | null = null

  function onDown(event: PointerEvent): void {
    dragged = { x: event.clientX, y: event.clientY, moved: false }
  }

  /** Whether it was a move of the map. */
  function onMove(event: PointerEvent): boolean {
    const box = element.value?.getBoundingClientRect()
    if (!dragged || !event.buttons || zoom.value === 1 || !box?.width) return false
    const [x, y] = [event.clientX - dragged.x, event.clientY - dragged.y]
    if (!dragged.moved && Math.hypot(x, y) < 4) return false
    dragged = { x: event.clientX, y: event.clientY, moved: true }
    moveTo(middle.value.x - x / box.width / zoom.value, middle.value.y - y / box.height / zoom.value)
    return true
  }

  /** Whether a pointer that goes up ends a click, and not a move. */
  function onUp(): boolean {
    const isClick = dragged !== null && !dragged.moved
    dragged = null
    return isClick
  }

  function onKey({ key }: KeyboardEvent): boolean {
    const next = ({ '+': zoom.value * STEP, '=': zoom.value * STEP, '-': zoom.value / STEP, '0': 1 } as Record<string, number>)[key]
    if (next !== undefined) zoomTo(next)
    return next !== undefined
  }

  return { zoom, view, zoomTo, zoomBy: (factor: number) => zoomTo(zoom.value * factor), moveTo, pointAt, onWheel, onDown, onMove, onUp, onKey, STEP }
}
