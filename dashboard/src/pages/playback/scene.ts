/** One moment of a recording, drawn: the picture, where people were a moment ago, where they are, and what happens. */
import { countUpTo } from '@/sorted'
import { isBad, marksUpTo, type Mark, type Recording, type Track } from './recording'

export interface Palette {
  series: string[]
  text: string
  surface: string
  page: string
  bad: string
}

export interface Ground {
  /** From the world to the drawing. */
  matrix: [number, number, number, number, number, number]
  width: number
  height: number
  image: CanvasImageSource | null
  opacity: number
}

export interface Moment {
  at: number
  map: string
  /** Which part of the drawing is looked at. */
  view: { x: number; y: number; width: number; height: number }
  /** Whose name is shown, where there are too many for all. */
  chosen: string | null
}

export const SPEEDS = [1, 2, 4, 8, 16, 30, 60] as const

/** A gap between two positions that is longer is no walk from one to the other. */
const GAP_MS_MAX = 30_000
const TRAIL_MS = 25_000
const MARK_MS = 6_000
const NAMES_MAX = 24
const DOT_PX = 6

export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

/** The last position at this moment or before it; -1 before the first. */
const indexAt = (times: number[], at: number): number => countUpTo(times, at, Number) - 1

/** Where somebody is, between two positions in proportion; null where nothing says so. */
export function placeAt({ times, xs, ys }: Track, at: number): { x: number; y: number } | null {
  const index = indexAt(times, at)
  const [time, x, y] = [times[index], xs[index], ys[index]]
  if (time === undefined || x === undefined || y === undefined) return null
  const [nextTime, nextX, nextY] = [times[index + 1], xs[index + 1], ys[index + 1]]
  if (nextTime === undefined || nextX === undefined || nextY === undefined) return at - time <= GAP_MS_MAX / 2 ? { x, y } : null
  if (nextTime - time > GAP_MS_MAX) return at - time <= GAP_MS_MAX / 2 ? { x, y } : null
  const share = nextTime === time ? 0 : (at - time) / (nextTime - time)
  return { x: x + (nextX - x) * share, y: y + (nextY - y) * share }
}

export function paint(context: CanvasRenderingContext2D, recording: Recording, ground: Ground, palette: Palette, moment: Moment): void {
  const { canvas } = context
  const ratio = canvas.width / moment.view.width
  // Everything that is no map is as large on any screen.
  const unit = canvas.width / Math.max(1, canvas.clientWidth || canvas.width)
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.globalAlpha = 1
  context.fillStyle = palette.page
  context.fillRect(0, 0, canvas.width, canvas.height)
  if (ground.image) {
    context.setTransform(ratio, 0, 0, ratio, -moment.view.x * ratio, -moment.view.y * ratio)
    context.globalAlpha = ground.opacity
    context.drawImage(ground.image, 0, 0, ground.width, ground.height)
    context.setTransform(1, 0, 0, 1, 0, 0)
  }
  const [a, b, c, d, e, f] = ground.matrix
  const toScreen = (x: number, y: number): [number, number] => [(a * x + c * y + e - moment.view.x) * ratio, (b * x + d * y + f - moment.view.y) * ratio]
  const tracks = recording.tracks.filter(({ map }) => map === moment.map)
  for (const track of tracks) paintTrail(context, track, moment.at, toScreen, palette, unit)
  paintMarks(context, recording, moment, toScreen, palette, unit)
  const isNamed = new Set(tracks.map(({ player }) => player)).size <= NAMES_MAX
  for (const track of tracks) {
    const place = placeAt(track, moment.at)
    if (place) paintPlayer(context, track, toScreen(place.x, place.y), palette, unit, isNamed || track.player === moment.chosen, track.player === moment.chosen)
  }
}

type ToScreen = (x: number, y: number) => [number, number]
const colorOf = (palette: Palette, { color }: Track): string => palette.series[color - 1] ?? palette.text

function paintTrail(context: CanvasRenderingContext2D, track: Track, at: number, toScreen: ToScreen, palette: Palette, unit: number): void {
  const now = placeAt(track, at)
  if (!now) return
  context.globalAlpha = 0.55
  context.strokeStyle = colorOf(palette, track)
  context.lineWidth = 2 * unit
  context.lineJoin = 'round'
  context.beginPath()
  context.moveTo(...toScreen(now.x, now.y))
  for (let index = indexAt(track.times, at), before = at; index >= 0; index -= 1) {
    const [time, x, y] = [track.times[index], track.xs[index], track.ys[index]]
    if (time === undefined || x === undefined || y === undefined || at - time > TRAIL_MS || before - time > GAP_MS_MAX) break
    context.lineTo(...toScreen(x, y))
    before = time
  }
  context.stroke()
  context.globalAlpha = 1
}

function paintPlayer(context: CanvasRenderingContext2D, track: Track, [x, y]: [number, number], palette: Palette, unit: number, isNamed: boolean, isChosen: boolean): void {
  context.beginPath()
  context.arc(x, y, (isChosen ? 1.5 : 1) * DOT_PX * unit, 0, 2 * Math.PI)
  context.fillStyle = colorOf(palette, track)
  context.fill()
  context.lineWidth = 2 * unit
  context.strokeStyle = palette.surface
  context.stroke()
  if (!isNamed) return
  context.font = `600 ${11 * unit}px system-ui, sans-serif`
  context.lineWidth = 3 * unit
  context.strokeText(track.player.slice(0, 24), x + 9 * unit, y + 4 * unit)
  context.fillStyle = palette.text
  context.fillText(track.player.slice(0, 24), x + 9 * unit, y + 4 * unit)
}

/** What happened a moment ago, the fainter the longer ago: deaths as a cross, everything else as a ring. */
function paintMarks(context: CanvasRenderingContext2D, recording: Recording, moment: Moment, toScreen: ToScreen, palette: Palette, unit: number): void {
  for (let index = marksUpTo(recording, moment.at) - 1; index >= 0; index -= 1) {
    const mark = recording.marks[index]
    if (!mark || moment.at - mark.at > MARK_MS) break
    if (mark.map === moment.map && mark.x !== null && mark.y !== null) paintMark(context, mark, toScreen(mark.x, mark.y), palette, unit, 1 - (moment.at - mark.at) / MARK_MS)
  }
  context.globalAlpha = 1
}

function paintMark(context: CanvasRenderingContext2D, mark: Mark, [x, y]: [number, number], palette: Palette, unit: number, strength: number): void {
  const size = 9 * unit
  context.globalAlpha = strength
  context.lineWidth = 2.5 * unit
  context.strokeStyle = palette.bad
  context.beginPath()
  if (isBad(mark)) {
    context.moveTo(x - size, y - size)
    context.lineTo(x + size, y + size)
    context.moveTo(x + size, y - size)
    context.lineTo(x - size, y + size)
  } else {
    context.strokeStyle = palette.text
    context.arc(x, y, size * (1.6 - 0.6 * strength), 0, 2 * Math.PI)
  }
  context.stroke()
}
