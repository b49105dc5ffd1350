/** A stack as text that reads as one, also where it was sent as frames, innermost first. */
export function stackText(trace: unknown): string | null {
  if (typeof trace === 'string') return trace
  if (!Array.isArray(trace) || !trace.length) return null
  return trace.map((frame: unknown) => (typeof frame === 'object' && frame !== null ? frameText(frame as Frame) : String(frame))).join('\n')
}

type Frame = Partial<Record<'function' | 'file' | 'line' | 'module', unknown>>

const frameText = ({ function: name, file, line, module }: Frame): string => {
  const place = [file, line].filter((part) => part !== undefined && part !== null).join(':')
  return ['at', name ?? '(unknown)', place && `(${place})`, module && `in ${String(module)}`].filter(Boolean).join(' ')
}

/** Of an event, by the names that clients give it. */
export const stackOf = (payload: Record<string, unknown> | undefined): string | null => stackText(payload?.stackTrace ?? payload?.stack_trace)
