/** A recording as one file: data, picture and program in it, and nothing that it asks another for. */
import standaloneAddress from './standalone/player.ts?worker&url'
import { isDark } from '@/composables/theme'
import type { Placement } from '@/maps/placement'
import { paletteOf } from './palette'
import type { Recording } from './recording'
import type { Palette } from './scene'

export interface Contents {
  title: string
  timeZone: string
  map: string
  recording: Recording
  palette: Palette & { isDark: boolean }
  ground: { matrix: number[]; width: number; height: number; opacity: number; picture: string | null }
}

interface Shown {
  recording: Recording
  placement: Placement
  map: string
  title: string
  timeZone: string
}

export async function fileOf({ recording, placement, map, title, timeZone }: Shown): Promise<Blob> {
  const { a, b, c, d, e, f } = placement.toDrawing
  const picture = placement.picture ? await dataUrlOf(placement.picture.href) : null
  const contents: Contents = {
    title,
    timeZone,
    map,
    recording,
    palette: paletteOf(isDark.value),
    ground: { matrix: [a, b, c, d, e, f], width: placement.width, height: placement.height, opacity: placement.picture?.opacity ?? 1, picture },
  }
  const program = await fetch(standaloneAddress).then((answer) => answer.text())
  return new Blob([page(contents, program)], { type: 'text/html' })
}

/** What stands in a script of a page as data: nothing in it ends the script, or begins a comment. */
export const asData = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')

const asText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
/** In a program these stand in strings alone, which mean the same so. */
const asProgram = (program: string): string => program.replaceAll('</', String.raw`<\/`).replaceAll('<!--', String.raw`<\!--`)

const page = (contents: Contents, program: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${asText(contents.title)}</title>
</head>
<body>
<script type="application/json" id="recording">${asData(contents)}</script>
<script>${asProgram(program)}</script>
</body>
</html>
`

async function dataUrlOf(href: string): Promise<string> {
  const blob = await fetch(href).then((answer) => answer.blob())
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error ?? new Error('The picture could not be read.'))
    reader.readAsDataURL(blob)
  })
}
