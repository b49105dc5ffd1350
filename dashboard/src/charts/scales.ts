/** What the values of a chart are: how each is written, and how along an axis, where round values come as they are. */
import { formatAmount, formatCompact, formatCount, formatDuration, formatDurationRough, formatShare, formatShareRough, type Formatter } from '@/format'

export interface Scale {
  format: Formatter
  formatAxis: Formatter
  /** The values are seconds. */
  isDuration?: boolean
}

export const COUNTS: Scale = { format: formatCount, formatAxis: formatCompact }
export const SHARES: Scale = { format: formatShare, formatAxis: formatShareRough }
export const SECONDS: Scale = { format: formatDuration, formatAxis: formatDurationRough, isDuration: true }
export const AMOUNTS: Scale = { format: formatAmount, formatAxis: formatAmount }
