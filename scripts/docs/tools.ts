/** docs/generated/tools.md: the console tools of Apache Kafka that are tried on both brokers, and what came out. */
import { commands, tokenCommands } from '../tools/commands'
import { recordCommands } from '../tools/records'
import { explanationOf } from '../tools/differences'
import { code, page, table } from './markdown'

export function toolsPage(): string {
  const all = [...commands, ...recordCommands, ...tokenCommands]
  const rows = all.map(({ tool, args }) => {
    const line = `${tool} ${args.join(' ')}`
    const explanation = explanationOf(line)
    return [code(line), explanation ? explanation.why : 'same']
  })
  const tools = new Set(all.map(({ tool }) => tool))
  const explained = rows.filter(([, verdict]) => verdict !== 'same').length
  return page('Console tools', 'scripts/tools', [
    `${tools.size} console tools of Apache Kafka, started as their own scripts start them on a real Apache Kafka and on a broker here:`,
    `${rows.length} commands, ${rows.length - explained} of which print the same, ids, times, ports and paths apart, and end with the same exit code.`,
    `The others differ for the reason given. \`npm run tools\` holds both brokers to this page; a word in braces stands for a file.`,
    '',
    table(['Command', 'Compared with Apache Kafka'], rows),
  ])
}
