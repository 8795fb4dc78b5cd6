/** Texts of the shape `key:value,key:value`, and what Kafka says of those that are not. */

export type Pairs = readonly (readonly [key: string, value: string])[]

/** A text where Kafka's own exception says why it cannot be read. */
export function pairsOf(name: string, text: string): Pairs | string {
  const given = text.trim() === '' ? [] : text.trim().split(/\s*,\s*/)
  // As Java splits: empty parts at the end are none, others are.
  while (given.at(-1) === '') given.pop()
  const whole = given.find(part => !part.includes(':'))
  if (whole !== undefined) return unreadable(name, `begin 0, end -1, length ${whole.length}`)
  return given.map(pair => {
    const colon = pair.lastIndexOf(':')
    return [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()] as const
  })
}

/** Null when every value is of the kind. */
export function pairsProblem(name: string, text: string, isNumber: (value: string) => boolean): string | null {
  const pairs = pairsOf(name, text)
  if (typeof pairs === 'string') return pairs
  const wrong = pairs.find(([, value]) => !isNumber(value))
  return wrong ? unreadable(name, `For input string: "${wrong[1]}"`) : null
}

const unreadable = (name: string, why: string) => `Error parsing configuration property '${name}': ${why}`
