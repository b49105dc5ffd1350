/** Where in a statement its error is: the database quotes the line, and points at the place with carets. */

export interface ErrorPlace {
  /** Offsets in the statement. */
  from: number
  to: number
  line: number
  column: number
}

const POINTED = /^LINE \d+: (.*)\n( *)(\^+)/m
const CUT = '...'

/** Null where the error names no place, or its line is none of the statement's. */
export function errorPlace(sql: string, message: string): ErrorPlace | null {
  const found = POINTED.exec(message)
  if (!found) return null
  const [, quotedLine = '', blanks = '', carets = ''] = found
  const prefix = found[0].indexOf(quotedLine)
  // A long line is quoted in part.
  const isCut = quotedLine.startsWith(CUT)
  const excerpt = quotedLine.slice(isCut ? CUT.length : 0).replace(/\.\.\.$/, '')
  const start = sql.indexOf(excerpt)
  if (excerpt === '' || start < 0) return null
  const from = Math.max(start, start + blanks.length - prefix - (isCut ? CUT.length : 0))
  if (from > sql.length) return null
  const before = sql.slice(0, from)
  return { from, to: Math.min(sql.length, from + carets.length), line: before.split('\n').length, column: from - before.lastIndexOf('\n') }
}

/** The sentence, without the quoted line. */
export const errorWords = (message: string): string => message.replace(/\n*LINE \d+: [\s\S]*$/, '').trim()
