/** Which names a topic may have, in Kafka's words. */

const lengthMax = 249

/** What is wrong with a name, as a sentence for clients; null when nothing is. */
export function topicNameProblem(name: string): string | null {
  const invalid = (why: string) => `Topic name is invalid: ${why}`
  if (name === '') return invalid('the empty string is not allowed')
  if (name === '.' || name === '..') return invalid(`'${name}' is not allowed`)
  if (name.length > lengthMax)
    return invalid(`the length of '${name}' is longer than the max allowed length ${lengthMax}`)
  if (/^[a-zA-Z0-9._-]+$/.test(name)) return null
  return invalid(`'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`)
}

/** Metric names turn '.' into '_': two topics that differ in nothing else cannot both exist. */
export const collisionName = (name: string): string => name.replaceAll('.', '_')
