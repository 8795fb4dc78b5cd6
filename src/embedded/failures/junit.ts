/** A report in the XML that build servers read as that of JUnit. */

export interface JunitCase {
  readonly suite: string
  readonly name: string
  readonly durationMs: number
  /** Why it failed, or was not of concern; null when it passed. */
  readonly failed: string | null
  readonly skipped: string | null
}

export function junitXml(title: string, cases: readonly JunitCase[]): string {
  const lines = [...bySuite(cases)].flatMap(([suite, some]) => [
    `  <testsuite name="${escaped(suite)}" ${counts(some)}>`,
    ...some.map(one => `    ${caseXml(title, one)}`),
    '  </testsuite>',
  ])
  const head = `<testsuites name="${escaped(title)}" ${counts(cases)}>`
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...lines, '</testsuites>', ''].join('\n')
}

function bySuite(cases: readonly JunitCase[]): Map<string, JunitCase[]> {
  const groups = new Map<string, JunitCase[]>()
  for (const one of cases) groups.set(one.suite, [...(groups.get(one.suite) ?? []), one])
  return groups
}

function counts(cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failed }) => failed !== null).length
  const skipped = cases.filter(one => one.failed === null && one.skipped !== null).length
  const time = cases.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds(time)}"`
}

function caseXml(title: string, { suite, name, durationMs, failed, skipped }: JunitCase): string {
  const head = `testcase classname="${escaped(`${title}.${suite}`)}" name="${escaped(name)}" time="${seconds(durationMs)}"`
  if (failed !== null) {
    const [first = ''] = failed.split('\n')
    return `<${head}><failure message="${escaped(first)}">${escaped(failed)}</failure></testcase>`
  }
  return skipped === null ? `<${head}/>` : `<${head}><skipped message="${escaped(skipped)}"/></testcase>`
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Characters that XML has no place for, as those by which programs colour what they say, are left out. */
function escaped(text: string): string {
  const said = [...text].filter(isOfXml).join('')
  return said.replace(/[&<>"']/g, character => entities[character]!)
}

/** As XML 1.0 has it: tab, line ends, and everything from the space on but surrogates and two that are none. */
function isOfXml(character: string): boolean {
  const code = character.codePointAt(0)!
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd
  return (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff
}
