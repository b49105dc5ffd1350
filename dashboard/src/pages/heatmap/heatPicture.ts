/** A heatmap as a file: what is drawn, with its title. */
import { readColor } from '@/charts/look'
import type { Placement } from '@/maps/placement'
import type { HeatGrid } from './heatGrid'

const LONGER_PX = 1600
const HEADING_PX = 48

export async function pictureOfHeatmap(title: string, unit: string, grid: HeatGrid, placement: Placement, cellSize: number): Promise<Blob> {
  const scale = LONGER_PX / Math.max(placement.width, placement.height)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(placement.width * scale)
  canvas.height = Math.round(placement.height * scale) + HEADING_PX
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The browser could not make a picture.')
  context.fillStyle = readColor('surface')
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = readColor('text')
  context.font = `600 22px ${readColor('font')}`
  context.fillText(`${title}, ${unit}`, 12, 32, canvas.width - 24)
  const base = new DOMMatrix([scale, 0, 0, scale, 0, HEADING_PX])
  context.setTransform(base)
  if (placement.picture) {
    context.globalAlpha = placement.picture.opacity
    context.drawImage(await loaded(placement.picture.href), 0, 0, placement.width, placement.height)
  }
  context.setTransform(base.multiply(placement.toDrawing))
  context.globalAlpha = placement.picture ? 0.72 : 1
  const colors = Array.from({ length: 9 }, (_, index) => readColor(`heat-${index + 1}`))
  for (const { x, y, step } of grid.cells) {
    if (step === undefined) continue
    context.fillStyle = colors[step - 1] ?? ''
    context.fillRect(x + cellSize * 0.03, y + cellSize * 0.03, cellSize * 0.94, cellSize * 0.94)
  }
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not make a picture.'))), 'image/png'))
}

async function loaded(href: string): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = href
  await image.decode()
  return image
}
