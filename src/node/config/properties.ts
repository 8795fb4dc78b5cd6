/** The text of a `server.properties`: Java's properties syntax, with the line on which each key stands. */

export interface Property {
  readonly key: string
  readonly value: string
  /** Counted from 1; the first line of an entry that goes over several. */
  readonly line: number
}

/**
 * Reads a whole file, in the order of the file; a key that stands twice is given twice, and the later one counts. As in
 * Java, `=`, `:` or blanks part key and value, `#` and `!` begin a comment, a backslash at the end of a line continues
 * it. Throws SyntaxError, with the line in its message, for an escape such as `\u12`.
 */
export function parseProperties(text: string): Property[] {
  const properties: Property[] = []
  const lines = text.split(/\r\n|\r|\n/)
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1
    let entry = lines[at]!.replace(/^[ \t\f]+/, '')
    if (entry === '' || entry.startsWith('#') || entry.startsWith('!')) continue
    while (continues(entry)) {
      entry = entry.slice(0, -1)
      if (at + 1 === lines.length) break
      entry += lines[++at]!.replace(/^[ \t\f]+/, '')
    }
    const [, key, value] = /^((?:\\.|[^\\=: \t\f])*)(?:[ \t\f]*[=:]|[ \t\f]|$)[ \t\f]*(.*)$/s.exec(entry)!
    properties.push({ key: unescaped(key!, line), value: unescaped(value!, line), line })
  }
  return properties
}

/** A line goes on when an odd number of backslashes ends it: of two, the first makes the second a letter. */
function continues(line: string): boolean {
  return /\\*$/.exec(line)![0].length % 2 === 1
}

const letters: { readonly [escape: string]: string } = { t: '\t', n: '\n', r: '\r', f: '\f' }

function unescaped(text: string, line: number): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.|$)/gs, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    if (escape === 'u') throw new SyntaxError(`line ${line}: \\u needs four hexadecimal digits`)
    return letters[escape] ?? escape
  })
}
