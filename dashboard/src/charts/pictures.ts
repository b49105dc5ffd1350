/** Pictures of charts, with title and legend: to be pasted where there is no dashboard around them. */
import { LegendComponent, TitleComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ChartOption } from './echarts'
import { readColor } from './look'

use([LegendComponent, TitleComponent, SVGRenderer])

export type PictureKind = 'png' | 'svg'

const HEADING_PX = 34
const PIXEL_RATIO = 2

/** The chart as a file, as large as it is on the screen and higher by its title. */
export async function pictureOf(kind: PictureKind, title: string, option: ChartOption, { clientWidth, clientHeight }: HTMLElement): Promise<Blob> {
  const names = [...new Set([option.series ?? []].flat().flatMap(({ name }) => (name ? [String(name)] : [])))]
  const size = { width: clientWidth, height: clientHeight + HEADING_PX + (names.length > 1 ? HEADING_PX : 0) }
  const chart = kind === 'svg' ? init(null, null, { renderer: 'svg', ssr: true, ...size }) : init(document.createElement('div'), null, { devicePixelRatio: PIXEL_RATIO, ...size })
  const font = { fontFamily: readColor('font'), color: readColor('text') }
  chart.setOption({
    ...option,
    backgroundColor: readColor('surface'),
    title: { text: title, left: 8, top: 8, textStyle: { ...font, fontSize: 14, fontWeight: 600 } },
    legend: { show: names.length > 1, data: names, bottom: 4, left: 8, type: 'scroll', textStyle: font },
    grid: { ...(option.grid as object), top: HEADING_PX + 8, bottom: names.length > 1 ? HEADING_PX : 6 },
  })
  const picture = kind === 'svg' ? new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' }) : await pngOf(chart.renderToCanvas({ backgroundColor: readColor('surface') }))
  chart.dispose()
  return picture
}

const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not make a picture.'))), 'image/png'))
