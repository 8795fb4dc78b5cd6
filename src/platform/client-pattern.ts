/**
 * Regular expressions that clients send, in the dialect of RE2. JavaScript's own can be made to search for longer than the
 * world lasts, with everybody else waiting; RE2 needs a time that grows with the text alone.
 */

/** Tells whether the whole of a text matches. */
type ClientPattern = (text: string) => boolean

/**
 * What a pattern may come to: each step may be looked at for each character of a text. One `x{1,1000}`, the longest repetition
 * that the dialect has, is well within.
 */
const stepsMax = 2_500

/** Longer patterns are nobody's honest wish, and to look at them takes long by itself. */
export const patternCharactersMax = 256

/** Null for what is no pattern, and for one that would take long. */
export function clientPattern(pattern: string): ClientPattern | null {
  if (pattern.length > patternCharactersMax) return null
  // Few clients send any: a broker starts without it.
  const { RE2JS, RE2JSException } = require('re2js') as typeof import('re2js')
  try {
    const compiled = RE2JS.compile(pattern)
    return compiled.programSize() > stepsMax ? null : text => compiled.matches(text)
  } catch (error) {
    if (error instanceof RE2JSException) return null
    throw error
  }
}
