/** docs/generated/errors.md: every error code of the wire. */
import { errors } from '../../src/protocol/errors'
import { page, table } from './markdown'

export function errorsPage(): string {
  const rows = Object.entries(errors).map(([name, { code, retriable, says }]) => [
    String(code),
    name,
    retriable ? 'yes' : 'no',
    says,
  ])
  return page('Errors', 'src/protocol/errors.ts', [
    'Codes and names are those of Apache Kafka. A client may repeat by itself what is retriable.',
    '',
    table(['Code', 'Name', 'Retriable', 'Says'], rows),
  ])
}
