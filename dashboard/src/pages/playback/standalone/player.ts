/** The program of an exported file: it plays the recording that stands beside it, with nothing but the browser. */
import type { Contents } from '../exportFile'
import { fpsCurve, isNote, isTold, marksUpTo, type Mark } from '../recording'
import { clockText, paint, SPEEDS, type Ground } from '../scene'
import { STYLE } from './style'

const LISTED_BEFORE = 16
const LISTED_BEHIND = 8
const STEP_MS = 5_000
const CURVE_PARTS = 120

const contents = JSON.parse(document.querySelector('#recording')?.textContent ?? '{}') as Contents
const { recording, palette, ground } = contents

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, parent: Element, text = ''): HTMLElementTagNameMap[Name] {
  const made = parent.appendChild(document.createElement(name))
  made.textContent = text
  return made
}

document.documentElement.dataset.theme = palette.isDark ? 'dark' : 'light'
element('style', document.head, STYLE)
const main = element('main', document.body)
element('h1', main, contents.title)
const stage = element('div', main)
stage.className = 'stage'
const canvas = element('canvas', stage)
canvas.style.setProperty('--proportion', String(ground.width / ground.height))
canvas.tabIndex = 0
canvas.setAttribute('role', 'application')
canvas.setAttribute('aria-label', `${contents.title} on ${contents.map}. Space plays and stops, left and right go five seconds.`)
const list = element('ol', stage)
const bar = element('div', main)
bar.className = 'bar'
const button = element('button', bar, 'Play')
const clock = element('span', bar)
const speedLabel = element('label', bar, 'Speed ')
const speeds = element('select', speedLabel)
for (const speed of SPEEDS) element('option', speeds, `${speed}×`).value = String(speed)
speeds.value = '8'
const day = element('span', bar)
const curve = element('canvas', main)
curve.className = 'curve'
const rangeLabel = element('label', main)
const range = element('input', rangeLabel)
range.setAttribute('aria-label', 'Moment')
range.type = 'range'
range.max = String(recording.durationMs)
range.step = '100'

let at = 0
let isPlaying = false
let before = 0
let listed = -1
let image: HTMLImageElement | null = null

function show(): void {
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio)
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio)
  const context = canvas.getContext('2d')
  const view = { x: 0, y: 0, width: ground.width, height: ground.height }
  if (context && canvas.width) paint(context, recording, { ...ground, matrix: ground.matrix as Ground['matrix'], image }, palette, { at, map: contents.map, view, chosen: null })
  range.value = String(at)
  clock.textContent = `${clockText(at)} / ${clockText(recording.durationMs)}`
  day.textContent = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium', timeZone: contents.timeZone }).format(recording.startMs + at)
  button.textContent = isPlaying ? 'Pause' : 'Play'
  const index = marksUpTo(recording, at)
  if (index !== listed) showEvents((listed = index))
}

/** Frames a second as a line, and above it what is told along the whole time. */
function showCurve(): void {
  const context = curve.getContext('2d')
  if (!context) return
  const [width, height] = [(curve.width = curve.clientWidth), (curve.height = curve.clientHeight)]
  const points = fpsCurve(recording, CURVE_PARTS)
  const highest = Math.max(1, ...points.map(({ value }) => value))
  context.strokeStyle = palette.series[0] ?? palette.text
  context.beginPath()
  for (const { x, value } of points) context.lineTo((x / CURVE_PARTS) * width, height - 3 - (value / highest) * (height - 12))
  context.stroke()
  for (const mark of recording.marks.filter(isTold)) {
    context.fillStyle = isNote(mark) ? (palette.series[1] ?? palette.text) : palette.bad
    context.fillRect((mark.at / recording.durationMs) * width, 0, 1.5, isNote(mark) ? height : 8)
  }
}

function showEvents(index: number): void {
  list.replaceChildren()
  recording.marks.slice(Math.max(0, index - LISTED_BEFORE), index + LISTED_BEHIND).forEach((mark: Mark) => {
    const row = element('li', list)
    row.className = mark.at > at ? 'coming' : isNote(mark) ? 'note' : ''
    const jump = element('button', row, `${clockText(mark.at)} ${mark.name} ${mark.player} ${mark.text}`)
    jump.onclick = () => seek(mark.at)
  })
}

function seek(to: number): void {
  at = Math.min(recording.durationMs, Math.max(0, to))
  show()
}

function play(): void {
  isPlaying = !isPlaying
  if (isPlaying && at >= recording.durationMs) at = 0
  before = performance.now()
  if (isPlaying) requestAnimationFrame(step)
  show()
}

function step(now: number): void {
  if (!isPlaying) return
  at = Math.min(recording.durationMs, at + (now - before) * Number(speeds.value))
  before = now
  if (at >= recording.durationMs) isPlaying = false
  show()
  if (isPlaying) requestAnimationFrame(step)
}

button.onclick = play
range.oninput = () => seek(Number(range.value))
addEventListener('resize', () => (showCurve(), show()))
addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLSelectElement || event.target instanceof HTMLInputElement) return
  if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) play()
  else if (event.key === 'ArrowLeft') seek(at - STEP_MS)
  else if (event.key === 'ArrowRight') seek(at + STEP_MS)
  else return
  event.preventDefault()
})
if (ground.picture) {
  const loading = new Image()
  loading.onload = () => {
    image = loading
    show()
  }
  loading.src = ground.picture
}
showCurve()
show()
