/** The little markdown that generated pages are made of. */

export const code = (text: string): string => `\`${text}\``

/** Cells may hold anything; what would end a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

export function page(title: string, source: string, body: readonly string[]): string {
  return `# ${title}\n\nMade from ${source} by \`npm run docs\`. Do not edit.\n\n${body.join('\n')}\n`
}
