/** The colours of the style sheet, for what is drawn without one. */
import { readColor } from '@/charts/look'
import type { Palette } from './scene'

const SERIES = 10

/** `isDark` is what it depends on: the style sheet answers for the theme that is on. */
export const paletteOf = (isDark: boolean): Palette & { isDark: boolean } => ({
  isDark,
  series: Array.from({ length: SERIES }, (_, index) => readColor(`series-${index + 1}`)),
  text: readColor('text'),
  surface: readColor('surface'),
  page: readColor('page'),
  bad: readColor('critical'),
})
