/** Command lines of Java, of programs that judge. */
import fs from 'node:fs'
import path from 'node:path'

/** Most of what a Java program does that runs for a minute is to make itself fast. Who is to be measured needs none of these. */
export const flagsForShort = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const

/** Where the classes of a directory of jars are kept as Java has them once they are read and linked (JEP 310). */
export const archiveIn = (jars: string): string => path.join(jars, 'classes.jsa')

/**
 * `flagsForShort`, and the archive of those jars where there is one: a start takes half the work then. Java does without one
 * that another Java wrote, and says so on standard output, where nobody wants it.
 */
export function forShort(jars: string): string[] {
  const archive = archiveIn(jars)
  return [...flagsForShort, ...(fs.existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:disable'] : [])]
}

/** The class path of a directory of jars, and of a directory of classes behind them: an archive is of what comes first. */
export const classPath = (jars: string, classes = ''): string =>
  classes === '' ? `${jars}/*` : `${jars}/*${path.delimiter}${classes}`

export const javaArgs = (jars: string, heap: string, classes = ''): string[] => [
  `-Xmx${heap}`,
  `-Dlog4j2.configurationFile=${jars}/log4j2.properties`,
  '-cp',
  classPath(jars, classes),
]
