/** Where a map's world lies in what is drawn: on its picture, or without one on a plane whose y grows upwards. */
import type { MapPicture } from '@/api/types'

export type Calibration = NonNullable<MapPicture['calibration']>

export interface Box {
  minX: number
  minY: number
  maxX: number
  maxY: number
}

export interface Placement {
  /** Of what is drawn, in units of its own: pixels of the picture, or those of the world. */
  width: number
  height: number
  /** From the world to what is drawn. */
  toDrawing: DOMMatrix
  toWorld: DOMMatrix
  picture?: { href: string; opacity: number }
}

/**
 * The one similarity that takes both places to their pixels. As complex numbers it is `pixel = a * place + b`, where the
 * place is mirrored first if its y grows upwards, as that of pixels grows downwards.
 */
export function matrixOf({ first, second, yUp }: Calibration): DOMMatrix {
  const side = yUp ? -1 : 1
  const [x, y] = [second.x - first.x, side * (second.y - first.y)]
  const [pixelX, pixelY] = [second.pixelX - first.pixelX, second.pixelY - first.pixelY]
  const squared = x * x + y * y
  const real = (pixelX * x + pixelY * y) / squared
  const imaginary = (pixelY * x - pixelX * y) / squared
  const left = first.pixelX - (real * first.x - imaginary * side * first.y)
  const top = first.pixelY - (imaginary * first.x + real * side * first.y)
  return new DOMMatrix([real, imaginary, -imaginary * side, real * side, left, top])
}

const placed = (width: number, height: number, toDrawing: DOMMatrix): Placement => ({ width, height, toDrawing, toWorld: toDrawing.inverse() })

export const onPlane = ({ minX, minY, maxX, maxY }: Box): Placement => placed(maxX - minX, maxY - minY, new DOMMatrix([1, 0, 0, -1, -minX, maxY]))

export const onPicture = ({ widthPx, heightPx, opacity }: Pick<MapPicture, 'widthPx' | 'heightPx' | 'opacity'>, calibration: Calibration, href: string): Placement => ({
  ...placed(widthPx, heightPx, matrixOf(calibration)),
  picture: { href, opacity },
})

/** How large a unit of the world is drawn. */
export const scaleOf = ({ toDrawing: { a, b } }: Placement): number => Math.hypot(a, b)

export const through = (matrix: DOMMatrix, x: number, y: number): { x: number; y: number } => {
  const { a, b, c, d, e, f } = matrix
  return { x: a * x + c * y + e, y: b * x + d * y + f }
}

/** The part of the world in which a rectangle of the drawing lies. */
export function worldBox({ toWorld }: Placement, x: number, y: number, width: number, height: number): Box {
  const corners = [through(toWorld, x, y), through(toWorld, x + width, y), through(toWorld, x, y + height), through(toWorld, x + width, y + height)]
  const [xs, ys] = [corners.map((corner) => corner.x), corners.map((corner) => corner.y)]
  return { minX: Math.min(...xs), minY: Math.min(...ys), maxX: Math.max(...xs), maxY: Math.max(...ys) }
}
